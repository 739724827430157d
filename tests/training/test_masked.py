import json
import math
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from sentence_transformers import SentenceTransformer
from transformers import AutoModelForMaskedLM, AutoModelForSequenceClassification

from palate.errors import BadFolder, BadSource, BadValue
from palate.training.masked import masked, perplexity
from palate.training.run.settings import LoraSettings, TrainingSettings
from palate.training.run.table import read_table
from palate.training.run.trained_model import read_trained_model
from training.masked_models import save_bert, write_texts

SETTINGS = TrainingSettings(epochs=2, batch=8, rate=3e-3, window=16, seed=3)
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*pin_memory.*:UserWarning"),
]


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An encoder without an output layer, as sentence encoders are."""
    return save_bert(tmp_path_factory.mktemp("models") / "start", output_layer=False)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_texts(tmp_path_factory.mktemp("data") / "texts.jsonl", 150)


@pytest.fixture(scope="module")
def made(start: Path, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a training in one go makes."""
    out = tmp_path_factory.mktemp("made") / "mlm"
    masked(data, out, start=str(start), settings=SETTINGS)
    return out


def test_training_learns_what_stands_where(made: Path) -> None:
    """Perplexity falls from that of a guess to what 70 steps can teach."""
    figures = read_trained_model(made).figures
    assert figures["before"]["perplexity"] > 20
    assert figures["after"]["perplexity"] < figures["before"]["perplexity"] / 1.7
    assert figures["after"]["perplexity"] == pytest.approx(math.exp(figures["after"]["loss"]))


def test_the_weights_that_are_saved_are_the_best_that_were_seen(made: Path, data: Path, start: Path) -> None:
    history = json.loads((made / "report" / "history.json").read_text())
    seen = [logs["eval_perplexity"] for logs in history if "eval_perplexity" in logs]
    assert len(seen) == 4  # two an epoch
    assert read_trained_model(made).figures["after"]["perplexity"] == pytest.approx(min(seen), rel=1e-6)


def test_figures_are_found_again_on_the_file_that_chose_the_weights(
    start: Path, data: Path, tmp_path: Path
) -> None:
    dev = write_texts(tmp_path / "dev.jsonl", 40, seed=9)
    trained = masked(data, tmp_path / "out", dev=dev, start=str(start), settings=replace(SETTINGS, epochs=1))
    again = perplexity(tmp_path / "out", read_table(dev), batch=5)
    assert again == pytest.approx(trained.figures["after"], rel=1e-5)
    assert [one["file"] for one in trained.data] == ["texts.jsonl", "dev.jsonl"]
    assert perplexity(tmp_path / "out", read_table(dev), seed=1) != again


def test_the_folder_is_loaded_by_transformers_with_its_output_layer_and_is_a_start_for_others(
    made: Path,
) -> None:
    model, info = AutoModelForMaskedLM.from_pretrained(made, output_loading_info=True)
    assert not info["missing_keys"]
    assert model.get_output_embeddings().weight is model.get_input_embeddings().weight
    vectors = SentenceTransformer(str(made), device="cpu").encode(["a cat", "the old cat sees a new tree"])
    assert vectors.shape == (2, 32)
    assert AutoModelForSequenceClassification.from_pretrained(made, num_labels=3).num_labels == 3


def test_title_and_text_are_read_together(start: Path, data: Path, tmp_path: Path) -> None:
    told: list[str] = []
    quick = replace(SETTINGS, epochs=0.1)
    masked(data, tmp_path / "one", text="text", start=str(start), settings=quick, on_message=told.append)
    trained = masked(
        data, tmp_path / "two", text="title+text", start=str(start), settings=quick, on_message=told.append
    )
    assert trained.columns == {"text": "title+text"}
    one, two = (int(re.findall(r"in (\d+) chunks", line)[0]) for line in told)
    pieces = 135 * 3  # "old cat ##s" before each of the texts that train
    assert two - one in (pieces // 14, pieces // 14 + 1)


def test_chunks_are_no_longer_than_the_model_can_read(start: Path, data: Path, tmp_path: Path) -> None:
    told: list[str] = []
    masked(
        data,
        tmp_path / "out",
        start=str(start),
        settings=replace(SETTINGS, epochs=0.1, window=100),
        on_message=told.append,
    )
    assert "chunks of 32 word pieces" in told[0]


def test_too_few_minutes_are_told_and_leave_no_beginning(start: Path, data: Path, tmp_path: Path) -> None:
    with pytest.raises(
        BadValue, match=r"0\.0001 minutes are too few, as a batch takes .* give more with --minutes"
    ):
        masked(data, tmp_path / "out", start=str(start), settings=SETTINGS, minutes=0.0001)
    assert not list((tmp_path / "out").iterdir())


def test_adapters_are_kept_apart_and_merged(start: Path, data: Path, tmp_path: Path) -> None:
    settings = replace(SETTINGS, lora=LoraSettings(rank=4), rate=1e-2)
    trained = masked(data, tmp_path / "out", start=str(start), settings=settings)
    assert trained.trainable < trained.parameters / 2
    assert trained.figures["after"]["perplexity"] < trained.figures["before"]["perplexity"] / 1.5
    assert (tmp_path / "out" / "adapter" / "adapter_model.safetensors").is_file()
    saved = load_file(tmp_path / "out" / "model.safetensors")
    assert not [name for name in saved if "lora" in name or "modules_to_save" in name]
    texts = read_table(data)
    assert perplexity(tmp_path / "out", texts)["perplexity"] < trained.figures["before"]["perplexity"] / 1.5
    before = load_file(start / "model.safetensors")
    word, dense = "embeddings.word_embeddings.weight", "encoder.layer.0.attention.self.query.weight"
    assert torch.equal(saved[f"bert.{word}"], before[word])
    assert not torch.equal(saved[f"bert.{dense}"], before[dense])


PROGRAM = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from palate.training.masked import masked
from training.test_masked import SETTINGS

def on_step(facts):
    if facts["step"] == {dies}:
        os.kill(os.getpid(), signal.SIGKILL)

masked(Path({data!r}), Path({out!r}), start={start!r}, settings=SETTINGS, on_step=on_step)
"""


def test_a_killed_training_ends_in_the_same_bits(made: Path, start: Path, data: Path, tmp_path: Path) -> None:
    dies = 60  # in the second epoch, whose order and masks are not those of the first
    out, tests = tmp_path / "out", str(Path(__file__).parents[1])
    told = {"tests": tests, "dies": dies, "data": str(data), "out": str(out), "start": str(start)}
    done = subprocess.run([sys.executable, "-c", PROGRAM.format(**told)], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-2000:]
    assert not (out / "palate.json").exists()
    shares: list[float] = []
    masked(
        data,
        out,
        start=str(start),
        settings=SETTINGS,
        on_step=lambda facts: shares.append(facts["step"] / facts["steps"]),
    )
    assert 0.5 < shares[0] < 1
    assert (out / "model.safetensors").read_bytes() == (made / "model.safetensors").read_bytes()
    assert read_trained_model(out).figures == read_trained_model(made).figures


def test_minutes_cut_the_epochs_to_what_fits(start: Path, data: Path, tmp_path: Path) -> None:
    rates: list[float] = []

    def on_step(facts: Any) -> None:
        rates.extend([facts["learning_rate"]] if "learning_rate" in facts else [])

    many = replace(SETTINGS, epochs=10_000, patience=0)
    trained = masked(data, tmp_path / "out", start=str(start), settings=many, minutes=0.05, on_step=on_step)
    assert 0 < trained.settings["epochs"] < 10_000
    assert trained.figures["after"]["perplexity"] < trained.figures["before"]["perplexity"]


def test_the_seed_decides_the_weights(start: Path, data: Path, tmp_path: Path) -> None:
    for name, seed in {"one": 4, "again": 4, "other": 5}.items():
        masked(data, tmp_path / name, start=str(start), settings=replace(SETTINGS, epochs=0.2, seed=seed))
    one, again, other = (
        (tmp_path / name / "model.safetensors").read_bytes() for name in ("one", "again", "other")
    )
    assert one == again != other


@pytest.mark.parametrize(
    ("rows", "changes", "error", "said"),
    [
        ([{"text": "a cat"}, {"text": " "}], {}, BadSource, r"row 2: text is empty"),
        (
            [{"text": "a cat"}] * 5,
            {"text": "body"},
            BadSource,
            r"there is no column body; the columns are: text",
        ),
        ([{"text": "a cat"}], {}, BadSource, r"too few"),
        ([{"text": "a cat"}] * 20, {"share": 1.5}, BadValue, r"between 0 and 1, got 1.5"),
        ([{"text": "a cat"}] * 20, {"minutes": -1.0}, BadValue, r"minutes are above 0, got -1"),
        (
            [{"text": "a cat"}] * 20,
            {"share": 0.001},
            BadSource,
            r"no word piece of the held-out texts was masked",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_sentence_and_nothing_is_begun(
    rows: list[dict[str, str]],
    changes: dict[str, Any],
    error: type[Exception],
    said: str,
    start: Path,
    tmp_path: Path,
) -> None:
    data = tmp_path / "bad.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(error, match=said) as caught:
        masked(data, tmp_path / "out", start=str(start), settings=SETTINGS, **changes)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_finished_folder_is_not_written_over(made: Path, start: Path, data: Path) -> None:
    with pytest.raises(BadFolder, match="holds a finished model already"):
        masked(data, made, start=str(start), settings=SETTINGS)


def test_only_what_masked_made_has_a_perplexity(data: Path, tmp_path: Path) -> None:
    with pytest.raises(BadSource, match="holds no model that palate trained"):
        perplexity(tmp_path, read_table(data))
