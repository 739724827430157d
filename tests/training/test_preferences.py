import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from palate.errors import BadSource
from palate.training.preferences import read_preferences


def write(path: Path, *rows: Any) -> Path:
    lines = "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)
    path.write_bytes(gzip.compress(lines.encode()) if path.suffix == ".gz" else lines.encode())
    return path


def test_the_three_forms_say_the_same(tmp_path: Path) -> None:
    rows = [
        {"prompt": "p", "chosen": "good", "rejected": "bad"},
        {"prompt": "p", "a": "bad", "b": "good", "preference": "b"},
        {"prompt": "p", "ranking": ["good", "bad"]},
    ]
    for name in ("rows.jsonl", "rows.jsonl.gz"):
        rankings = read_preferences(write(tmp_path / name, *rows)).rankings
        assert len(rankings) == 3
        for one in rankings:
            assert (one.prompt, dict(zip(one.answers, one.ranks, strict=True))) == (
                "p",
                {"good": 0, "bad": 1},
            )


def test_ties_margins_contexts_and_longer_rankings_are_read(tmp_path: Path) -> None:
    path = write(
        tmp_path / "rows.jsonl",
        {"prompt": "p", "a": "one", "b": "two", "preference": "tie", "source": "s", "context": "c"},
        {"prompt": "p", "ranking": ["one", ["two", "three"], "four"], "margin": 0.5},
        {"prompt": "p", "chosen": "same", "rejected": "same"},
    )
    tie, longer = (found := read_preferences(path)).rankings
    assert (tie.ranks, tie.pairs, tie.source, tie.asked) == ((0, 0), [], "s", "c\n\np")
    assert (longer.ranks, longer.margin, len(longer.pairs)) == ((0, 1, 1, 2), 0.5, 5)
    assert found.n_left_out == 1


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("{not json", "row 2"),
        ({"prompt": "p", "text": "x"}, "row 2.* expected prompt, chosen, rejected; or"),
        ({"prompt": "p", "a": "x", "b": "y", "preference": "c"}, "row 2.* expected a, b or tie"),
        ({"prompt": "p", "chosen": "x", "rejected": " "}, "row 2.* rejected is empty"),
        ({"chosen": "x", "rejected": "y"}, "row 2.* no column prompt"),
        ({"prompt": "p", "chosen": "x", "rejected": "y", "margin": -1}, "row 2.* margin is -1"),
        ({"prompt": "p", "ranking": ["x"]}, "row 2.* two answers or more"),
        ({"prompt": "p", "ranking": ["x", 7]}, "row 2.* two answers or more"),
        ({"prompt": "p", "ranking": "x"}, "row 2.* two answers or more"),
    ],
)
def test_other_rows_are_refused_with_their_number(tmp_path: Path, row: Any, told: str) -> None:
    good = {"prompt": "p", "chosen": "good", "rejected": "bad"}
    with pytest.raises(BadSource, match=told):
        read_preferences(write(tmp_path / "rows.jsonl", good, row))


@pytest.mark.parametrize(
    "rows",
    [
        [{"prompt": "p", "a": "x", "b": "y", "preference": "tie"}],
        [{"prompt": "p", "chosen": "x", "rejected": "x"}],
    ],
)
def test_a_file_that_tells_no_answers_apart_is_refused(tmp_path: Path, rows: list[Any]) -> None:
    with pytest.raises(BadSource, match="holds no preference"):
        read_preferences(write(tmp_path / "rows.jsonl", *rows))


def test_pairs_may_stand_in_any_table(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("prompt,chosen,rejected\np,good,bad\n")
    (one,) = read_preferences(path).rankings
    assert (one.prompt, one.answers, one.ranks) == ("p", ("good", "bad"), (0, 1))


def test_a_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "rows.jsonl.gz"
    broken.write_bytes(gzip.compress(b"{}" * 99)[:20])
    with pytest.raises(BadSource):
        read_preferences(broken)
