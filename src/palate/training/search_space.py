"""The space of settings that a search tries."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from palate.errors import MissingExtra
from palate.training.run.settings import TrainingSettings

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

Choice = Mapping[str, float | int | None]  # the settings that are searched, by name
Space = Mapping[str, "BaseDistribution"]


def search_space(settings: TrainingSettings) -> Space:
    """Returns what is searched, around the given settings; each of these is in its range.

    rate: from a fifth to four times, evenly in its logarithm. epochs: half, the same, twice. batch: half, the
    same, twice. dropout: that given, or the model's own; 0; 0.2. decay: that given, 0, 0.1. warmup: from 0 to
    0.3. With adapters also rank: 4 to 32, alpha staying in proportion to it.
    """
    try:
        from optuna.distributions import CategoricalDistribution, FloatDistribution
    except ImportError:
        raise MissingExtra("tuning", "bert") from None
    rate = settings.peak_rate
    space: dict[str, BaseDistribution] = {
        "rate": FloatDistribution(rate / 5, 4 * rate, log=True),
        "epochs": CategoricalDistribution(_unique(settings.epochs, settings.epochs / 2, 2 * settings.epochs)),
        "batch": CategoricalDistribution(
            _unique(settings.batch, max(1, settings.batch // 2), 2 * settings.batch)
        ),
        "dropout": CategoricalDistribution(_unique(settings.dropout, 0.0, 0.2)),
        "decay": CategoricalDistribution(_unique(settings.decay, 0.0, 0.1)),
        "warmup": FloatDistribution(0.0, max(0.3, settings.warmup)),
    }
    if settings.lora:
        space["rank"] = CategoricalDistribution(_unique(settings.lora.rank, 4, 8, 16, 32))
    return space


def choice_of(settings: TrainingSettings) -> dict[str, Any]:
    """Returns the point of the space at which these settings lie.

    >>> choice_of(TrainingSettings(rate=2e-5, batch=16))
    {'rate': 2e-05, 'epochs': 3.0, 'batch': 16, 'dropout': None, 'decay': 0.01, 'warmup': 0.1}
    """
    names = ("epochs", "batch", "dropout", "decay", "warmup")
    rank = {"rank": settings.lora.rank} if settings.lora else {}
    return {"rate": settings.peak_rate, **{name: getattr(settings, name) for name in names}, **rank}


def settings_at(settings: TrainingSettings, choice: Choice) -> TrainingSettings:
    """Returns the settings with those of a point of the space in their place."""
    chosen: dict[str, Any] = dict(choice)
    rank = chosen.pop("rank", None)
    if settings.lora and rank is not None:
        alpha = max(1, round(settings.lora.alpha * rank / settings.lora.rank))
        chosen["lora"] = replace(settings.lora, rank=rank, alpha=alpha)
    return replace(settings, **chosen)


def _unique(*values: Any) -> list[Any]:
    return list(dict.fromkeys(values))
