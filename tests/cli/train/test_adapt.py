"""`palate train adapt` on a store whose readers like letters that a tiny BERT cannot tell apart."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import palate.adapt.adapt
from direct import direct
from palate.cli.app import app
from palate.library import Library
from palate.store.log import Verdict
from training.letters import letters, likes

Palate = Callable[..., Result]


@pytest.fixture
def store(tmp_path: Path, tiny_bert: Path) -> Path:
    """Four readers with sixty judgements each."""
    texts, groups = letters(300, 0)
    path = tmp_path / "store.db"
    with Library(path, encoder=f"sbert:{tiny_bert}") as library:
        library.add([{"id": f"t{place}", "text": text} for place, text in enumerate(texts)])
        for reader, (places, likings) in enumerate(likes(groups, 4, 60, 1)):
            taste = library.reader(f"reader {reader}").number
            rows = [library.row_of(f"t{place}") for place in places]
            verdicts = [
                Verdict(row, "like" if liking > 0 else "dislike", liking)
                for row, liking in zip(rows, likings, strict=True)
            ]
            direct(library.store).log.append(taste, verdicts)
    return path


@pytest.fixture
def palate_(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Palate:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(palate.adapt.adapt, "FORGOTTEN", -1.0)  # sixteen dims cannot learn without forgetting

    def run(*args: str, code: int = 0) -> Result:
        result = CliRunner().invoke(app, ["--store", str(store), *args])
        assert result.exit_code == code, result.output
        return result

    return run


ADAPT = ("train", "adapt", "--out", "tuned", "--window", "12", "--rate", "0.02", "--seed", "1")


def encoders(run: Palate) -> list[tuple[str, bool]]:
    rows = map(json.loads, run("encoder", "list", "--json").stdout.splitlines())
    return [(Path(row["name"]).name, row["in_use"]) for row in rows]


def test_an_encoder_that_is_kept_is_used_and_the_way_back_is_told(palate_: Palate, tiny_bert: Path) -> None:
    done = palate_(*ADAPT, "--all", "--epochs", "4")
    assert "180 judgements of 4 tastes to learn from, 60 later ones to judge by" in done.stderr
    assert "better beyond noise" in done.stderr
    last = done.stdout.splitlines()[-1]
    assert (
        last
        == f"kept: the store uses sbert:{Path('tuned').resolve()}; the way back: palate encoder use sbert:{tiny_bert}"
    )
    assert encoders(palate_) == [("tiny", False), ("tuned", True)]
    assert ", gain 0." in palate_("encoder", "list").stdout
    assert json.loads(palate_("encoder", "use", f"sbert:{tiny_bert}", "--json").stdout)["encoded"] == 0
    assert len(palate_("--reader", "reader 0", "rank", "--limit", "5").stdout.splitlines()) == 5
    assert "300 vectors of" in palate_("encoder", "remove", "sbert:tuned").stderr
    assert encoders(palate_) == [("tiny", True)]


def test_it_may_be_left_to_be_used_later(palate_: Palate) -> None:
    done = palate_(*ADAPT, "--all", "--epochs", "4", "--no-use", "--json")
    told = json.loads(done.stdout)
    assert told["kind"] == "adapt"
    assert told["figures"]["after"]["loss"] < told["figures"]["before"]["loss"]
    assert encoders(palate_) == [("tiny", True), ("tuned", False)]


def test_an_encoder_that_is_not_kept_is_no_failure(palate_: Palate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(palate.adapt.adapt, "FORGOTTEN", 2.0)
    done = palate_(*ADAPT, "--all", "--epochs", "1")
    assert done.stdout.splitlines()[-1] == "not kept: the store stays as it was; what was tuned lies in tuned"
    assert "it forgot too much" in done.stderr
    assert encoders(palate_) == [("tiny", True)]


def test_what_is_asked_wrongly_is_one_sentence(palate_: Palate) -> None:
    assert (
        "give --reader or --all, not both" in palate_(*ADAPT, "--all", "--reader", "reader 0", code=1).stderr
    )
    assert "there is no reader called 'me'" in palate_(*ADAPT, code=1).stderr
    assert "60 judgements are too few" in palate_(*ADAPT, "--reader", "reader 0", code=1).stderr
