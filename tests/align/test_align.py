"""Aligning a small random model with a reward that likes a letter."""

import json
import shutil
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from model.small_model import save, small_causal, small_network, small_tokenizer
from palate.align import align as align_module
from palate.align.align import Aligned, align
from palate.align.likelihood import moved_from_base
from palate.align.plan import Plan
from palate.align.raters import Raters, halves_of
from palate.align.settings import METHODS, AlignSettings, Method
from palate.errors import BadFolder, BadSource, BadValue
from palate.library import Library
from palate.model.choose import load_network
from palate.model.draft import Prompt
from palate.model.local import LocalModel
from palate.model.network import Network
from palate.model.sampling import Sampling
from palate.parts import Matrix, Vector
from palate.report.training import training_report
from palate.training.export import export

pytestmark = pytest.mark.slow
PROMPTS = [f"say {word} {number}" for number in range(12) for word in ("the cat", "a dog", "rain")]
PLAN = Plan(prompts=16, held_out=12, steps=4, interval=2)


def rate(_: Sequence[str], drafts: Sequence[str]) -> Vector:
    return np.array([draft.count("t") + 0.1 * len(draft) for draft in drafts], dtype=np.float64)


def encode(texts: Sequence[str]) -> Matrix:
    return np.ones((len(texts), 1))


RATERS = Raters(rate, {"one": rate, "other": lambda _, drafts: -rate(_, drafts)}, 20, 20)


@pytest.fixture
def start(tmp_path: Path) -> str:
    return str(save(small_network(), tmp_path / "start"))


@pytest.fixture(autouse=True)
def _planned(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same small plan on every machine."""
    monkeypatch.setattr(align_module, "make_plan", lambda *_: PLAN)


def aligned(start: str, out: Path, method: Method = "dpo", **more: float) -> Aligned:
    settings = AlignSettings(
        method=method,
        batch=4,
        drafts=4,
        new_tokens=6,
        rate=0.02,
        leash=1e9,
        **more,  # type: ignore[arg-type]
    )
    return align(out, RATERS, PROMPTS, encode, start=start, settings=settings)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_changes_the_weights_and_stays_on_the_machine(
    start: str, tmp_path: Path, method: Method, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    found = aligned(start, tmp_path / "out", method)
    assert found.model.figures["aligned"]["kl"] > 0
    history = json.loads((tmp_path / "out/report/history.json").read_text())
    assert [one["step"] for one in history] == [2, 4]
    assert not (tmp_path / "out/checkpoints").exists()


def test_a_model_that_the_judges_do_not_like_is_not_kept_and_not_used(start: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    found = aligned(start, out)
    assert not found.kept
    assert "judges" in found.verdict
    page = training_report(found.model).html()
    assert "Kl by step" in page
    assert "not kept: " in page
    with pytest.raises(BadSource, match="was not kept"):
        load_network(str(out))
    assert load_network(str(out / "not-kept"), "float32").name == str(out / "not-kept")


def test_a_kept_model_writes_from_its_folder_and_merged_alike(
    start: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from palate.align.verdict import Verdict

    monkeypatch.setattr(align_module, "judge_model", lambda *_: Verdict(True, "so"))
    out = tmp_path / "out"
    assert aligned(start, out).kept
    export(str(out), tmp_path / "merged")
    export(str(out), tmp_path / "alone", "adapter")
    with pytest.raises(BadSource, match="leave --onnx out"):
        export(str(out), tmp_path / "onnx", "onnx")
    drafts = [
        LocalModel(load_network(str(folder), "float32")).write(
            [Prompt.plain("The cat")], Sampling(temperature=0, new_tokens=12)
        )[0]
        for folder in (out, tmp_path / "alone", Path(start))
    ]
    assert drafts[0].ids == drafts[1].ids
    weights = [load_file(folder / "model.safetensors") for folder in (tmp_path / "merged", Path(start))]
    merged, first = weights
    assert any(not torch.equal(weight, first[name].to(weight.dtype)) for name, weight in merged.items())


def test_a_training_that_is_stopped_goes_on_to_the_same_weights(start: str, tmp_path: Path) -> None:
    whole = aligned(start, tmp_path / "whole")

    def stop(one: dict[str, float]) -> None:
        if one["step"] == 4:
            raise KeyboardInterrupt

    settings = AlignSettings(batch=4, drafts=4, new_tokens=6, rate=0.02, leash=1e9)
    with pytest.raises(KeyboardInterrupt):
        align(tmp_path / "stopped", RATERS, PROMPTS, encode, start=start, settings=settings, on_check=stop)
    shutil.rmtree(tmp_path / "stopped/checkpoints/checkpoint-4", ignore_errors=True)
    again = aligned(start, tmp_path / "stopped")
    folders = (tmp_path / "whole", tmp_path / "stopped")
    weights = [load_file(folder / "not-kept/adapter_model.safetensors") for folder in folders]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    assert whole.gains == again.gains
    with pytest.raises(BadFolder, match="finished model"):
        aligned(start, tmp_path / "stopped")


def test_past_the_leash_the_last_model_within_it_is_taken(start: str, tmp_path: Path) -> None:
    free = aligned(start, tmp_path / "free")
    curve = json.loads((tmp_path / "free/report/history.json").read_text())
    between = (curve[0]["eval_kl"] + curve[1]["eval_kl"]) / 2
    settings = AlignSettings(batch=4, drafts=4, new_tokens=6, rate=0.02, leash=between)
    found = align(tmp_path / "short", RATERS, PROMPTS, encode, start=start, settings=settings)
    assert found.model.figures["aligned"]["kl"] < free.model.figures["aligned"]["kl"]
    with pytest.raises(BadValue, match="past the leash of"):
        align(
            tmp_path / "none",
            RATERS,
            PROMPTS,
            encode,
            start=start,
            settings=AlignSettings(batch=4, drafts=4, new_tokens=6, rate=0.02, leash=1e-6),
        )


def test_kl_is_that_of_the_whole_distribution_and_0_for_an_untouched_adapter() -> None:
    """Against a slow sum over the steps of each draft."""
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(1)
    config = LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM", init_lora_weights=True)
    network = Network("adapted", get_peft_model(small_causal(), config), small_tokenizer())
    prompts, drafts = [[5, 6, 7], [9]], [[11, 12], [13, 14, 15]]
    assert moved_from_base(network, prompts, drafts, 0.8).kl == pytest.approx([0, 0], abs=1e-5)
    with torch.no_grad():
        for name, weight in network.model.named_parameters():
            if "lora_B" in name:
                weight.normal_(std=0.3)
    moved = moved_from_base(network, prompts, drafts, 0.8)
    with torch.no_grad():
        for row, (prompt, draft) in enumerate(zip(prompts, drafts, strict=True)):
            ids = torch.tensor([prompt + draft])
            here = network.model(ids).logits[0]
            with network.model.disable_adapter():
                base = network.model(ids).logits[0]
            kl, likelihood = 0.0, 0.0
            for step, token in enumerate(draft):
                at = len(prompt) - 1 + step
                p, q = ((logits[at] / 0.8).softmax(-1) for logits in (here, base))
                kl += float((p * (p / q).log()).sum())
                likelihood += float(base[at].log_softmax(-1)[token]) / len(draft)
            assert moved.kl[row] == pytest.approx(kl, rel=1e-3)
            assert moved.base_log_prob[row] == pytest.approx(likelihood, rel=1e-4)


@pytest.fixture
def library() -> Iterator[Library]:
    with Library(":memory:") as opened:
        subjects = ("bonds rise", "cats purr")
        opened.add([{"id": f"t{i}", "text": f"{subjects[i % 2]} {i} times"} for i in range(60)])
        yield opened


def test_half_of_the_judgements_rewards_and_the_other_half_judges(library: Library) -> None:
    me = library.reader("me")
    with pytest.raises(BadValue, match="0 likes and 0 dislikes"):
        halves_of(library, me, 0)
    me.judge_many([(f"t{i}", "like" if i % 2 else "dislike") for i in range(60)])
    raters = halves_of(library, me, 0)
    assert raters.n_reward + raters.n_judges == 60
    assert len(raters.judges) == 5
    for rater in (raters.reward, *raters.judges.values()):
        liked, disliked = rater(["", ""], ["A cat that purrs", "Yields of bonds rise"])
        assert liked > disliked


@pytest.mark.parametrize(
    "wrong", [{"method": "ppo"}, {"leash": 0}, {"minutes": -1}, {"drafts": 1}, {"rate": 0}]
)
def test_settings_outside_their_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(BadValue):
        AlignSettings(**wrong)  # type: ignore[arg-type]
