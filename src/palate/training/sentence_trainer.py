"""The trainer of sentence-transformers, with checkpoints from which a run goes on to the same weights."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer
from sentence_transformers.base.evaluation import BaseEvaluator
from torch import Tensor, nn

WEIGHTS_FILE = "model.safetensors"


class SentenceTrainer(SentenceTransformerTrainer):
    """sentence-transformers' trainer, whose checkpoints hold all that is trained, the modules of the losses
    too, and nothing that is frozen.

    Its own checkpoints leave out the modules of the losses, so that neither a resumed run nor the best
    weights would have theirs. loss: by kind of examples.
    """

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:  # noqa: ARG002
        folder = Path(output_dir or str(self.args.output_dir))
        folder.mkdir(parents=True, exist_ok=True)
        weights = {
            name: weight.contiguous()
            for part, module in self._parts()
            for name, weight in _trained_weights(part, module).items()
        }
        save_file(weights, folder / WEIGHTS_FILE)

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:  # noqa: ARG002
        weights = load_file(Path(resume_from_checkpoint) / WEIGHTS_FILE)
        for part, module in self._parts():
            stored = {
                name.removeprefix(f"{part}/"): weight
                for name, weight in weights.items()
                if name.startswith(f"{part}/")
            }
            module.load_state_dict(stored, strict=False)

    def _parts(self) -> list[tuple[str, nn.Module]]:
        return [
            ("model", self.model),
            *((f"loss-{kind}", module) for kind, loss in self.loss.items() for module in loss_modules(loss)),
        ]

    def add_model_card_callback(self, default_args_dict: dict[str, Any]) -> None:
        """Does nothing: the callback measures the data set again and looks for the start on the hub; palate
        writes its own card.
        """


class FigureEvaluator(BaseEvaluator):
    """An evaluator of sentence-transformers from a function that returns the figures of a model."""

    def __init__(self, figures: Callable[[SentenceTransformer], Mapping[str, float]]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._figures = figures

    def __call__(
        self,
        model: Any,
        output_path: str | None = None,  # noqa: ARG002
        epoch: int = -1,  # noqa: ARG002
        steps: int = -1,  # noqa: ARG002
    ) -> dict[str, float]:
        return dict(self._figures(model))


def loss_modules(loss: nn.Module) -> list[nn.Module]:
    """Returns the modules of a loss beside the model, such as the classifier of SoftmaxLoss."""
    return [
        module
        for name, module in loss.named_children()
        if name != "model" and any(True for _ in module.parameters())
    ]


def _trained_weights(part: str, module: nn.Module) -> dict[str, Tensor]:
    frozen = {name for name, weight in module.named_parameters() if not weight.requires_grad}
    return {f"{part}/{name}": weight for name, weight in module.state_dict().items() if name not in frozen}
