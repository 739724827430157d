"""palate map: what it writes, says and refuses."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

Palate = Callable[..., Result]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rows = ["id,title,text,kind,date"]
    for row in range(12):
        words = ("cats sleep", "bonds fell")[row % 2]
        rows.append(f"t{row},Title {row},The {words} on day {row}.,{'ab'[row % 2]},2024-01-{row + 1:02}")
    path = tmp_path / "texts.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def test_a_file_becomes_a_page(palate: Palate, table: Path) -> None:
    result = palate("map", str(table), "--method", "pca")
    assert "12 texts on map.html; open it in a browser" in result.stderr
    assert "its axes keep " in result.stderr
    assert result.stdout == ""
    assert "Map of texts.csv" in Path("map.html").read_text()


def test_json_gives_a_line_a_text_and_writes_no_page(palate: Palate, table: Path) -> None:
    result = palate("map", str(table), "--method", "pca", "--json")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["id"] for line in lines] == [f"t{row}" for row in range(12)]
    assert set(lines[0]) == {"id", "x", "y"}
    assert not Path("map.html").exists()


def test_a_label_colours_by_its_column(palate: Palate, table: Path) -> None:
    palate("map", str(table), "--method", "pca", "--label", "kind", "--out", "a.svg")
    assert "a (6)" in Path("a.svg").read_text()
    refused = palate("map", str(table), "--label", "kind", "--colour", "date", ok=False)
    assert refused.exit_code == 2
    refused = palate("map", str(table), "--method", "pca", "--label", "size", ok=False)
    assert (refused.exit_code, "no text of" in refused.stderr) == (1, True)


def test_a_kept_map_takes_more_texts(palate: Palate, table: Path) -> None:
    lines = table.read_text().splitlines()
    table.with_name("first.csv").write_text("\n".join(lines[:9]) + "\n")
    kept = palate("map", str(table.with_name("first.csv")), "--method", "pca", "--save", "a.map")
    assert "place texts on it with: palate map --on a.map" in kept.stderr
    first = palate("map", str(table.with_name("first.csv")), "--on", "a.map", "--json").stdout
    assert palate("map", str(table), "--on", "a.map", "--json").stdout.startswith(first)


def test_a_store_and_its_reader(palate: Palate, store: Path, table: Path) -> None:
    palate("judge", "cats-1", "like")
    for colour in ("value", "judgement"):
        palate("map", "--method", "pca", "--colour", colour, "--out", "a.html")
        assert "by me" in (page := Path("a.html").read_text()) or "for me" in page
    palate(
        "map", str(table), "--method", "pca", "--colour", "value", "--out", "b.html"
    )  # a file by the store's reader
    assert "value for me" in Path("b.html").read_text()
    assert "nobody" in palate("map", "--colour", "value", "--reader", "nobody", ok=False).stderr


def test_what_cannot_be_drawn_is_refused(palate: Palate, tmp_path: Path, table: Path) -> None:
    def refusal(*args: str) -> str:
        result = palate("map", *args, ok=False)
        assert result.exit_code == 1
        return result.stderr

    assert "change --out" in refusal(str(table), "--out", "a.pdf")
    assert "name another file with --out" in refusal(str(table), "--method", "pca", "--out", "none/a.html")
    (tmp_path / "one.csv").write_text("title,text\nCats,They sleep.\n")
    assert "two texts that differ" in refusal("one.csv")
    (tmp_path / "none.csv").write_text("title,text\n")
    assert "none.csv" in refusal("none.csv")
    (tmp_path / "same.csv").write_text("id,text\na,Cats sleep.\nb,Cats sleep.\nc,Cats sleep.\n")
    assert "all alike" in refusal("same.csv")
    assert "cannot be read as a map" in refusal(str(table), "--on", "none.map")
    assert not list(tmp_path.glob("*.html"))
