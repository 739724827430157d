"""`palate train reward` and `palate train align`, end to end on small models."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from model.small_model import save, small_network
from palate.align import align as align_module
from palate.align.plan import Plan
from palate.cli.app import app
from palate.library import Library

pytestmark = pytest.mark.slow
Palate = Callable[..., Result]
BRIEF = ("--epochs", "1", "--batch", "8", "--window", "16", "--patience", "0")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Sixty judged texts with titles, and twelve prompts with two ranked drafts each."""
    path = tmp_path / "store.db"
    with Library(path) as library:
        subjects = ("Bonds rise", "Cats purr")
        library.add(
            [
                {"id": f"t{i}", "title": f"{subjects[i % 2]} {i}", "text": f"{subjects[i % 2]} {i} times."}
                for i in range(60)
            ]
        )
        me = library.reader("me")
        me.judge_many([(f"t{i}", "like" if i % 2 else "dislike") for i in range(60)])
        drafts = library.drafts(me)
        for number in range(12):
            kept = drafts.keep([(f"p{number}", text, "m") for text in (f"a cat {number}", f"a dog {number}")])
            drafts.rank([[kept[0]], [kept[1]]])
    return path


@pytest.fixture
def palate(store: Path) -> Palate:
    def run(*args: str, code: int = 0) -> Result:
        done = CliRunner().invoke(app, ["--store", str(store), *args])
        assert done.exit_code == code, done.output
        return done

    return run


def test_a_reward_is_learned_from_the_rankings_of_the_store_and_from_a_file(
    palate: Palate, tiny_bert: Path
) -> None:
    palate("drafts", "export", "pairs.jsonl.gz")
    given = ("train", "reward", "--encoder", str(tiny_bert), *BRIEF, "--json")
    stored, filed = (
        json.loads(palate(*given, "--out", out, *data).stdout)
        for out, data in (("one", ()), ("two", ("--data", "pairs.jsonl.gz")))
    )
    assert stored["figures"] == filed["figures"]
    assert Path("one/report/index.html").is_file()
    measured = palate("train", "evaluate", "--model", "one", "--data", "pairs.jsonl.gz", "--json")
    assert json.loads(measured.stdout)["pairs"] == 12


def test_data_and_a_reader_are_not_given_together(palate: Palate, tiny_bert: Path) -> None:
    palate("drafts", "export", "pairs.jsonl")
    given = ("train", "reward", "--encoder", str(tiny_bert), "--out", "one", "--data", "pairs.jsonl")
    assert "not both" in palate(*given, "--reader", "me", code=1).output


def test_a_model_is_aligned_with_a_reader_and_with_rewards(
    palate: Palate, tiny_bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(align_module, "make_plan", lambda *_: Plan(16, 12, 2, 1))
    model = str(save(small_network(), tmp_path / "start"))
    given = ("train", "align", "--model", model, "--max-new-tokens", "4", "--leash", "1000")
    told = json.loads(palate(*given, "--out", "mine", "--json").stdout)
    assert told["figures"]["aligned"]["kl"] >= 0
    assert any("kept: " in note for note in told["notes"])
    assert "Kl by step" in Path("mine/report/index.html").read_text()
    rewards = [f"r{seed}" for seed in range(3)]
    for seed, out in enumerate(rewards):
        palate("train", "reward", "--encoder", str(tiny_bert), *BRIEF, "--seed", str(seed), "--out", out)
    judges = ("--judge", "r1", "--judge", "r2")
    palate(*given, "--out", "by-reward", "--reward", "r0", *judges)
    assert "two judges or more" in palate(*given, "--out", "x", "--reward", "r0", code=1).output
    assert "goes with --reward" in palate(*given, "--out", "x", "--judge", "r1", code=1).output
