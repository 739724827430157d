"""Training settings: how a model is trained. The defaults fine-tune a BERT-like encoder on some thousand
short texts.
"""

import math
from dataclasses import dataclass

from palate.errors import BadValue

DEFAULT_RATE, DEFAULT_LORA_RATE = 1e-4, 1e-3  # small encoders want more than the 2e-5 to 5e-5 of BERT


@dataclass(frozen=True, kw_only=True)
class LoraSettings:
    """Low-rank adapters beside frozen weights.

    rank: of each adapter, 1 or more. alpha: its output counts alpha / rank, above 0. dropout: in [0, 1).
    targets: the last parts of the names of adapted modules; those of BERT-like models by default.
    Source: Hu et al., LoRA: low-rank adaptation of large language models (2021).
    """

    rank: int = 8
    alpha: int = 16
    dropout: float = 0.05
    targets: tuple[str, ...] = ("query", "key", "value", "dense")

    def __post_init__(self) -> None:
        if self.rank < 1 or self.alpha <= 0 or not 0 <= self.dropout < 1 or not self.targets:
            raise BadValue(
                f"LoRA needs rank >= 1, alpha > 0, dropout in [0, 1) and a target module; got {self}"
            )


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """The settings of one training run.

    epochs: most passes over the examples, above 0. batch: examples a step, times accumulate. rate: highest
    learning rate of AdamW, after a linear warm-up over a share `warmup` of all steps and before a linear
    decay to 0; None takes DEFAULT_RATE, or DEFAULT_LORA_RATE for adapters. decay: weight decay, not of biases
    and norms. clip: longest gradient, 0 for any. dropout: that of the model in place of its own, None to
    leave it. checks: evaluations on validation texts per epoch; the best weights are kept, and after
    `patience` evaluations without gain training stops (0: never). window: most word pieces of a text; the
    rest is cut off, counted and reported. lora: adapters in place of all weights. The same settings, data and
    versions on one machine give the same weights, to the last bit on a CPU. Raises BadValue outside these
    ranges.
    Source: Devlin et al., BERT (2019), appendix A.3; Loshchilov and Hutter, Decoupled weight decay
    regularization (2019).
    """

    epochs: float = 3.0
    batch: int = 32
    accumulate: int = 1
    rate: float | None = None
    warmup: float = 0.1
    decay: float = 0.01
    clip: float = 1.0
    dropout: float | None = None
    checks: int = 2
    patience: int = 4
    window: int = 256
    seed: int = 0
    lora: LoraSettings | None = None

    def __post_init__(self) -> None:
        finite = (self.epochs, self.peak_rate, self.warmup, self.decay, self.clip)
        counts_in_range = (
            min(self.batch, self.accumulate, self.checks) >= 1
            and min(self.patience, self.seed) >= 0
            and self.window >= 4
        )
        if (
            not all(map(math.isfinite, finite))
            or min(self.epochs, self.peak_rate) <= 0
            or min(self.decay, self.clip) < 0
            or not 0 <= self.warmup <= 1
            or not 0 <= (self.dropout or 0) < 1
            or not counts_in_range
        ):
            raise BadValue(
                "training needs epochs and rate above 0, decay, clip, patience and seed 0 or more, warmup in "
                "[0, 1], dropout in [0, 1), batch, accumulate and checks 1 or more, window 4 or more; "
                f"got {self}"
            )

    @property
    def peak_rate(self) -> float:
        """The highest learning rate of the schedule."""
        return self.rate if self.rate is not None else DEFAULT_LORA_RATE if self.lora else DEFAULT_RATE


CLASSIFIER_DEFAULTS = TrainingSettings(epochs=4)  # of classify, regress and tokens
# of masked-language training: a new output layer, and much to learn
MASKED_DEFAULTS = TrainingSettings(epochs=1, batch=16, rate=5e-4, window=128)
SIMILARITY_DEFAULTS = TrainingSettings(rate=5e-5, window=128)  # for `palate train similarity`
SHALLOW_DEFAULTS = TrainingSettings(rate=5e-4, window=128)  # for `palate train distil --layers`
# of the autoencoder of `palate train reduce`, a small network on vectors
AUTOENCODER_DEFAULTS = TrainingSettings(
    epochs=60, batch=128, rate=2e-3, decay=1e-4, dropout=0.0, checks=1, patience=5
)
REWARD_DEFAULTS = TrainingSettings(epochs=2, batch=16, rate=5e-5)  # for `palate train reward`
ADAPT_DEFAULTS = TrainingSettings(
    epochs=1, batch=8, accumulate=2, rate=5e-4, window=128, checks=3, patience=0, lora=LoraSettings()
)
