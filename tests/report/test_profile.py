"""Profile: planted faults are found, the mends mend, and bad input is told."""

import csv
import io
import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from palate.errors import BadSource
from palate.library import Library
from palate.report.column_cells import read_column
from palate.report.mended_table import write_mended
from palate.report.profile import profile_of
from palate.report.profile_page import profile_page
from palate.report.table_profile import Profile
from palate.text import Text

SUBJECTS = "cats bonds rivers pianos comets bridges vaccines glaciers novels engines".split()
ACTS = "describe measure compare restore question explain collect observe publish translate".split()
WORDS = "ancient quiet modern fragile distant careful public hidden rapid gentle severe bright".split()


def sentence(seed: int) -> str:
    rng = np.random.default_rng(seed)
    parts = [
        f"{rng.choice(WORDS)} {rng.choice(SUBJECTS)}{rng.integers(100)} {rng.choice(ACTS)}" for _ in range(9)
    ]
    return " ".join(parts).capitalize() + "."


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def faulty(tmp_path: Path) -> tuple[Path, Path]:
    """A table with one fault of each kind, and a test part that it leaks into."""
    rows: list[dict[str, object]] = [
        {
            "id": f"r{n}",
            "text": sentence(n),
            "label": "rare" if n % 30 == 7 else "common",
            "price": 1000 + 37 * n % 500,
            "with_tax": 1.19 * (1000 + 37 * n % 500),
            "share": (n * 7 % 60) / 60,
            "empty": "",
            "same": "CC-BY",
        }
        for n in range(60)
    ]
    rows[20]["text"] = rows[3]["text"]
    rows[21]["text"] = str(rows[4]["text"]).replace(".", " indeed.")
    rows[22] |= {"text": rows[5]["text"], "label": "rare"}
    rows[23]["text"] = sentence(23) + " CafÃ©"
    rows[24]["text"] = sentence(24) + "\x07"
    rows[25]["share"] = "inf"
    rows[26]["label"] = ""
    test: list[dict[str, object]] = [
        {"text": rows[40]["text"], "label": "common"},
        {"text": f"{rows[41]['text']} Ah!", "label": "common"},
    ]
    return write(tmp_path / "train.csv", rows), write(tmp_path / "test.csv", test)


def kinds(profile: Profile) -> list[str]:
    return [warning.kind for warning in profile.warnings]


def test_every_planted_fault_is_found_with_its_place(faulty: tuple[Path, Path]) -> None:
    found = profile_of(faulty[0], against=faulty[1])
    assert found.label == "label"
    assert found.duplicates.exact == ((3, 20), (5, 22))
    assert [pair[:2] for pair in found.duplicates.near] == [(4, 21)]
    assert [pair[:2] for pair in found.duplicates.conflicts] == [(5, 22)]
    assert found.leakage is not None
    assert [pair[:2] for pair in found.leakage.exact] == [(40, 0)]
    assert [pair[:2] for pair in found.leakage.near] == [(41, 1)]
    assert (found.encoding.mojibake, found.encoding.controls) == ((23,), (24,))
    assert found.unlabelled == (26,)
    expected = (
        "leakage conflicts copies near-copies mojibake controls unlabelled imbalance empty,column one,value"
    )
    expected += " infinite scales same,columns rare,classes"
    assert {*kinds(found)} == {kind.replace(",", " ") for kind in expected.split()}
    leak = found.warnings[0]
    assert "row 42 = test.csv, row 2" in leak.message
    assert leak.mend == f"palate profile {faulty[0]} --against {faulty[1]} --mend mended.csv"


def test_what_is_mended_has_none_of_these_faults(faulty: tuple[Path, Path], tmp_path: Path) -> None:
    found = profile_of(faulty[0], against=faulty[1])
    out = tmp_path / "mended.csv"
    with out.open("w", encoding="utf-8", newline="\n") as file:
        done = write_mended(found, faulty[0], file, leave_out=["empty", "same", "with_tax"], scale=True)
    assert (done.written, done.copies, done.leaks, done.conflicts, done.unlabelled) == (60 - 7, 2, 2, 2, 1)
    again = profile_of(out, against=faulty[1])
    assert {*kinds(again)} <= {"imbalance", "rare classes", "missing"}
    assert again.n_rows == done.written
    kept = {content for content in again.contents if "é" in content}
    assert kept == {sentence(23) + " Café"}


def test_the_same_is_found_each_time(faulty: tuple[Path, Path]) -> None:
    first, second = (json.dumps(profile_of(faulty[0], against=faulty[1]).shape()) for _ in range(2))
    assert first == second


def test_shape_is_json_without_nan_and_the_page_escapes(faulty: tuple[Path, Path]) -> None:
    rows = [{"text": f"<script>alert({n})</script> {sentence(n)}", "<b>": n} for n in range(5)] * 2
    path = write(faulty[0].with_name("<i>.csv"), rows)
    found = profile_of(path)
    json.dumps(found.shape(), allow_nan=False)
    html = profile_page(found)
    assert "<script>" not in html
    assert "<b>" not in html.replace("<li><b>", "")
    assert "http://" not in html
    assert "&lt;script&gt;" in html
    assert "<script>" not in found._repr_html_()


def test_a_store_and_its_file_say_the_same(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"id": f"r{n}", "text": sentence(n), "stars": n % 5} for n in range(12)]
    path = write(tmp_path / "a.csv", rows)
    with Library(tmp_path / "s.db") as library:
        library.add(path)
        stored = profile_of(library)
    from_file = profile_of(path)
    assert stored.n_rows == from_file.n_rows
    stars = [next(c for c in found.columns if c.name == "stars") for found in (stored, from_file)]
    assert stars[0].numbers == stars[1].numbers
    assert stored.command == f"palate profile --store {tmp_path / 's.db'}"


def test_other_files_are_profiled_by_the_fields_of_their_texts(tmp_path: Path) -> None:
    path = tmp_path / "refs.bib"
    path.write_text("@article{a, title={On cats}, year={2001}}\n@article{b, title={On bonds}, year={2002}}\n")
    found = profile_of(path)
    assert [column.kind for column in found.columns if column.name == "title"] == ["text"]
    assert found.n_rows == 2


def test_rows_of_different_objects_make_one_table(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"text": "one two", "a": 1}\n{"text": "three", "b": [1, 2]}\n{"a": null, "text": "four"}\n'
    )
    found = {column.name: column for column in profile_of(path).columns}
    assert (found["a"].count, found["a"].missing) == (1, 2)
    assert (found["b"].count, found["b"].kinds) == (1, {"list": 1})


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "2.5", "-3e4", "nan", ""], "number"),
        (["1", "2", "two", "three"], "mixed"),
        (["2020-01-02", "3 May 2021", ""], "date"),
        ([date(2020, 1, 2), date(2021, 1, 2)], "date"),
        ([True, False, True], "category"),
        (["yes", "no", "yes"], "category"),
        ([["a", "b"], ["a"], ["a"]], "category"),
        (["x1", "x2", "x3"], "id"),
        ([3, 4, 5, 6], "id"),
        (["1_000", "2_000"], "id"),
        ([None, float("nan"), "N/A", "-"], "empty"),
        ([np.int64(3), np.float64(2.5), np.int64(3)], "number"),
        (["the cat sat on the mat and looked at the dog for a very long while indeed"] * 2, "text"),
    ],
)
def test_kinds_of_columns(cells: list[object], kind: str) -> None:
    assert read_column("x", cells).kind == kind


def test_one_row_and_identical_rows(tmp_path: Path) -> None:
    one = profile_of(write(tmp_path / "one.csv", [{"text": sentence(1), "n": 3}]))
    assert one.n_rows == 1
    assert one.warnings == ()
    profile_page(one)
    same = profile_of(write(tmp_path / "same.csv", [{"text": sentence(1), "n": 3}] * 40))
    assert same.duplicates.n_exact == 39
    assert "one value" in kinds(same)
    profile_page(same)


def test_a_store_of_one_source_and_language_is_not_warned_of(library: Library) -> None:
    library.add([Text(str(n), "", sentence(n), source="one") for n in range(40)])
    assert "one value" not in kinds(profile_of(library))


def test_no_rows_and_an_empty_file_are_told(tmp_path: Path) -> None:
    for content, message in (("text,n\n", "no rows"), ("", "empty")):
        path = tmp_path / "a.csv"
        path.write_text(content)
        with pytest.raises(BadSource, match=message):
            profile_of(path)
    with Library(":memory:") as library, pytest.raises(BadSource, match="no rows"):
        profile_of(library)
    with pytest.raises(BadSource, match="no file"):
        profile_of(tmp_path / "not-there.csv")


def test_ten_thousand_columns_are_all_described_and_the_page_is_limited(tmp_path: Path) -> None:
    numbers = np.random.default_rng(0).normal(size=(6, 10_000)).round(3)
    path = tmp_path / "wide.csv"
    lines = [",".join(f"c{n}" for n in range(10_000)), *(",".join(map(str, row)) for row in numbers.tolist())]
    path.write_text("\n".join(lines) + "\n")
    found = profile_of(path)
    assert len(found.columns) == 10_000
    assert any("9,000 were not" in note for note in found.notes)
    html = profile_page(found)
    assert "9,800 more columns" in html
    assert "Drawn are the 40 columns" in html
    assert len(html) < 1_000_000


def test_a_label_or_column_that_is_not_there_is_told(faulty: tuple[Path, Path]) -> None:
    with pytest.raises(BadSource, match="no column 'colour' for the label; it has: id, text"):
        profile_of(faulty[0], label="colour")
    found = profile_of(faulty[0])
    with pytest.raises(BadSource, match="no column 'colour' to leave out"):
        write_mended(found, faulty[0], io.StringIO(), leave_out=["colour"])
    with pytest.raises(BadSource, match="nothing of"):
        write_mended(found, faulty[0], io.StringIO(), leave_out=[column.name for column in found.columns])


def test_a_second_file_without_a_shared_column_is_told(faulty: tuple[Path, Path]) -> None:
    other = write(faulty[1].with_name("other.csv"), [{"body": "a"}, {"body": "b"}])
    with pytest.raises(BadSource, match="shares no column"):
        profile_of(faulty[0], against=other)


def test_rows_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,n\none two,1\nthree,2,3,4\nfour five,2\n")
    found = profile_of(path)
    assert found.n_rows == 2
    assert list(found.skipped) == ["a.csv, row 3"]
    assert "unread" in kinds(found)


def test_several_languages_are_told(tmp_path: Path) -> None:
    german = "Der Hund schläft den ganzen Tag unter dem alten Tisch in der Küche."
    english = "The dog sleeps for the whole day under the old table in the kitchen."
    path = write(tmp_path / "a.csv", [{"text": f"{t} {n}"} for n in range(5) for t in (german, english)])
    found = profile_of(path)
    assert found.languages == {"de": 5, "en": 5}
    assert "languages" in kinds(found)


def test_lists_stay_lists_in_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "one two", "tags": ["a", "b"]}\n{"text": "three four", "tags": ["c"]}\n')
    file = io.StringIO()
    write_mended(profile_of(path), path, file, lines=True)
    assert file.getvalue() == path.read_text()


def test_a_frame_has_a_row_for_each_column(faulty: tuple[Path, Path]) -> None:
    pytest.importorskip("pandas")
    frame = profile_of(faulty[0]).to_frame()
    assert frame.column.tolist()[:3] == ["id", "text", "label"]
    assert frame.set_index("column").loc["price", "count"] == 60
