import sys
from pathlib import Path

import numpy as np
import pytest

from palate.errors import BadFolder, MissingExtra
from palate.training.run.metrics import reliability
from palate.training.run.pictures import (
    draw_calibration,
    draw_confusion,
    draw_history,
    draw_report,
    draw_scatter,
)

HISTORY = [
    {"loss": 0.9, "learning_rate": 1e-5, "epoch": 0.5, "step": 5.0},
    {"eval_loss": 0.8, "eval_f1": 0.5, "eval_runtime": 3.0, "epoch": 0.5, "step": 5.0},
    {"loss": 0.4, "learning_rate": 5e-6, "epoch": 1.0, "step": 10.0},
    {"eval_loss": 0.7, "eval_f1": 0.75, "eval_runtime": 3.0, "epoch": 1.0, "step": 10.0},
    {"train_runtime": 9.0, "train_loss": 0.6, "epoch": 1.0, "step": 10.0},
]


def size(path: Path) -> tuple[int, int]:
    content = path.read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(content) > 5000
    return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")


def test_the_history_shows_both_losses_the_figure_and_the_weights_kept(tmp_path: Path) -> None:
    figure = draw_history(HISTORY, tmp_path / "history.png", figure="f1", best_step=10)
    wide, high = size(tmp_path / "history.png")
    assert 900 < wide < 2000
    assert 300 < high < 1000
    loss, chosen = figure.axes
    assert (loss.get_title(), chosen.get_title()) == ("loss", "f1")
    lines = {line.get_label(): line for line in loss.lines}
    assert set(lines) == {"training", "validation", "weights kept"}
    np.testing.assert_array_equal(lines["training"].get_xydata(), [[0.5, 0.9], [1, 0.4]])
    np.testing.assert_array_equal(lines["validation"].get_xydata(), [[0.5, 0.8], [1, 0.7]])
    np.testing.assert_array_equal(chosen.lines[0].get_xydata(), [[0.5, 0.5], [1, 0.75]])
    for axis in (loss, chosen):
        assert np.asarray(axis.lines[-1].get_xdata()).tolist() == [1.0, 1.0]
        assert axis.get_xlabel() == "epoch"


@pytest.mark.parametrize("figure", [None, "loss", "eval_loss"])
def test_without_another_figure_there_is_one_panel(figure: str | None, tmp_path: Path) -> None:
    assert len(draw_history(HISTORY, tmp_path / "history.png", figure=figure).axes) == 1


def test_a_history_without_evaluations_is_drawn(tmp_path: Path) -> None:
    figure = draw_history(HISTORY[:1], tmp_path / "history.png", figure="eval_f1", best_step=5)
    assert [axis.get_title() for axis in figure.axes] == ["loss", "f1"]


def test_a_confusion_names_its_classes_and_counts(tmp_path: Path) -> None:
    """Labels are text as it comes: no formula between $, no second line, no warning for letters that the font
    lacks.
    """
    labels = ["a $x$ \\frac{ $", "two\nlines", "日本", "w" * 90]
    counts = [[5, 1, 0, 0], [0, 7, 2, 0], [1, 0, 9, 3], [0, 0, 0, 0]]
    figure = draw_confusion(labels, counts, tmp_path / "confusion.png")
    axis = figure.axes[0]
    shown = [word.get_text() for word in axis.get_yticklabels()]
    assert shown == ["a $x$ \\frac{ $", "two lines", "日本", "w" * 23 + "…"]
    assert [word.get_text() for word in axis.get_xticklabels()] == shown
    assert [int(text.get_text()) for text in axis.texts] == [count for row in counts for count in row]
    assert (axis.get_xlabel(), axis.get_ylabel(), axis.get_title()) == ("predicted", "true", "21 of 28 right")
    shares = axis.images[0].get_array()
    assert shares is not None
    assert shares[2].tolist() == pytest.approx([1 / 13, 0, 9 / 13, 3 / 13])
    assert shares[3].tolist() == [0, 0, 0, 0]


def test_many_classes_are_shaded_only_and_the_picture_stays_of_a_size_to_look_at(tmp_path: Path) -> None:
    figure = draw_confusion(
        [str(place) for place in range(60)], np.eye(60, dtype=int).tolist(), tmp_path / "confusion.png"
    )
    assert not figure.axes[0].texts
    assert max(size(tmp_path / "confusion.png")) < 2500


def test_the_calibration_shows_the_bins_and_their_error(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    truth, chances = rng.integers(3, size=90), rng.dirichlet([1, 1, 1], size=90)
    figure = draw_calibration(reliability(truth, chances), tmp_path / "calibration.png")
    above, below = figure.axes
    bins = reliability(truth, chances)
    assert np.asarray(above.lines[1].get_xydata()).tolist() == [
        [one.confidence, one.accuracy] for one in bins
    ]
    assert [bar.get_height() for bar in below.containers[0]] == [one.n for one in bins]
    assert below.get_xlabel() == "probability of what is predicted"
    size(tmp_path / "calibration.png")


def test_the_scatter_shows_every_example(tmp_path: Path) -> None:
    figure = draw_scatter([1, 2, 5], [2, 2, 2], tmp_path / "scatter.png")
    axis = figure.axes[0]
    np.testing.assert_array_equal(axis.collections[0].get_offsets(), [[1, 2], [2, 2], [5, 2]])
    assert axis.get_title() == "3 examples, off by 1.33 in the mean"
    size(tmp_path / "scatter.png")


def test_without_matplotlib_a_training_still_ends_and_the_note_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawings = {"scatter": lambda path: draw_scatter([1, 2], [1, 2], path)}
    assert draw_report(tmp_path / "report", drawings) == ()
    assert size(tmp_path / "report/scatter.png")
    for name in [name for name in sys.modules if name.split(".")[0] == "matplotlib"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtra, match=r"pip install 'palate\[plots\]'"):
        draw_scatter([1, 2], [1, 2], tmp_path / "scatter.png")
    assert draw_report(tmp_path / "other", drawings) == (
        "no pictures: they need matplotlib; run: pip install 'palate[plots]'",
    )


def test_a_picture_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadFolder, match=r"nowhere/scatter.png cannot be written: No such file"):
        draw_scatter([1, 2], [1, 2], tmp_path / "nowhere/scatter.png")
