"""NeuralTaste: a small neural head on frozen features."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple

import numpy as np

from palate.errors import MissingExtra
from palate.features import Background, Features
from palate.parts import Vector
from palate.taste.blocks import joined
from palate.taste.calibration import UNBALANCED_SHIFT, calibrate
from palate.taste.chance import chance, linear
from palate.taste.history import History

# logit for one unit of output before calibration: nets are too sure at first
SLOPES = {"cross-entropy": 0.3, "mse": 1.0}
FOLDS = 5
MIN_STEPS, MAX_STEPS, PATIENCE_STEPS = 5, 100, 10  # of training, whole batches
NOISE_VARIANCE = 4.0  # variance of what one judgement says of log odds that are even
BATCH_TEXTS = 2048  # valued at once, so that memory stays small


class _Fit(NamedTuple):
    """nets: parameters of all FOLDS nets. spread: (FOLDS, hidden + 1, hidden + 1) covariance of the last
    layers' weights.
    """

    nets: list[Any]
    spread: Any
    slope: float
    offset: float


class NeuralTaste:
    """Five small nets on frozen dense features, each trained without one fifth of the judgements; their mean
    is the logit.

    Use it where there is much feedback and liking is no straight line through the features. Each net has one
    hidden layer with layer norm, GELU and dropout; AdamW with weight decay stops early, where the left-out
    judgements are told best, and the left-out outputs set temperature and offset (see calibration.py). It is
    not linear: `nonlinear_shares` gives what no weight explains. It learns anew from all judgements, so that
    a batch is a stream: about 100 ms for 50 of them and 500 ms for 500; 1,000 texts are valued in 20 ms.
    Beyond `max_judgements` judged texts the oldest of the larger side is dropped, and counted in `dropped`.
    Needs [bert].

    scales: how much each dense block counts, above 0. loss: "cross-entropy" for likes and dislikes, "mse"
    for graded likings. hidden: units, 1 or more. dropout: in [0, 1). decay: of weights, 0 or more. rate: of
    a step, above 0. max_judgements: 2 or more. seed: of the first weights and of dropout. background: its
    prior weights, in log odds, are added to the nets' output. Raises ValueError outside these ranges, and
    for a sparse block when it comes; MissingExtra without [bert]. Source: Lakshminarayanan et al., Simple
    and scalable predictive uncertainty estimation using deep ensembles (2017), here with folds as in
    Breiman, Stacked regressions (1996); temperature by Guo et al., On calibration of modern neural networks
    (2017); sd by a Laplace approximation of the last layer, Kristiadi et al., Being Bayesian, even just a
    bit (2020)."""

    def __init__(
        self,
        scales: Mapping[str, float],
        *,
        loss: Literal["cross-entropy", "mse"] = "cross-entropy",
        hidden: int = 16,
        dropout: float = 0.3,
        decay: float = 1.0,
        rate: float = 0.01,
        max_judgements: int = 512,
        seed: int = 0,
        background: Background | None = None,
    ) -> None:
        try:
            import torch  # noqa: F401
        except ImportError:
            raise MissingExtra("the neural taste", "bert") from None
        if (
            not scales
            or min(*scales.values(), rate) <= 0
            or loss not in SLOPES
            or min(hidden, max_judgements / 2) < 1
            or not 0 <= dropout < 1
            or decay < 0
        ):
            raise ValueError(
                "scales and rate must be above 0, loss cross-entropy or mse, hidden 1 or more, dropout in"
                f" [0, 1), decay 0 or more, max_judgements 2 or more; got {dict(scales)}, {rate=}, {loss=},"
                f" {hidden=}, {dropout=}, {decay=}, {max_judgements=}"
            )
        self.scales, self.loss, self.hidden, self.dropout = dict(scales), loss, hidden, dropout
        self.decay, self.rate, self.max_judgements, self.seed = decay, rate, max_judgements, seed
        self._prior = dict(background.prior) if background else {}
        self.forget()

    def forget(self) -> None:
        """Returns to the state before any feedback."""
        self.dropped = 0
        self._judged = History(dict.fromkeys([*self.scales, *self._prior]))
        self._fitted: _Fit | None = None

    def cost_ms(self, n: int) -> float:
        return 60 + 0.8 * min(n, self.max_judgements)

    def learn(self, features: Features, likings: Vector, weights: Vector) -> None:
        """Learns from n texts in order: likings (n,) in [-1, 1], weights (n,) above 0."""
        joined(features, self.scales)
        for row in range(len(likings)):
            self._judged.add(features[row : row + 1], likings[row : row + 1], weights[row : row + 1])
            if len(self._judged) > self.max_judgements:
                liked = self._judged.likings > 0
                self._judged.delete(int(np.argmax(liked if liked.sum() * 2 > len(liked) else ~liked)))
                self.dropped += 1
        self._fitted = None

    def logits(self, features: Features) -> Vector:
        """(n,) log odds of a like."""
        return linear(features, *self.explain(), np.float64) + self.nonlinear_shares(features)["neural"]

    def value(self, features: Features) -> tuple[Vector, Vector]:
        """Probability of a like and its sd, each (n,)."""
        return chance(self.logits(features), self._outputs(features)[1])

    def explain(self) -> tuple[float, dict[str, Vector]]:
        """(base, weights per block): what the prior says; the nets' share is in `nonlinear_shares`."""
        if not len(self._judged):
            return 0.0, self._prior
        fit = self._fit()
        return fit.offset, {
            name: fit.slope / SLOPES[self.loss] * prior for name, prior in self._prior.items()
        }

    def nonlinear_shares(self, features: Features) -> dict[str, Vector]:
        """What the nets bring to the logit, (n,)."""
        return {"neural": self._outputs(features)[0]}

    def _outputs(self, features: Features) -> tuple[Vector, Vector]:
        """The nets' share of the logit, and how many judgements the last layer's belief is pseudo_count: each
        (n,).
        """
        if not len(self._judged):
            return np.zeros(len(features)), np.zeros(len(features))
        import torch

        fit = self._fit()
        shares, pseudo_counts = [np.zeros(0)], [np.zeros(0)]
        for start in range(0, len(features), BATCH_TEXTS):
            rows = torch.from_numpy(joined(features[start : start + BATCH_TEXTS], self.scales))
            with torch.inference_mode():
                units = _units(fit.nets, rows)
                known = _with_one(units)
                after = torch.einsum("knh,khg,kng->kn", known, fit.spread, known)
                pseudo_count = NOISE_VARIANCE * (1 / after - 1 / known.square().sum(dim=2))
                shares.append(fit.slope * _output(fit.nets, units).mean(dim=0).numpy())
                pseudo_counts.append(pseudo_count.mean(dim=0).numpy())
        return np.concatenate(shares), np.concatenate(pseudo_counts)

    def _fit(self) -> _Fit:
        if self._fitted is None:
            with _one_thread():
                self._fitted = self._train()
        return self._fitted

    def _train(self) -> _Fit:
        """All nets at once: one batch of matrices."""
        import torch

        likings, weights = self._judged.likings, self._judged.weights
        texts = self._judged.features
        expected = linear(texts, 0.0, self._prior, np.float64)
        rows, n = torch.from_numpy(joined(texts, self.scales)), len(likings)
        folds = torch.from_numpy(_folds(likings))
        # (FOLDS, n): what each net learns from
        shares = torch.from_numpy(weights) * (folds != torch.arange(FOLDS)[:, None])
        shares = shares / shares.sum(dim=1, keepdim=True).clamp(min=1e-12)
        if self.loss == "mse":
            prior, targets = torch.from_numpy(np.tanh(expected / 2)), torch.from_numpy(likings)
        else:
            prior, targets = torch.from_numpy(expected), torch.from_numpy((1 + likings) / 2)
        chooser = torch.Generator().manual_seed(self.seed)
        nets = self._new_nets(rows.shape[1], chooser)
        optimiser = torch.optim.AdamW(
            [{"params": nets[::2], "weight_decay": self.decay}, {"params": nets[1::2], "weight_decay": 0.0}],
            lr=self.rate,
        )
        best, kept, left_out, since = np.inf, nets, prior, 0
        for step in range(1, MAX_STEPS + 1):
            optimiser.zero_grad()
            units = _units(nets, rows)
            mask = torch.rand(units.shape, generator=chooser, dtype=torch.float64) >= self.dropout
            outputs = _output(nets, torch.where(mask, units / (1 - self.dropout), 0.0))
            (self._losses(outputs + prior, targets) * shares).sum().backward()
            optimiser.step()
            with torch.no_grad():
                outside = _output(nets, _units(nets, rows))[folds, torch.arange(n)]
                loss = float((self._losses(outside + prior, targets) * torch.from_numpy(weights)).sum())
            if step >= MIN_STEPS:
                since += 1
                if loss < best:
                    best, kept, left_out, since = loss, [part.detach().clone() for part in nets], outside, 0
                if since >= PATIENCE_STEPS:
                    break
        with torch.no_grad():
            units = _with_one(_units(kept, rows))
            heft = torch.from_numpy(weights) * (folds != torch.arange(FOLDS)[:, None]) / NOISE_VARIANCE
            precision = torch.einsum("knh,kn,kng->khg", units, heft, units) + torch.eye(
                self.hidden + 1, dtype=torch.float64
            )
        slope = SLOPES[self.loss]
        scores = left_out.numpy() + expected / slope
        return _Fit(
            kept,
            torch.linalg.inv(precision),
            *calibrate(scores, likings, weights, slope=slope, shift=UNBALANCED_SHIFT),
        )

    def _new_nets(self, dims: int, chooser: Any) -> list[Any]:
        """(weights, shift) of the hidden layer, of its norm, where 0 stands for 1, and of the output, which
        starts at 0.
        """
        import torch

        shapes = [(FOLDS, 1, self.hidden)] * 3 + [(FOLDS, self.hidden, 1), (FOLDS, 1, 1)]
        first = torch.randn((FOLDS, dims, self.hidden), generator=chooser, dtype=torch.float64)
        nets = [first, *(torch.zeros(shape, dtype=torch.float64) for shape in shapes)]
        return [part.requires_grad_() for part in nets]

    def _losses(self, outputs: Any, targets: Any) -> Any:
        from torch.nn.functional import binary_cross_entropy_with_logits, mse_loss

        measure = mse_loss if self.loss == "mse" else binary_cross_entropy_with_logits
        return measure(outputs, targets.expand_as(outputs), reduction="none")


def _units(nets: list[Any], rows: Any) -> Any:
    """(FOLDS, n, hidden) what the hidden layer says of (n, d) rows."""
    from torch.nn.functional import gelu, layer_norm

    weights, shift, norm, norm_shift = nets[:4]
    return gelu(layer_norm(rows @ weights + shift, weights.shape[2:]) * (1 + norm) + norm_shift)


def _output(nets: list[Any], units: Any) -> Any:
    """(FOLDS, n)."""
    return (units @ nets[4] + nets[5])[..., 0]


def _with_one(units: Any) -> Any:
    """(FOLDS, n, hidden + 1): the output's shift is a weight, too."""
    import torch

    return torch.cat([units, torch.ones_like(units[..., :1])], dim=2)


def _folds(likings: Vector) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """(n,) the net that each judgement is kept from: likes in turn, and the others in turn."""
    liked = likings > 0
    return (np.where(liked, np.cumsum(liked), np.cumsum(~liked)) - 1) % FOLDS


@contextmanager
def _one_thread() -> Iterator[None]:
    """Waking a second thread costs more than such small matrices."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
