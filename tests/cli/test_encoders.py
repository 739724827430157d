import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from direct import direct
from palate.library import Library

Palate = Callable[..., Result]
FIGURES = {"loss before": 0.61234, "loss": 0.6, "n": 3, "and": 1.0}


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_use_moves_the_store_and_keeps_judgements(palate: Palate, store: Path, words: object) -> None:
    palate("judge", "cats-1", "like")
    assert lines(palate("encoder", "use", "words", "--json")) == [{"encoder": "words", "encoded": 13}]
    with Library(store) as library:
        assert library.encoder is words
        assert [feedback.text_id for feedback in library.reader().judged()] == ["cats-1"]
    assert "static" in palate("encoder", "use", "static").stderr


def test_ctrl_c_while_encoding_keeps_the_old_encoder(
    palate: Palate, store: Path, monkeypatch: pytest.MonkeyPatch, words: object
) -> None:
    def use(self: Library, name: str, progress: Callable[[int, int], None]) -> int:
        progress(1000, 5000)
        raise KeyboardInterrupt

    monkeypatch.setattr(Library, "use_encoder", use)
    result = palate("encoder", "use", "words", ok=False)
    assert result.exit_code == 130
    assert (
        result.stderr
        == "stopped: 1000 of 5000 texts are encoded; the store keeps its old encoder until all are\n"
    )
    assert palate("rank").exit_code == 0


def test_list_shows_what_is_there_and_what_is_used(palate: Palate, store: Path, words: object) -> None:
    (static,) = lines(palate("encoder", "list", "--json"))
    assert (static["name"], static["dims"], static["texts"], static["of"], static["in_use"]) == (
        "static",
        256,
        13,
        13,
        True,
    )
    assert static["fingerprint"].startswith("static:")
    palate("encoder", "use", "words")
    assert [(row["name"], row["in_use"]) for row in lines(palate("encoder", "list", "--json"))] == [
        ("static", False),
        ("words", True),
    ]
    told = [line.split("\t") for line in palate("encoder", "list").stdout.splitlines()]
    assert [line[:4] for line in told] == [
        ["static", "256", "13 of 13", ""],
        ["words", "24", "13 of 13", "in use"],
    ]


def test_list_tells_what_a_tuned_encoder_was_measured_by(palate: Palate, store: Path) -> None:
    with Library(store) as library:
        direct(library.store).encoders.put_figures(
            direct(library.store).encoders.register(library.encoder), FIGURES
        )
    assert palate("encoder", "list").stdout.rstrip().endswith("\tloss before 0.612, loss 0.600, n 3")
    assert lines(palate("encoder", "list", "--json"))[0]["figures"] == FIGURES


def test_the_way_back_encodes_nothing_until_the_vectors_are_removed(
    palate: Palate, store: Path, words: object
) -> None:
    palate("encoder", "use", "words")
    assert lines(palate("encoder", "use", "static", "--json")) == [{"encoder": "static", "encoded": 0}]
    assert lines(palate("encoder", "remove", "words", "--json")) == [
        {"encoder": "words", "fingerprint": "words:24", "removed": 13}
    ]
    assert [row["name"] for row in lines(palate("encoder", "list", "--json"))] == ["static"]
    assert lines(palate("encoder", "use", "words", "--json")) == [{"encoder": "words", "encoded": 13}]


def test_the_encoder_in_use_is_not_removed(palate: Palate, store: Path, words: object) -> None:
    result = palate("encoder", "remove", "static", ok=False)
    assert result.exit_code == 1
    assert (
        result.stderr
        == "palate: static is in use; move the store to another one first: palate encoder use NAME\n"
    )
    assert "no vectors of 'words', only of: static" in palate("encoder", "remove", "words", ok=False).stderr
    palate("encoder", "use", "words")
    assert "13 vectors of static are removed" in palate("encoder", "remove", "static").stderr
    assert palate("rank").exit_code == 0


@pytest.mark.parametrize("command", [["list"], ["remove", "static"]])
def test_a_store_that_is_not_there_is_not_made(palate: Palate, tmp_path: Path, command: list[str]) -> None:
    result = palate("--store", str(tmp_path / "none.db"), "encoder", *command, ok=False)
    assert result.exit_code == 1
    assert "there is no store" in result.stderr
    assert not (tmp_path / "none.db").exists()
