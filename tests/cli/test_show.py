import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from typer.testing import Result

from palate.cli import progress_bar, show, tables
from palate.library import Library
from palate.text import Text
from palate.value import Hit, Match, Value

Palate = Callable[..., Result]
WICKED = "\x1b[31mred\x1b[0m \x1b]0;title\x07[bold]x[/bold]\r\n\x9b2J\u202egnp.exe :smile:"


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(show, "is_terminal", lambda: True)


def test_clean_leaves_one_line_without_controls() -> None:
    assert show.clean(WICKED) == "red [bold]x[/bold] 2Jgnp.exe :smile:"
    assert show.clean("tab\tand\nline") == "tab and line"
    assert show.clean("žluťoučký 猫 \U0001f600") == "žluťoučký 猫 \U0001f600"


@pytest.mark.parametrize("as_terminal", [False, True])
def test_no_command_passes_on_control_characters_or_markup(
    palate: Palate, monkeypatch: pytest.MonkeyPatch, as_terminal: bool
) -> None:
    monkeypatch.setattr(show, "is_terminal", lambda: as_terminal)
    with Library("store.db") as library:
        library.add(
            [
                Text.of(f"{WICKED} {word}", title=WICKED + word, id=f"id{WICKED}{word}")
                for word in ("cats", "bonds")
            ]
        )
    commands: Sequence[Sequence[str]] = (
        ["rank"],
        ["find", "cats"],
        ["why", f"id{WICKED}cats"],
        ["judge", f"id{WICKED}cats", "like"],
        ["undo"],
        ["value", WICKED],
        ["demo", "wicked.jsonl"],
    )
    Path("wicked.jsonl").write_text(json.dumps({"title": WICKED, "text": WICKED}))
    for command in commands:
        said = palate(*command).stdout
        assert not set(said) & set("\x1b\x9b\r\x07\u202e"), command
        assert "[bold]x[/bold]" in said, command


def test_json_keeps_texts_as_they_are(palate: Palate) -> None:
    with Library("store.db") as library:
        library.add([Text.of(WICKED, title="žluť 猫", id="a")])
    said = palate("rank", "--json").stdout
    assert "žluť 猫" in said
    assert json.loads(palate("why", "a", "--json").stdout)["title"] == "žluť 猫"


def test_what_is_no_number_is_null(capsys: pytest.CaptureFixture[str]) -> None:
    tables.show_found([Match(Text.of("a"), float("nan"), 0.5)], as_json=True)
    tables.show_hits([Hit(Text.of("a"), Value(0.5, float("nan")))], as_json=True)
    found, hit = map(json.loads, capsys.readouterr().out.splitlines())
    assert found["similarity"] is None
    assert hit["sd"] is None


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize("long_id", [False, True])
def test_a_table_crops_titles_and_never_ids(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, long_id: bool
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    ids = ["short", "https://example.org/" + "a" * 100 if long_id else "s001"]
    tables.show_hits(
        [Hit(Text.of("body", title="title " * 40, id=id), Value(0.873, 0.1), (id, "b")) for id in ids],
        as_json=False,
    )
    said = capsys.readouterr().out
    assert max(map(len, said.splitlines())) <= 60
    assert "title title" in said
    assert "…" in said
    assert "+1 near-copy" in said
    assert all(id in "".join(said.split()) for id in ids)


@pytest.mark.usefixtures("terminal")
def test_tables_of_nothing_are_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    tables.show_hits([], as_json=False)
    tables.show_found([], as_json=False)
    tables.show_tastes([])
    tables.show_hits([], as_json=True)
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("terminal")
def test_every_answer_fits_a_terminal(palate: Palate, store: Path) -> None:
    palate("reader", "add", "ada", "--likes", "cats")
    for command in (
        ["rank"],
        ["find", "cats"],
        ["why", "cats-1"],
        ["reader", "list"],
        ["ask"],
        ["value", "two cats"],
    ):
        said = palate(*command).stdout
        assert said
        assert max(map(len, said.splitlines())) <= 100


def test_progress_is_silent_where_stderr_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar.progress_bar("adding") as update:
        update(1, 2)
    assert capsys.readouterr() == ("", "")


def test_progress_in_a_terminal_goes_to_stderr(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with progress_bar.progress_bar("adding [red]x") as update:
        update(1, 2)  # over before a bar is due
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(progress_bar, "BAR_AFTER_S", 0)
    monkeypatch.setattr("threading.Timer", AtOnce)
    with progress_bar.progress_bar("adding [red]x") as update:
        update(1, 2)
        update(2, 2)
    out, err = capsys.readouterr()
    assert out == ""
    assert "adding [red]x" in err
    assert "2/2" in err


class AtOnce:
    """A threading.Timer that does not wait."""

    def __init__(self, _seconds: float, deed: Callable[[], None]) -> None:
        self.start = deed

    def cancel(self) -> None: ...

    def join(self) -> None: ...
