import json
import webbrowser
from collections.abc import Callable

import pytest
from typer.testing import Result

from palate.cli import show
from palate.library import Library
from palate.text import Text

Palate = Callable[..., Result]
LONG = "Cats sleep in the warm kitchen all afternoon. " * 8


@pytest.fixture
def _filled(palate: Palate) -> None:
    more = {"date": "2026-01-05", "authors": "Doe, Jane; Roe, R.", "url": "https://example.org/a"}
    with Library("store.db") as library:
        library.add([{"id": "a", "title": "On cats", "text": f"{LONG}\n\nThe end.", **more}])
        library.add([{"id": "bare", "title": "Bonds"}, Text.of("x", id="odd", url="file:///etc/passwd")])


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that a browser was asked for."""
    addresses: list[str] = []

    def open_address(url: str) -> bool:
        addresses.append(url)
        return True

    monkeypatch.setattr(webbrowser, "open", open_address)
    return addresses


@pytest.mark.usefixtures("_filled")
def test_show_gives_the_whole_text_with_where_it_is_from(palate: Palate) -> None:
    head, _, body = palate("show", "a").stdout.partition("\n\n")
    assert head.split("\n")[0] == "On cats"
    assert head.split("\n")[1].startswith("a · ")
    assert head.split("\n")[1].endswith(" · 2026-01-05")
    assert head.split("\n")[2:] == ["Doe, Jane; Roe, R.", "https://example.org/a"]
    assert body.split() == f"{LONG} The end.".split()
    shown = json.loads(palate("show", "a", "--json").stdout)
    assert list(shown) == ["id", "title", "language", "source", "published", "url", "authors", "body"]
    assert shown["authors"] == ["Doe, Jane", "Roe, R."]
    assert shown["body"].split() == body.split()
    assert palate("show", "bare").stdout.startswith("Bonds\nbare")


@pytest.mark.usefixtures("_filled")
def test_in_a_terminal_words_are_wrapped_and_never_cut(
    palate: Palate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(show, "is_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "50")
    body = palate("show", "a").stdout.partition("\n\n")[2]
    assert max(map(len, body.split("\n"))) <= 50
    assert body.split() == f"{LONG} The end.".split()


@pytest.mark.usefixtures("_filled")
def test_open_asks_the_browser_for_the_address(palate: Palate, opened: list[str]) -> None:
    assert palate("open", "a").stdout == "https://example.org/a\n"
    assert json.loads(palate("open", "a", "--json").stdout) == {"id": "a", "url": "https://example.org/a"}
    assert opened == ["https://example.org/a"] * 2


@pytest.mark.usefixtures("_filled")
@pytest.mark.parametrize(("text", "why"), [("bare", "has no address"), ("odd", "is none of http or https")])
def test_what_is_no_address_of_the_web_is_not_opened(
    palate: Palate, opened: list[str], text: str, why: str
) -> None:
    refused = palate("open", text, ok=False)
    assert refused.exit_code == 1
    assert why in refused.stderr
    assert f"palate show {text}" in refused.stderr
    assert opened == []


@pytest.mark.usefixtures("_filled")
def test_without_a_browser_the_address_is_printed_and_that_is_said(
    palate: Palate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda _url: False)
    refused = palate("open", "a", ok=False)
    assert (refused.exit_code, refused.stdout) == (1, "https://example.org/a\n")
    assert "no browser could be started" in refused.stderr
