"""The output layer of a classifier, changed after training so that whoever loads the model needs to know
nothing of it.
"""

from typing import Any

import torch

from palate.errors import BadSource


@torch.no_grad()
def change_outputs(model: torch.nn.Module, outputs: int, *, scale: float, shift: float = 0.0) -> None:
    """Changes the output layer to give scale * output + shift.

    outputs: how many it has. Raises BadSource where it has no bias to take up the shift.
    """
    layers: list[Any] = [
        module
        for name, module in model.named_modules()  # peft keeps the untrained layer beside the trained one
        if isinstance(module, torch.nn.Linear)
        and module.out_features == outputs
        and "original_module" not in name
    ]
    if not layers or (shift and layers[-1].bias is None):
        raise BadSource(
            "this model's output layer has no bias, which a regression needs; start from a BERT-like model"
        )
    layers[-1].weight.mul_(scale)
    if layers[-1].bias is not None:
        layers[-1].bias.mul_(scale).add_(shift)
