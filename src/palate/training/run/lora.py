"""Adapters: train a few low-rank matrices beside frozen weights, then merge them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from palate.errors import BadValue
from palate.training.run.settings import LoraSettings

# heads that are trained whole: they start at random or unused
WHOLE = ("classifier", "score", "pooler", "pre_classifier")


def with_adapters(model: Any, lora: LoraSettings, task: str | None = None, whole: Sequence[str] = ()) -> Any:
    """The model with adapters beside the weights that `lora` names, and all but these and the head frozen.

    model: of transformers. task: peft's name of the head, such as SEQ_CLS; None for a bare encoder. whole:
    full names of more modules that are trained whole, such as a head that peft has no name for. Raises
    BadValue where no module has such a name.
    Source: Hu et al., LoRA (2021), by the package peft.
    """
    from peft import LoraConfig, get_peft_model

    heads = [name for name, _ in model.named_modules() if name.split(".")[-1] in WHOLE] if task else []
    config = LoraConfig(
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=list(lora.targets),
        task_type=task,
        exclude_modules=[*(f"{head}.dense" for head in heads), *whole] or None,
        modules_to_save=sorted({*(head.split(".")[-1] for head in heads), *whole}) or None,
    )
    try:
        return get_peft_model(model, config)
    except ValueError as error:
        linear = sorted(
            {name.split(".")[-1] for name, module in model.named_modules() if hasattr(module, "in_features")}
        )
        sought = ", ".join(lora.targets)
        raise BadValue(
            f"LoRA finds none of {sought} in this model; its linear modules: {', '.join(linear)}"
        ) from error


def save_merged(model: Any, out: Path) -> Any:
    """Save the adapter alone to out/adapter, and return the model with it merged in."""
    model.save_pretrained(out / "adapter", safe_serialization=True)
    return model.merge_and_unload()
