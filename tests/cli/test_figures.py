from collections.abc import Callable

import pytest

from palate.cli import figures, show
from palate.evaluation.result_row import Difference, ResultRow

AHEAD, BEHIND, LEVEL = (
    Difference(0.1, 0.05, 0.15, 9),
    Difference(-0.1, -0.15, -0.05, 9),
    Difference(0.1, -0.05, 0.25, 9),
)


def row(
    system: str, mean: float, less: Difference | None, *, k: int | None = 5, metric: str = "auc"
) -> ResultRow:
    protocol = "screening" if k is None else "ratings"
    return ResultRow(protocol, "made", system, k, metric, mean, mean - 0.01, mean + 0.01, 9, less)  # type: ignore[arg-type]


Shown = Callable[..., list[list[str]]]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shown:
    def show_rows(rows: list[ResultRow], width: int = 100) -> list[list[str]]:
        monkeypatch.setenv("COLUMNS", str(width))
        monkeypatch.setattr(show, "is_terminal", lambda: True)
        figures.show_rows(rows)
        return [line.split() for line in capsys.readouterr().out.splitlines()]

    return show_rows


def test_marks_say_who_is_better_whichever_way_is_better(shown: Shown) -> None:
    rows = [row("palate", 0.7, None), row("a", 0.6, AHEAD), row("b", 0.8, BEHIND), row("c", 0.65, LEVEL)]
    table = shown(rows)
    lines = [" ".join(line) for line in table[2:6]]
    assert lines == ["b 0.800 ±0.010 +", "palate 0.700 ±0.010", "c 0.650 ±0.010 =", "a 0.600 ±0.010 -"]
    losses = (("palate", 0.2, None), ("a", 0.1, AHEAD), ("b", 0.3, BEHIND))
    rows = [row(system, mean, less, k=None, metric="loss") for system, mean, less in losses]
    table = shown(rows)
    assert [line[0] + line[-1] for line in table[2:5]] == ["a+", "palate±0.010", "b-"]


def test_one_run_tells_nothing_and_a_narrow_terminal_gets_no_intervals(shown: Shown) -> None:
    table = shown([row("a", 0.6, Difference(0.1, 0.1, 0.1, 1))], width=80)
    assert table[2] == ["a", "0.600"]


def test_many_systems_fit_into_eighty_columns(shown: Shown) -> None:
    rows = [row(f"qdrant-average{i}", 0.5, AHEAD, k=k) for i in range(20) for k in (0, 5, 10, 20, 50)]
    table = shown(rows, width=80)
    assert table[2:22] == [[f"qdrant-average{i}", *["0.500", "-"] * 5] for i in range(20)]


def test_elsewhere_a_row_is_a_line_that_ends_with_the_difference(capsys: pytest.CaptureFixture[str]) -> None:
    figures.show_rows([row("palate", 0.7, None), row("a", 0.6, AHEAD)])
    palate, other = capsys.readouterr().out.splitlines()
    assert palate.split("\t") == [
        "ratings",
        "made",
        "palate",
        "5",
        "auc",
        "0.7000",
        "0.6900",
        "0.7100",
        "9",
        "",
        "",
        "",
    ]
    assert other.split("\t")[5:] == ["0.6000", "0.5900", "0.6100", "9", "0.1000", "0.0500", "0.1500"]
