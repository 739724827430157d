"""Training on a mix of sources with the tiny BERT; what is made is judged by plain sentence-transformers."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from peft import PeftConfig
from safetensors.torch import load_file
from sentence_transformers import SentenceTransformer

from palate.errors import BadFolder, BadSource, BadValue
from palate.training.batches import Mixture
from palate.training.nli_classifier import read_nli_classifier
from palate.training.run.settings import LoraSettings, TrainingSettings
from palate.training.run.table import read_table
from palate.training.run.trained_model import TrainedModel, read_trained_model
from palate.training.sentence_figures import sentence_figures
from palate.training.sentences import load_sentence_model
from palate.training.similarity import similarity
from training.sentence_files import nli_file, pairs_file, sts_file, triplets_file, write

SMALL = TrainingSettings(epochs=2, batch=8, rate=2e-3, window=10)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    folder = tmp_path_factory.mktemp("files")
    made = {
        "nli": nli_file(folder),
        "sts": sts_file(folder, 80),
        "triplets": triplets_file(folder),
        "pairs": pairs_file(folder),
    }
    return {kind: [path] for kind, path in made.items()}


@pytest.fixture(scope="module")
def whole(
    files: Mapping[str, Any], tiny_bert: Path, tmp_path_factory: pytest.TempPathFactory
) -> TrainedModel:
    """All four kinds in one run that nothing stopped."""
    return similarity(
        tmp_path_factory.mktemp("whole") / "made", **files, start=str(tiny_bert), settings=SMALL
    )


class Stop(Exception):
    """What kills a training in these tests."""


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return {**load_file(folder / "model.safetensors"), **load_file(folder / "nli" / "head.safetensors")}


def test_a_mixed_run_gets_better_at_what_it_was_trained_on(whole: TrainedModel) -> None:
    before, after = whole.figures["before"], whole.figures["after"]
    assert (
        set(before)
        == set(after)
        == {"sts_spearman", "sts_pearson", "nli_accuracy", "triplet_accuracy", "pairs_mrr"}
    )
    assert after["sts_spearman"] > before["sts_spearman"]
    assert whole.labels == ("entailment", "neutral", "contradiction")
    assert whole.trainable == whole.parameters > 0


def test_plain_sentence_transformers_loads_it_with_the_same_vectors(whole: TrainedModel) -> None:
    texts = ["a b c", "the cat", "x"]
    plain = SentenceTransformer(str(whole.folder), device="cpu")
    np.testing.assert_array_equal(plain.encode(texts), load_sentence_model(str(whole.folder)).encode(texts))
    assert plain.max_seq_length == 10
    assert not list(whole.folder.rglob("*.bin"))
    assert not list(whole.folder.rglob("*.pt"))
    assert not (whole.folder / "checkpoints").exists()


def test_its_figures_are_those_of_what_was_saved(
    files: Mapping[str, Any], tiny_bert: Path, tmp_path: Path
) -> None:
    """The weights and the classifier of the best evaluation, not of the last."""
    dev = {kind: files[kind] for kind in ("sts", "nli")}
    shared = {"sts": files["sts"], "nli": files["nli"], "start": str(tiny_bert), "settings": SMALL}
    made = similarity(tmp_path / "made", dev=dev, **shared)  # type: ignore[arg-type]
    tables = {kind: read_table(path) for kind, (path,) in dev.items()}
    assert sentence_figures(str(made.folder), **tables) == pytest.approx(made.figures["after"], abs=1e-6)
    history = [logs["eval_sts_spearman"] for logs in made_history(made)]
    assert made.figures["after"]["sts_spearman"] == pytest.approx(max(history), abs=1e-6)


def made_history(made: TrainedModel) -> list[dict[str, float]]:
    return [
        logs
        for logs in json.loads((made.folder / "report" / "history.json").read_text())
        if "eval_sts_spearman" in logs
    ]


@pytest.mark.parametrize("stop", [20, 31])
def test_a_stopped_run_goes_on_to_the_same_weights(
    stop: int, whole: TrainedModel, files: Mapping[str, Any], tiny_bert: Path, tmp_path: Path
) -> None:
    """Bit by bit, with the classifier, whether it was stopped in the first epoch or in the second."""

    def on_step(facts: Mapping[str, float]) -> None:
        if facts["step"] == stop:
            raise Stop

    out = tmp_path / "made"
    with pytest.raises(Stop):
        similarity(out, **files, start=str(tiny_bert), settings=SMALL, on_step=on_step)
    assert list((out / "checkpoints").glob("checkpoint-*"))
    steps: list[float] = []
    made = similarity(
        out, **files, start=str(tiny_bert), settings=SMALL, on_step=lambda facts: steps.append(facts["step"])
    )
    assert 1 < steps[0] <= stop
    assert made.figures == whole.figures
    expected, found = weights(whole.folder), weights(out)
    assert expected.keys() == found.keys()
    for name, weight in expected.items():
        assert torch.equal(weight, found[name]), name


def test_every_source_is_used_in_proportion_to_its_weight(
    files: Mapping[str, Any], tiny_bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Mixture] = []
    remember = Mixture.__init__

    def init(self: Mixture, *args: Any, **others: Any) -> None:
        remember(self, *args, **others)
        made.append(self)

    monkeypatch.setattr(Mixture, "__init__", init)
    given = {kind: files[kind] for kind in ("nli", "sts")}
    trained = similarity(
        tmp_path / "made",
        **given,
        weights={"nli": 0.5, "sts": 2},
        start=str(tiny_bert),
        settings=replace(SMALL, epochs=1),
    )
    counts = Counter(source for batch in made[0] for source in ["nli" if batch[0] < 54 else "sts"])
    assert counts == {"nli": 4, "sts": 18}  # of 7 and 9 batches
    assert "shares of the steps: nli 18%, sts 82%" in trained.notes


def test_adapters_are_kept_apart_and_merged_in_and_go_on_after_a_stop(
    files: Mapping[str, Any], tiny_bert: Path, tmp_path: Path
) -> None:
    given: dict[str, Any] = {"sts": files["sts"], "nli": files["nli"], "start": str(tiny_bert)}
    settings = replace(SMALL, rate=1e-2, lora=LoraSettings(rank=2, alpha=4))
    made = similarity(tmp_path / "made", **given, settings=settings)
    assert made.trainable < made.parameters / 2
    assert PeftConfig.from_pretrained(str(made.folder / "adapter")).r == 2
    before, after = (load_sentence_model(str(folder)).state_dict() for folder in (tiny_bert, made.folder))
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed
    assert all(
        name.endswith("weight") and {"query", "key", "value", "dense"} & set(name.split("."))
        for name in changed
    )

    def on_step(facts: Mapping[str, float]) -> None:
        if facts["step"] == 20:
            raise Stop

    with pytest.raises(Stop):
        similarity(tmp_path / "again", **given, settings=settings, on_step=on_step)
    similarity(tmp_path / "again", **given, settings=settings)
    expected, found = weights(made.folder), weights(tmp_path / "again")
    assert all(torch.equal(weight, found[name]) for name, weight in expected.items())


def test_the_classic_recipe_is_two_runs(files: Mapping[str, Any], tiny_bert: Path, tmp_path: Path) -> None:
    plain = str(tiny_bert.with_name(tiny_bert.name + "-plain"))
    once = replace(SMALL, epochs=1)
    first = similarity(
        tmp_path / "nli", nli=files["nli"], dev={"sts": files["sts"]}, start=plain, settings=once
    )
    assert "sts_spearman" in first.figures["after"]
    second = similarity(
        tmp_path / "sts", sts=files["sts"], dev={"sts": files["sts"]}, start=str(first.folder), settings=once
    )
    assert second.figures["before"]["sts_spearman"] == pytest.approx(
        first.figures["after"]["sts_spearman"], abs=1e-6
    )
    assert read_nli_classifier(first.folder) is not None
    assert read_nli_classifier(second.folder) is None  # the vectors moved on from it
    assert read_trained_model(second.folder).start == str(first.folder)


def test_bad_requests_are_refused_with_the_mend(
    files: Mapping[str, Any], tiny_bert: Path, tmp_path: Path
) -> None:
    start = str(tiny_bert)
    with pytest.raises(BadValue, match="nothing to train on; give examples with --nli"):
        similarity(tmp_path / "made", start=start)
    with pytest.raises(BadValue, match="there is a weight for pairs and no such examples; weigh sts"):
        similarity(tmp_path / "made", sts=files["sts"], weights={"pairs": 1}, start=start)
    with pytest.raises(BadValue, match="a weight is above 0"):
        similarity(tmp_path / "made", sts=files["sts"], weights={"sts": 0}, start=start)
    few = write(tmp_path / "few.csv", {"anchor": ["a"], "positive": ["b"], "negative": ["c"]})
    with pytest.raises(BadSource, match="too few to split"):
        similarity(tmp_path / "made", triplets=[few], start=start)
    assert not (tmp_path / "made").exists()


def test_a_finished_folder_is_left_alone(
    whole: TrainedModel, files: Mapping[str, Any], tiny_bert: Path
) -> None:
    with pytest.raises(BadFolder, match="holds a finished model already"):
        similarity(whole.folder, **files, start=str(tiny_bert), settings=SMALL)
