"""Profile: what is planted in a table is found, and what is told can be mended."""

import json
from pathlib import Path

import numpy as np
import pytest

from palate.errors import BadSource
from palate.library import Library
from palate.report.near_pairs import near_pairs
from palate.report.profile import profile_of

LONG = (
    "the quick brown fox jumps over a lazy dog while seven hens watch from their old coop at noon number {}"
)


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    return path


def rows(n: int, first: int = 0) -> list[dict[str, object]]:
    rng = np.random.default_rng(first)
    words = [f"word{number}" for number in range(400)]
    return [
        {
            "id": first + number,
            "text": " ".join(rng.choice(words, 12)),
            "label": "ab"[number % 2],
            "size": number,
            "weight": number * 1e-3,
            "empty": "",
            "same": 1,
        }
        for number in range(n)
    ]


def test_what_is_wrong_is_found_with_its_mend(tmp_path: Path) -> None:
    table = rows(60)
    table[1]["text"] = table[0]["text"]
    table += [
        {"text": LONG.format("one"), "label": "a"},
        {"text": LONG.format("two"), "label": "b"},
        {"text": "Wir gehen in das Café und essen Brot mit Käse".encode().decode("cp1252"), "label": "a"},
    ]
    other = write(
        tmp_path / "test.jsonl", [*rows(20, 500), {"text": table[5]["text"]}, {"text": LONG.format("ten")}]
    )
    found = profile_of(write(tmp_path / "train.jsonl", table), against=other)
    told = " / ".join(warning.message for warning in found.warnings)
    assert found.leakage is not None
    assert ([row for row, _ in found.leakage.exact], [row for row, _ in found.leakage.near]) == (
        [5],
        [60, 61],
    )
    assert set(found.conflicts) == {(0, 1), (60, 61)}
    assert found.trouble.misread == 1
    assert found.balance == {"a": 32, "b": 31}
    for part in (
        "are in ",
        "different labels",
        "wrong encoding",
        "1 word by word, 1 pairs",
        "are empty: empty",
        "same in every row: same",
        "size and weight (1.00)",
        "not on the same scale",
    ):
        assert part in told
    assert all(warning.mend for warning in found.warnings)
    shape = json.loads(json.dumps(found.shape(), allow_nan=False))
    assert shape["label_conflicts"] == [[0, 1], [60, 61]]
    page = found.html()
    assert "wrong encoding" in page
    assert "<svg" in page


def test_a_clean_table_has_no_warnings(tmp_path: Path) -> None:
    clean: list[dict[str, object]] = [
        {"title": f"A title {n}", "text": f"It was the {row['text']} that came with the rain and the wind"}
        for n, row in enumerate(rows(9))
    ]
    found = profile_of(write(tmp_path / "clean.jsonl", clean))
    assert found.warnings == ()
    assert "Nothing is wrong" in found.html()
    assert "9 rows" in found._repr_html_()


@pytest.mark.parametrize("n", [1, 2])
def test_one_row_is_a_table(tmp_path: Path, n: int) -> None:
    found = profile_of(write(tmp_path / "one.jsonl", [{"text": "same words"}] * n))
    assert found.n_rows == n
    assert found.html()


def test_ten_thousand_columns_are_described(tmp_path: Path) -> None:
    path = tmp_path / "columns.csv"
    names = ",".join(f"c{n}" for n in range(10_000))
    path.write_text(
        f"text,{names}\n"
        + "\n".join(
            f"a text {row}," + ",".join(str((row * n) % 7) for n in range(10_000)) for row in range(4)
        )
    )
    found = profile_of(path)
    assert len(found.columns) == 10_001
    assert len(found.html()) < 2_000_000


def test_what_is_no_table_or_lacks_a_label_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(BadSource):
        profile_of(tmp_path / "empty.csv")
    with pytest.raises(BadSource, match="has no column 'kind'"):
        profile_of(write(tmp_path / "t.jsonl", rows(3)), label="kind")


def test_a_store_has_a_profile_too(static: object) -> None:
    with Library(":memory:") as library:
        library.add(
            [
                {"id": "a", "title": "Cats", "text": "They sleep.", "topic": "pets"},
                {"id": "b", "title": "Bonds"},
            ]
        )
        found = profile_of(library)
    assert {"id", "title", "topic"} <= {column.name for column in found.columns}
    assert found.n_rows == 2


def test_near_pairs_are_joined_into_groups() -> None:
    contents = [LONG.format("one"), "something else entirely", LONG.format("two"), LONG.format("one") + " "]
    found = near_pairs(contents)
    assert found.exact == [[0, 3]]
    assert found.groups(4) == [[0, 2, 3]]
    assert near_pairs([]).groups(0) == []
