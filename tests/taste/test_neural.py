"""NeuralTaste: its forward pass against torch's own modules, and what it must find out from data."""

import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array

from palate.errors import MissingExtra
from palate.features import Features
from palate.parts import Vector
from palate.taste.neural import FOLDS, NOISE_VARIANCE, NeuralTaste

Floats = NDArray[np.float64]


def circle(n: int, seed: int) -> tuple[Features, Floats]:
    """Texts that are liked when they lie near the middle of two dimensions: no line tells them apart."""
    rows = np.random.default_rng(seed).normal(size=(n, 2))
    return Features({"x": rows}), np.where((rows**2).sum(axis=1) < 1.4, 1.0, -1.0)


def ranked_right(scores: Vector, likings: Floats) -> float:
    """Share of pairs of a like and a dislike in the right order."""
    return float((scores[likings > 0][:, None] > scores[likings < 0]).mean())


@settings(max_examples=5)
@given(seed=st.integers(0, 99), hidden=st.integers(1, 9), scale=st.floats(0.2, 3))
def test_the_share_of_the_nets_is_the_mean_of_plain_torch_modules_times_the_slope(
    seed: int, hidden: int, scale: float
) -> None:
    texts, likings = circle(12, seed)
    taste = NeuralTaste({"x": scale}, hidden=hidden, seed=seed)
    taste.learn(texts, likings, np.ones(12))
    share = taste.nonlinear_shares(texts)["neural"]
    fit = taste._fit()
    rows = torch.from_numpy(np.sqrt(scale) * np.asarray(texts.blocks["x"]))
    outputs = []
    for fold in range(FOLDS):
        first, shift, norm, norm_shift, last, last_shift = (part[fold] for part in fit.nets)
        net = torch.nn.Sequential(
            torch.nn.Linear(2, hidden),
            torch.nn.LayerNorm(hidden),
            torch.nn.GELU(),
            torch.nn.Linear(hidden, 1),
        ).double()
        state = {
            "0.weight": first.T,
            "0.bias": shift[0],
            "1.weight": 1 + norm[0],
            "1.bias": norm_shift[0],
            "3.weight": last.T,
        }
        net.load_state_dict(state | {"3.bias": last_shift[0]})
        outputs.append(net(rows)[:, 0])
    np.testing.assert_allclose(
        share, fit.slope * torch.stack(outputs).mean(dim=0).detach().numpy(), atol=1e-9
    )


@pytest.mark.parametrize("loss", ["cross-entropy", "mse"])
def test_it_learns_what_no_line_can_tell_apart(loss: str) -> None:
    taste = NeuralTaste({"x": 1.0}, loss=loss, dropout=0.1)  # type: ignore[arg-type]
    texts, likings = circle(200, 0)
    taste.learn(texts, likings, np.ones(200))
    new, truth = circle(200, 1)
    mean, _ = taste.value(new)
    assert ranked_right(mean, truth) > 0.9
    assert -np.log(np.where(truth > 0, mean, 1 - mean)).mean() < 0.5


def test_what_is_noise_is_not_believed() -> None:
    """Likes that have nothing to do with the texts give values near the share of likes: left-out judgements
    stop the nets.
    """
    rng = np.random.default_rng(0)
    texts = Features({"x": rng.normal(size=(60, 20)) / np.sqrt(20)})
    taste = NeuralTaste({"x": 1.0})
    taste.learn(texts, rng.permutation(np.resize([1.0, -1.0, -1.0], 60)), np.ones(60))
    mean, _ = taste.value(Features({"x": rng.normal(size=(300, 20)) / np.sqrt(20)}))
    assert mean.mean() == pytest.approx(1 / 3, abs=0.1)
    assert mean.std() < 0.15


def test_graded_likings_are_told_apart() -> None:
    rng = np.random.default_rng(0)
    rows = rng.uniform(-1, 1, size=(150, 2))
    taste = NeuralTaste({"x": 1.0}, loss="mse", dropout=0.0)
    taste.learn(Features({"x": rows}), rows[:, 0] ** 2, np.ones(150))
    new = rng.uniform(-1, 1, size=(100, 2))
    assert np.corrcoef(taste.logits(Features({"x": new})), new[:, 0] ** 2)[0, 1] > 0.8


def test_sd_is_that_of_the_last_layers_laplace_approximation() -> None:
    texts, likings = circle(15, 3)
    weights = np.linspace(0.5, 2, 15)
    taste = NeuralTaste({"x": 1.0}, hidden=4)
    taste.learn(texts, likings, weights)
    mean, sd = taste.value(texts)
    pseudo_count = np.zeros(15)
    liked = likings > 0
    left_out = (np.where(liked, np.cumsum(liked), np.cumsum(~liked)) - 1) % FOLDS
    for fold in range(FOLDS):
        first, shift, norm, norm_shift = (part[fold].numpy() for part in taste._fit().nets[:4])
        raw = np.asarray(texts.blocks["x"]) @ first + shift
        raw = (raw - raw.mean(axis=1, keepdims=True)) / np.sqrt(raw.var(axis=1, keepdims=True) + 1e-5) * (
            1 + norm
        ) + norm_shift
        units = np.hstack([torch.nn.functional.gelu(torch.from_numpy(raw)).numpy(), np.ones((15, 1))])
        heft = weights * (left_out != fold) / NOISE_VARIANCE
        covariance = np.linalg.inv(np.eye(5) + (units.T * heft) @ units)
        pseudo_count += (
            NOISE_VARIANCE
            * (1 / np.einsum("nd,de,ne->n", units, covariance, units) - 1 / (units**2).sum(axis=1))
            / FOLDS
        )
    np.testing.assert_allclose(sd, np.sqrt(mean * (1 - mean) / (pseudo_count + 3)), atol=1e-9)


def test_the_seed_alone_decides_what_is_drawn() -> None:
    texts, likings = circle(20, 0)
    said = []
    for seed, noise in ((0, 1), (0, 2), (1, 1)):
        torch.manual_seed(noise)
        taste = NeuralTaste({"x": 1.0}, seed=seed)
        taste.learn(texts, likings, np.ones(20))
        said.append(taste.logits(texts))
        assert torch.rand(1) == torch.rand(1, generator=torch.Generator().manual_seed(noise))
    assert (said[0] == said[1]).all()
    assert (said[0] != said[2]).any()


def test_beyond_max_judgements_the_oldest_of_the_larger_side_is_dropped() -> None:
    texts, likings = circle(9, 2)
    likings[:] = [1, -1, -1, 1, -1, -1, -1, 1, -1]
    capped, small = NeuralTaste({"x": 1.0}, max_judgements=6), NeuralTaste({"x": 1.0})
    capped.learn(texts, likings, np.ones(9))
    kept = [0, 3, 5, 6, 7, 8]
    small.learn(texts[kept], likings[kept], np.ones(6))
    assert capped.dropped == 3
    np.testing.assert_array_equal(capped.logits(texts), small.logits(texts))


def test_without_torch_the_mend_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtra, match=r"pip install 'palate\[bert\]'"):
        NeuralTaste({"x": 1.0})


def test_a_sparse_block_is_refused() -> None:
    with pytest.raises(ValueError, match="keyword is sparse"):
        NeuralTaste({"keyword": 1.0}).learn(
            Features({"keyword": csr_array(np.eye(2))}), np.ones(2), np.ones(2)
        )


@pytest.mark.parametrize(
    "changed",
    [
        {"scales": {}},
        {"scales": {"a": 0.0}},
        {"loss": "hinge"},
        {"hidden": 0},
        {"dropout": 1.0},
        {"decay": -1.0},
        {"rate": 0.0},
        {"max_judgements": 1},
    ],
)
def test_settings_out_of_range_are_refused(changed: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        NeuralTaste(**({"scales": {"a": 1.0}} | changed))  # type: ignore[arg-type]
