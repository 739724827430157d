import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.errors import BadValue, MissingExtra
from palate.evaluation.judgements import Review
from palate.evaluation.metrics import recall_at_share
from palate.evaluation.plot import (
    COLOURS,
    SHARES,
    check_plot,
    line_styles,
    plot_curves,
    plot_recall,
    recall_curve,
)
from palate.evaluation.result_row import ResultRow
from palate.evaluation.systems import SYSTEMS

ROWS = [
    ResultRow("ratings", "made", system, k, metric, mean, mean - 0.02, mean + 0.02, 9)
    for system, mean in (("palate", 0.7), ("random", 0.5))
    for k in (0, 5, 50)
    for metric in ("auc", "brier")
    if (system, metric) != ("random", "brier")
]


def is_png(path: Path) -> bool:
    return path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n") and path.stat().st_size > 5000


@pytest.mark.needs("plots")
def test_curves_are_drawn_also_where_a_system_lacks_a_metric(tmp_path: Path) -> None:
    plot_curves(ROWS, tmp_path / "curves.png")
    assert is_png(tmp_path / "curves.png")


@pytest.mark.needs("plots")
def test_recall_is_drawn_for_each_review(tmp_path: Path) -> None:
    reviews = [Review(name, tuple("abcdefgh"), np.arange(8) < 3) for name in ("one", "two", "three", "four")]
    runs = {
        (review.name, "palate", seed): np.array([True, False, True])
        for review in reviews
        for seed in range(2)
    }
    plot_recall(reviews, runs, tmp_path / "recall.png")
    assert is_png(tmp_path / "recall.png")


@given(st.lists(st.booleans(), min_size=1, max_size=30).filter(any), st.integers(1, 40))
def test_recall_after_a_share_of_the_records_is_that_of_the_metric(relevant: list[bool], left: int) -> None:
    n_records = len(relevant) + left
    curve = recall_curve(np.array(relevant), n_records)
    assert curve[0] == 0
    for index in (1, 7, 20, 100, 199, 200):
        assert curve[index] == pytest.approx(
            recall_at_share(np.array(relevant), n_records, share=SHARES[index])
        )


def test_no_two_systems_look_alike_and_palate_looks_like_no_other() -> None:
    names = [*SYSTEMS, *(f"other-{i}" for i in range(35 - len(SYSTEMS)))]
    styles = {name: tuple(style.items()) for name, style in line_styles(names).items()}
    assert len(set(styles.values())) == len(names) > 3 * len(COLOURS)
    assert dict(styles["palate"])["linewidth"] > 1.5 * max(
        dict(styles[name])["linewidth"] for name in names if name != "palate"
    )


@pytest.mark.needs("plots")
def test_without_matplotlib_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    check_plot()
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(
        MissingExtra, match=r"--plot needs the extra \[plots\]; run: pip install 'palate\[plots\]'"
    ):
        check_plot()


@pytest.mark.needs("plots")
def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadValue, match=r"nowhere/curves.png cannot be written: No such file or directory"):
        plot_curves(ROWS, tmp_path / "nowhere/curves.png")
