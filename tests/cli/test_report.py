import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

Palate = Callable[..., Result]
pytestmark = pytest.mark.needs("insight")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("palate.report.report.MAX_TEXTS_OF_TSNE", 0)
    monkeypatch.setattr("palate.report.taste_words.TEXTS_AT_AN_END", 3)


def test_a_report_of_the_store_is_a_page_and_lines(palate: Palate, store: Path) -> None:
    palate("judge", "bonds-1", "like")
    palate("judge", "cats-1", "dislike")
    answer = palate("report", "--reader", "me", "--out", "me.html")
    assert "me.html is the report" in answer.stderr
    page = Path("me.html").read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert "What this reader likes, and how sure we are" in page
    assert answer.stdout.startswith("Texts: 13 texts")
    assert not Path("report.html").exists()


def test_without_a_reader_it_is_on_the_texts_alone(palate: Palate, store: Path) -> None:
    answer = palate("report")
    assert "Values:" not in answer.stdout
    assert "for me" not in Path("report.html").read_text("utf-8")


def test_json_is_one_object_and_no_page(palate: Palate, store: Path) -> None:
    (line,) = palate("report", "--reader", "me", "--json").stdout.splitlines()
    found = json.loads(line)
    assert found["facts"] == {"texts": "13", "reader": "me", "judgements": "0"}
    assert found["sections"][0]["section"] == "texts"
    assert not Path("report.html").exists()


def test_a_plain_file_needs_no_store(palate: Palate, tmp_path: Path) -> None:
    Path("cats.csv").write_text(
        "id,title,text\n1,On cats,They sleep all day.\n2,On bonds,Yields rose again.\n"
    )
    answer = palate("report", "cats.csv")
    assert answer.stdout.startswith("Texts: 2 texts")
    assert not (tmp_path / "store.db").exists()


def test_a_reader_who_is_not_there_is_an_error(palate: Palate, store: Path) -> None:
    answer = palate("report", "--reader", "nobody", ok=False)
    assert answer.exit_code == 1
    assert not Path("report.html").exists()


def test_a_store_without_texts_is_refused_with_the_mend(palate: Palate) -> None:
    palate("reader", "add", "me")
    answer = palate("report", ok=False)
    assert answer.exit_code == 1
    assert "palate add" in answer.stderr
