"""Reward models with a tiny BERT and a tiny causal model: a planted rule is learned, figures are honest."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from model.small_model import save, small_network
from palate.errors import BadSource
from palate.training.evaluate import evaluate
from palate.training.preferences import Preferences, Ranked
from palate.training.reward import reward
from palate.training.reward_figures import baselines, reward_figures
from palate.training.reward_model import RewardModel
from palate.training.reward_rows import reward_rows
from palate.training.run.settings import LoraSettings, TrainingSettings
from palate.training.run.start import load_tokenizer
from palate.training.run.table import read_table

SETTINGS = TrainingSettings(epochs=6, batch=8, rate=1e-2, checks=1, patience=0, window=24)
RULE = "cat"  # answers with it are better


def rankings(n: int, seed: int) -> tuple[Ranked, ...]:
    rng = np.random.default_rng(seed)
    found = []
    for number in range(n):
        letters = [" ".join(rng.choice(list("abcdefgh"), 3)) for _ in range(3)]
        answers = (f"{letters[0]} {RULE}", f"{letters[1]} dog", f"{letters[2]} dog")
        kept = answers if number % 5 == 0 else answers[:2]
        found.append(Ranked(f"{number} {seed}", kept, (0, 1, 1)[: len(kept)], source=f"s{number % 2}"))
    return tuple(found)


def given(n: int = 100, seed: int = 0) -> list[Preferences]:
    return [Preferences(Path("made.jsonl"), rankings(n, seed), f"drawn {seed}")]


def test_a_planted_rule_is_learned_and_answers_are_scored_by_it(tiny_bert: Path, tmp_path: Path) -> None:
    out = tmp_path / "reward"
    trained = reward(given(), out, start=str(tiny_bert), settings=SETTINGS)
    figures = trained.figures["test"]
    assert figures["accuracy"] > 0.9
    assert set(figures["by_source"]) == {"s0", "s1"}
    assert set(trained.figures) == {"test", "longer", "overlap", "words"}
    better, worse = RewardModel(out).value(["x", "x"], [f"a b {RULE}", "a b dog"])
    assert better > worse
    data = tmp_path / "more.jsonl"
    rows = [
        {"prompt": one.prompt, "ranking": [one.answers[0], list(one.answers[1:])]} for one in rankings(30, 7)
    ]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    kind, measured = evaluate(str(out), read_table(data))
    assert (kind, measured["accuracy"] > 0.9) == ("reward", True)


def test_a_model_that_writes_is_trained_by_adapters(tmp_path: Path) -> None:
    start = str(save(small_network(), tmp_path / "start"))
    lora = LoraSettings(rank=2, targets=("q_proj", "v_proj"))
    out = tmp_path / "out"
    trained = reward(given(40), out, start=start, settings=replace(SETTINGS, epochs=1, lora=lora))
    assert trained.trainable < trained.parameters / 2
    assert np.isfinite(RewardModel(out).value(["x"], ["a cat"])).all()


def test_a_training_that_is_stopped_goes_on_to_the_same_weights(tiny_bert: Path, tmp_path: Path) -> None:
    settings = replace(SETTINGS, epochs=2, checks=2)
    reward(given(40), tmp_path / "whole", start=str(tiny_bert), settings=settings)

    def stop(facts: object) -> None:
        if isinstance(facts, dict) and facts["step"] >= 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reward(given(40), tmp_path / "stopped", start=str(tiny_bert), settings=settings, on_step=stop)
    reward(given(40), tmp_path / "stopped", start=str(tiny_bert), settings=settings)
    whole, stopped = (load_file(tmp_path / name / "model.safetensors") for name in ("whole", "stopped"))
    assert all(torch.equal(whole[name], stopped[name]) for name in whole)


def test_a_reward_that_tells_nothing_apart_says_so(tiny_bert: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)

    def noise(number: int) -> Ranked:
        letters = " ".join(rng.choice(list("abcd"), 3))
        answers = [f"{letters} x", f"{letters} y"]
        rng.shuffle(answers)
        return Ranked(str(number), tuple(answers), (0, 1))

    drawn = tuple(map(noise, range(60)))
    trained = reward(
        [Preferences(Path("noise"), drawn, "n")],
        tmp_path / "out",
        start=str(tiny_bert),
        settings=replace(SETTINGS, epochs=1),
    )
    figures = trained.figures["test"]
    assert (figures["low"] <= 0.5) == any("not beyond chance" in note for note in trained.notes)


def test_too_few_prompts_are_refused_before_anything_is_written(tiny_bert: Path, tmp_path: Path) -> None:
    with pytest.raises(BadSource, match="10 are needed"):
        reward(given(5), tmp_path / "out", start=str(tiny_bert), settings=SETTINGS)
    assert not (tmp_path / "out").exists()


def test_the_answer_is_kept_whole_before_the_prompt(tiny_bert: Path) -> None:
    tokenizer = load_tokenizer(str(tiny_bert), 12)
    plain = tokenizer("cat dog", add_special_tokens=False)["input_ids"]
    (row,) = reward_rows(tokenizer, ["a b c d e f g h a b c d e f"], ["cat dog"])
    assert len(row.ids) == 12
    assert row.ids[row.second : -1] == plain
    assert row.cut
    (short,) = reward_rows(tokenizer, ["a"], ["cat"])
    assert not short.cut


def test_rules_are_measured_as_what_they_are() -> None:
    ranked = tuple(
        Ranked(f"the question {n}", ("a long answer to the question", "no"), (0, 1), source="s")
        for n in range(12)
    )
    found = baselines(ranked, ranked)
    assert found["longer"]["accuracy"] == found["overlap"]["accuracy"] == found["words"]["accuracy"] == 1.0
    level = reward_figures(ranked, lambda _, answers: np.zeros(len(answers)))
    assert level["accuracy"] == 0.5
    assert level["low"] < 0.5 < level["high"]
    assert level["brier"] == 0.25
