"""Masked language models: the loss at masked positions alone, their perplexity, and their training."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from transformers import Trainer

from palate.training.masked_chunks import Batch, EpochSampler, Ids, MaskedChunks

IGNORED_LABEL = -100  # transformers' label of a piece that is not to be predicted


def without_adapters(model: Any) -> Any:
    """Returns the transformers model, whether adapters are around it or not."""
    return model.get_base_model() if hasattr(model, "get_base_model") else model


def logits_at(model: Any, batch: Batch, positions: torch.Tensor) -> torch.Tensor:
    """Returns (m, v) logits of the m positions (n, t) that are true, of v pieces in the vocabulary.

    The output layers run at these positions alone: at 15 % masks and 30,522 pieces a step of MiniLM takes
    half the time that it takes with them at all positions (benchmarks/masked.py), and the logits a seventh of
    the memory.
    """
    with _restricted_to(without_adapters(model).base_model, positions):
        logits: torch.Tensor = model(
            input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]
        ).logits[0]
    return logits


@contextmanager
def _restricted_to(encoder: Any, positions: torch.Tensor) -> Iterator[None]:
    """Makes the encoder return (1, m, d) vectors, of the positions that are true, while it is entered."""

    def restrict(module: Any, inputs: Any, output: Any) -> Any:  # noqa: ARG001
        output["last_hidden_state"] = output["last_hidden_state"][positions][None]
        return output

    hook = encoder.register_forward_hook(restrict)
    try:
        yield
    finally:
        hook.remove()


def summed_loss(model: Any, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """Returns the cross-entropy in nats, summed over the masked positions of a batch, and the (m, v) logits
    there.
    """
    masked = batch["labels"] != IGNORED_LABEL
    logits = logits_at(model, batch, masked)
    return functional.cross_entropy(logits.float(), batch["labels"][masked], reduction="sum"), logits


def trial_step(model: Any, batch: Batch) -> None:
    """Does the work of a training step without the update: the weights stay."""
    model.train()
    on_device = {name: values.to(model.device) for name, values in batch.items()}
    torch.autograd.backward(summed_loss(model, on_device)[0])
    model.zero_grad()


def masked_figures(model: Any, held_out: MaskedChunks, batch: int) -> dict[str, float]:
    """Returns figures on chunks with fixed masks, and leaves the model as it was.

    loss: nats a masked piece. perplexity: e to that, so v for a model that knows nothing of v pieces.
    accuracy: share of masked pieces that are the most probable one there.
    """
    loss, n_correct, n_masked, training = 0.0, 0, 0, model.training
    model.eval()
    with torch.no_grad():
        for part in held_out.batches(batch):
            on_device = {name: values.to(model.device) for name, values in part.items()}
            summed, logits = summed_loss(model, on_device)
            targets = on_device["labels"][on_device["labels"] != IGNORED_LABEL]
            loss += float(summed)
            n_correct += int((logits.argmax(dim=-1) == targets).sum())
            n_masked += len(targets)
    model.train(training)
    return {
        "loss": loss / n_masked,
        "perplexity": float(np.exp(loss / n_masked)),
        "accuracy": n_correct / n_masked,
    }


def prediction_layers(model: Any) -> list[str]:
    """Returns the names of the modules between encoder and tied output layer."""
    network = without_adapters(model)
    output, encoder_prefix = network.get_output_embeddings(), f"{network.base_model_prefix}."
    return [
        name
        for name, module in network.named_modules()
        if not name.startswith(encoder_prefix)
        and module is not output
        and any(True for _ in module.parameters(recurse=False))
        and not any(weight is output.bias for weight in module.parameters(recurse=False))
    ]


def initialise_prediction_layers(model: Any, ids: Ids) -> None:
    """Initialises layers that are not stored with what is known already.

    (d, d) layers pass on their input, so that a position is first taken for the piece whose embedding is like
    its vector, and the output layer knows how often each piece occurs in (n, t) chunks.

    MiniLM on arXiv abstracts, perplexity after 40 steps of 8 chunks: 435 so, 929 with the bias alone, 1196
    with neither.
    """
    network = without_adapters(model)
    for name in prediction_layers(model):
        module = network.get_submodule(name)
        if isinstance(module, nn.Linear) and module.in_features == module.out_features:
            nn.init.eye_(module.weight)
            nn.init.zeros_(module.bias)
    bias = network.get_output_embeddings().bias
    counts = torch.from_numpy(np.bincount(ids.ravel(), minlength=len(bias))).double() + 1
    with torch.no_grad():
        bias.copy_((counts / counts.sum()).log())


class MaskedTrainer(Trainer):
    """transformers' Trainer on MaskedChunks; its figures at every evaluation are `masked_figures`."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        # so that it counts the masked pieces of a step, over all its batches
        self.model_accepts_loss_kwargs = True

    def _get_train_sampler(self, train_dataset: Any = None) -> EpochSampler:  # noqa: ARG002
        return EpochSampler(len(cast(MaskedChunks, self.train_dataset)), self.args.seed)

    def compute_loss(
        self,
        model: Any,
        inputs: Any,
        return_outputs: bool = False,  # noqa: ARG002
        num_items_in_batch: Any = None,
    ) -> torch.Tensor:
        loss, logits = summed_loss(model, inputs)
        return loss / (num_items_in_batch if num_items_in_batch is not None else max(len(logits), 1))

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Returns figures on the held-out chunks, in which every piece has the same weight whatever its
        batch.
        """
        held_out = cast(MaskedChunks, self.eval_dataset)
        values = masked_figures(self.model, held_out, self.args.eval_batch_size)
        figures = {f"eval_{name}": value for name, value in values.items()}
        self.log(figures)
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, figures)
        return figures
