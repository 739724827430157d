import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
import typer
from rich.console import Console

from palate.cli.interview import interview
from palate.library import Library
from palate.reader import Reader
from palate.text import Text


@pytest.fixture
def reader(store: Path, static: object) -> Iterator[Reader]:
    with Library(store) as library:
        yield library.reader()


@pytest.fixture
def console(capsys: pytest.CaptureFixture[str]) -> Console:
    return Console(width=60, height=12, markup=False, highlight=False)


def pressing(keys: Iterable[str]) -> Callable[[], str]:
    waiting = iter(keys)
    return lambda: next(waiting)


def test_keys_become_judgements(reader: Reader, console: Console, capsys: pytest.CaptureFixture[str]) -> None:
    asked = [reader.ask()[0].text.id]
    interview(reader, console, pressing("ldsq"), None)
    judged = reader.judged()
    assert [feedback.kind for feedback in judged] == ["like", "dislike", "skip"]
    assert judged[0].text_id == asked[0]
    assert capsys.readouterr().out.endswith("3 judgements kept\n")


def test_the_text_that_is_shown_is_the_one_the_strategy_chooses(reader: Reader, console: Console) -> None:
    reader.judge_many([("cats-1", "like"), ("bonds-2", "dislike")])
    asked = [reader.ask(strategy=strategy)[0].text.id for strategy in ("explore", "diverse")]
    assert asked[0] != asked[1]
    interview(reader, console, pressing("s"), 1, "diverse")
    assert reader.judged()[-1].text_id == asked[1]


def test_enter_after_a_key_and_other_keys_change_nothing(reader: Reader, console: Console) -> None:
    interview(reader, console, pressing(["l\r", "\n", "x", "\x1b[A", "D", "q"]), None)
    assert [feedback.kind for feedback in reader.judged()] == ["like", "dislike"]


def test_undo_asks_the_same_text_again(
    reader: Reader, console: Console, capsys: pytest.CaptureFixture[str]
) -> None:
    first = reader.ask()[0]
    interview(reader, console, pressing("luuq"), None)
    assert reader.judged() == []
    assert reader.ask()[0].text.id == first.text.id
    out = capsys.readouterr().out
    assert f"undone: like  {first.text.id}" in out
    assert "nothing to undo" in out
    assert out.endswith("0 judgements kept\n")


def test_it_ends_at_the_limit_and_when_nothing_is_left(
    reader: Reader, console: Console, capsys: pytest.CaptureFixture[str]
) -> None:
    interview(reader, console, pressing("l"), 1)
    assert len(reader.judged()) == 1
    for _ in range(2):  # at the first it may have seen enough
        interview(reader, console, pressing("s" * 11), None)
    assert "no text is left to ask" in capsys.readouterr().out


def test_it_ends_when_nearly_all_is_found_and_goes_on_when_asked_again(
    tmp_path: Path, console: Console, capsys: pytest.CaptureFixture[str]
) -> None:
    with Library(tmp_path / "many.db") as library:
        library.add([f"A text on subject {n}, which is like no other: {n * 7919}." for n in range(120)])
        many = library.reader()
        interview(many, console, pressing("l" * 12 + "d" * 108), None)
        n = len(many.judged())
        assert 24 < n < 120
        assert "enough is seen" in capsys.readouterr().out
        interview(many, console, pressing("ddq"), None)
        assert len(many.judged()) == n + 2


def test_the_end_of_input_is_quitting(reader: Reader, console: Console) -> None:
    def end() -> str:
        raise EOFError

    interview(reader, console, end, None)
    assert reader.judged() == []


def test_ctrl_c_says_what_is_kept(
    reader: Reader, console: Console, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = iter("l")

    def press() -> str:
        for key in keys:
            return key
        raise KeyboardInterrupt

    with pytest.raises(typer.Exit) as stopped:
        interview(reader, console, press, None)
    assert stopped.value.exit_code == 130
    assert capsys.readouterr().err == "stopped: 1 judgement kept\n"
    assert len(reader.judged()) == 1


def test_a_long_or_wicked_text_is_cropped_and_cleaned(
    tmp_path: Path, static: object, capsys: pytest.CaptureFixture[str]
) -> None:
    console = Console(width=40, height=12, highlight=False)
    with Library(tmp_path / "one.db") as library:
        library.add([Text.of("word " * 5000, title="\x1b]0;owned\x07[bold]Title[/bold]\x1b[31m")])
        interview(library.reader(), console, pressing("q"), None)
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "[bold]Title[/bold]\n" in out
    assert len(out.splitlines()) <= 12
    assert "…" in out


def test_in_a_terminal_ask_reads_keys(store: Path) -> None:
    """The real command on a pseudo-terminal: a key is pressed each time a question is shown."""
    terminal, theirs = pty.openpty()
    command = [sys.executable, "-m", "palate", "--store", str(store), "ask"]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    out, keys = b"", list("lq")
    while select.select([terminal], [], [], 60)[0]:
        try:
            out += os.read(terminal, 65536)
        except OSError:  # how Linux says that the other end is closed
            break
        if keys and out.count(b"q quit") > 2 - len(keys):
            # until it waits for a key; what comes before is dropped
            while termios.tcgetattr(terminal)[3] & termios.ICANON:
                time.sleep(0.005)
            os.write(terminal, keys.pop(0).encode())
    try:
        assert process.wait(60) == 0
    finally:
        process.kill()
        os.close(terminal)
    assert b"1 judgement kept" in out
    with Library(store) as library:
        assert [feedback.kind for feedback in library.reader().judged()] == ["like"]
