"""Adapters: a few low-rank matrices that are trained beside frozen weights and then merged into them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from palate.errors import BadValue
from palate.training.run.settings import LoraSettings

# modules of a classifier, trained whole: they start at random or unused
CLASSIFIER_MODULES = ("classifier", "score", "pooler", "pre_classifier")


def with_adapters(
    model: Any, lora: LoraSettings, task: str | None = None, fully_trained: Sequence[str] = ()
) -> Any:
    """Returns the model with adapters beside the weights that `lora` names, and all but these and the
    classifier frozen.

    model: of transformers. task: peft's name of the classifier, such as SEQ_CLS; None for a bare encoder.
    fully_trained: full names of more modules that are trained whole, such as an output layer that peft has no
    name for. Raises BadValue where no module has such a name.
    Source: Hu et al., LoRA (2021), by the package peft.
    """
    from peft import LoraConfig, get_peft_model

    classifiers = (
        [name for name, _ in model.named_modules() if name.split(".")[-1] in CLASSIFIER_MODULES]
        if task
        else []
    )
    config = LoraConfig(
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=list(lora.targets),
        task_type=task,
        exclude_modules=[*(f"{name}.dense" for name in classifiers), *fully_trained] or None,
        modules_to_save=sorted({*(name.split(".")[-1] for name in classifiers), *fully_trained}) or None,
    )
    try:
        return get_peft_model(model, config)
    except ValueError as error:
        linear_modules = sorted(
            {name.split(".")[-1] for name, module in model.named_modules() if hasattr(module, "in_features")}
        )
        targets = ", ".join(lora.targets)
        raise BadValue(
            f"LoRA finds none of {targets} in this model; its linear modules: {', '.join(linear_modules)}"
        ) from error


def save_merged(model: Any, out: Path) -> Any:
    """Saves the adapter alone to out/adapter, and returns the model with it merged in."""
    model.save_pretrained(out / "adapter", safe_serialization=True)
    return model.merge_and_unload()
