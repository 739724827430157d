"""Device: where torch computes, chosen once by the one who starts the work.

Imports torch only where that is needed to answer.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal

from palate.errors import BadValue, MissingExtra

Device = Literal["auto", "cpu", "cuda", "mps"]

_chosen: ContextVar[Device] = ContextVar("device", default="auto")


@contextmanager
def on_device(name: Device) -> Iterator[None]:
    """Lets all models that are loaded inside, and all training, use this device.

    auto: cuda if there is one, else mps, else cpu. Raises BadValue where torch cannot use it, MissingExtra
    without [bert].

    >>> with on_device("cpu"):
    ...     torch_device()
    'cpu'
    """
    if name in ("cuda", "mps") and name not in (there := usable_devices()):
        raise BadValue(
            f"torch can use no {name} here; give --device {' or '.join(there)}, or auto, which takes the best"
        )
    before = _chosen.set(name)
    try:
        yield
    finally:
        _chosen.reset(before)


def torch_device() -> str:
    """Returns the device that models are put on, as torch calls it."""
    chosen = _chosen.get()
    return usable_devices()[0] if chosen == "auto" else chosen


def usable_devices() -> list[str]:
    """Returns the devices that torch can use here, the best first. Raises MissingExtra without [bert]."""
    try:
        import torch
    except ImportError:
        raise MissingExtra("a network of torch", "bert") from None
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    return [name for name, usable in there.items() if usable]
