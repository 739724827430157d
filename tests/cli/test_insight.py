"""Commands that look at many texts: their answers, notes and exit codes, on a store and on a file."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

Palate = Callable[..., Result]


def lines(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "papers.csv"
    rows = [
        f"{n},{'cats sleep all day' if n % 2 else 'bond yields rose again'} {n},word{n % 5},{2000 + n}-01-01"
        for n in range(40)
    ]
    path.write_text("id,title,text,date\n" + "\n".join(rows))
    return path


def test_topics_of_a_store_are_listed_renamed_merged_and_shown(palate: Palate, store: Path) -> None:
    pytest.importorskip("sklearn")
    found = lines(palate("topics", "--json"))
    ids = [topic["topic"] for topic in found]
    assert len(ids) >= 2
    assert "is called mine" in palate("topic", "rename", str(ids[0]), "mine").stderr
    assert "mine" in palate("topics").stdout
    palate("topic", "merge", str(ids[1]), str(ids[0]))
    assert ids[1] not in [topic["topic"] for topic in lines(palate("topics", "--json"))]
    assert palate("topic", "show", str(ids[0])).stdout.startswith(f"{ids[0]}  mine")
    refused = palate("topic", "rename", "99", "x", ok=False)
    assert (refused.exit_code, "list them with: palate topics" in refused.stderr) == (1, True)


def test_topics_and_clusters_of_a_file(palate: Palate, file: Path) -> None:
    pytest.importorskip("sklearn")
    pytest.importorskip("matplotlib")
    found = palate("topics", str(file), "--k", "2", "--over-time", "time.svg", "--json")
    assert [topic["size"] for topic in lines(found)] == [20, 20]
    assert file.with_name("time.svg").read_text().startswith("<?xml")
    assert len(lines(palate("clusters", str(file), "--k", "2", "--json"))) == 2
    assert "mean silhouette" in palate("clusters", str(file)).stderr
    assert palate("topics", str(file), "--anew", ok=False).exit_code == 2


def test_keywords_outliers_and_sentiment(palate: Palate, file: Path) -> None:
    pytest.importorskip("sklearn")
    assert "cats" in palate("keywords", "1", "--file", str(file)).stdout
    found = palate("keywords", "1", "3", "5", "--file", str(file), "--limit", "2", "--json")
    together = json.loads(found.stdout)
    assert (together["ids"], len(together["keywords"])) == (["1", "3", "5"], 2)
    assert "cats" in " ".join(keyword["word"] for keyword in together["keywords"])
    assert palate("keywords", "nobody", "--file", str(file), ok=False).exit_code == 1
    assert len(lines(palate("outliers", str(file), "--limit", "3", "--json"))) == 3
    assert len(palate("sentiment", str(file), "--limit", "4").stdout.splitlines()) == 4
    assert len(lines(palate("sentiment", str(file), "--json"))) == 40


def test_profile_of_a_file_and_a_store(palate: Palate, store: Path, file: Path) -> None:
    assert "40 rows, 4 columns" in palate("profile", str(file)).stdout
    assert "profile.html shows 40 rows" in palate("profile", str(file), "--html", "profile.html").stderr
    assert file.with_name("profile.html").exists()
    assert lines(palate("profile", "--json"))[0]["rows"] == 13
    assert palate("profile", "nowhere.csv", ok=False).exit_code == 1


def test_maps_are_written_kept_and_taken_up(palate: Palate, store: Path, file: Path) -> None:
    pytest.importorskip("openTSNE")
    palate("judge", "cats-1", "like")
    made = palate("map", "--method", "pca", "--colour", "value", "--save", "kept.map")
    assert "13 texts on map.html" in made.stderr
    assert "of the variance" in made.stderr
    for colour, out in (
        ("judgement", "a.svg"),
        ("topic", "b.png"),
        ("cluster", "c.svg"),
        ("source", "d.svg"),
    ):
        palate("map", "--colour", colour, "--out", out, "--on", "kept.map")
        assert file.with_name(out).stat().st_size > 500
    assert len(lines(palate("map", str(file), "--colour", "date", "--json"))) == 40
    refused = palate("map", "--out", "map.pdf", ok=False)
    assert (refused.exit_code, "change --out" in refused.stderr) == (1, True)
    palate("map", str(file), "--colour", "value")  # a reader of the store values any text


def test_an_empty_store_says_how_to_fill_it(palate: Palate, tmp_path: Path) -> None:
    (tmp_path / "none.csv").write_text("id,title\n")
    palate("reader", "add", "me")
    for command in ("map", "clusters", "outliers", "sentiment"):
        refused = palate(command, ok=False)
        assert (refused.exit_code, "palate add" in refused.stderr) == (1, True)
