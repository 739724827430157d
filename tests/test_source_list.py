import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from palate.cli.app import app
from palate.fetch_state import FetchState
from palate.library import Library
from palate.source_list import outcome_of
from palate.text import Text

JULY = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture
def filled(path: Path, static: object) -> Path:
    news = [
        Text.of(
            f"Story number {n} on cats and their rivers.",
            id=f"n{n}",
            source="News",
            url=f"https://www.news.example/{n}",
            published=JULY + timedelta(days=n),
        )
        for n in range(3)
    ]
    with Library(path) as library:
        library.add([*news, Text.of("A shelf of bonds.", id="s", source="shelf")])
        library.reader().judge_many([("n0", "like"), ("n1", 0.5), ("n2", "dislike"), ("s", "skip")])
        states = {
            "1": FetchState("https://news.example/feed.xml", etag="1"),
            "2": FetchState("https://gone.example/feed", gone=True),
        }
        with library.workspace.store.writing() as tables:
            tables.fetched.put(states)
    return path


def test_sources_have_their_texts_dates_judgements_and_fetches(filled: Path) -> None:
    with Library(filled) as library:
        infos = library.sources(library.reader().judged())
    assert [(info.name, info.texts, info.liked, info.disliked) for info in infos] == [
        ("News", 3, 2, 1),
        ("shelf", 1, 0, 0),
        ("https://gone.example/feed", 0, 0, 0),
    ]
    assert infos[0].newest == JULY + timedelta(days=2)
    assert infos[1].newest is None
    assert [info.fetched for info in infos] == [
        ("https://news.example/feed.xml answered",),
        (),
        ("https://gone.example/feed is gone for good",),
    ]


def test_the_command_lists_them(filled: Path) -> None:
    asked = ["--store", str(filled), "sources"]
    done = CliRunner().invoke(app, asked)
    assert done.stdout.splitlines()[0] == "3\t2026-07-03\t2\t1\tNews\thttps://news.example/feed.xml answered"
    shapes = [json.loads(line) for line in CliRunner().invoke(app, [*asked, "--json"]).stdout.splitlines()]
    assert list(shapes[0]) == ["name", "texts", "newest", "liked", "disliked", "fetched"]
    assert [shape["newest"] for shape in shapes] == ["2026-07-03T00:00:00+00:00", None, None]


def test_an_empty_store_says_how_to_add(path: Path) -> None:
    Library(path).close()
    assert "palate add SOURCE" in CliRunner().invoke(app, ["--store", str(path), "sources"]).stderr


def test_what_a_server_said_is_told_by_its_weight() -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)
    assert "not to be asked before" in outcome_of(FetchState("https://a.example", retry_at=soon))
    assert (
        outcome_of(FetchState("https://a.example", retry_at=JULY - timedelta(days=9999)))
        == "https://a.example answered"
    )
    assert outcome_of(FetchState("https://a.example", moved_to="https://b.example")).endswith(
        "leads to https://b.example"
    )
