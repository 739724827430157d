"""Tuning a tiny BERT on readers who like letters that it cannot tell apart."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from scipy.stats import spearmanr
from sentence_transformers import SentenceTransformer

from palate.encoder.sbert import SbertEncoder
from palate.errors import BadFolder, BadValue
from palate.feedback import CrowdFeedback
from palate.parts import Matrix
from palate.training.adapt import Tuned, tune
from palate.training.run.settings import ADAPT
from palate.training.sources import read_sts
from palate.training.table import read_table
from training.letters import as_feedback, letters, likes
from training.sentence_files import sts_file

SMALL = replace(ADAPT, epochs=2, rate=2e-2, window=12)
TEXTS, GROUPED = letters(300, 0)
SAID = as_feedback(likes(GROUPED, 6, 60, 1), len(TEXTS))


class Stop(Exception):
    """What kills a training in these tests."""


@pytest.fixture(scope="module")
def vectors(tiny_bert: Path) -> Matrix:
    return SbertEncoder(str(tiny_bert), device="cpu").encode(TEXTS)


@pytest.fixture(scope="module")
def tuned(tiny_bert: Path, vectors: Matrix, tmp_path_factory: pytest.TempPathFactory) -> Tuned:
    return tune(
        tmp_path_factory.mktemp("whole") / "made", TEXTS, SAID, vectors, start=str(tiny_bert), settings=SMALL
    )


def apart(model: SentenceTransformer) -> float:
    """How much nearer fresh texts of the two liked groups are to their own than to any other group, in
    cosine.
    """
    texts, groups = letters(120, 99)
    rows, kinds = model.encode(texts, normalize_embeddings=True), np.array(groups)
    own = [(rows[kinds == kind] @ rows[kinds == kind].T).mean() for kind in (0, 1)]
    other = [(rows[kinds == kind] @ rows[kinds != kind].T).mean() for kind in (0, 1)]
    return float(np.mean(own) - np.mean(other))


def test_it_learns_what_readers_have_in_common(tuned: Tuned, tiny_bert: Path) -> None:
    """Also of texts that nobody has seen."""
    assert tuned.after["triplet_loss"] < 0.9 * tuned.before["triplet_loss"]
    assert tuned.after["triplet_accuracy"] > tuned.before["triplet_accuracy"]
    before, after = (
        apart(SentenceTransformer(str(folder), device="cpu")) for folder in (tiny_bert, tuned.folder)
    )
    assert after > before + 0.05


def test_what_is_saved_loads_and_reads_as_far_as_the_start(tuned: Tuned, tiny_bert: Path) -> None:
    model, start = (SentenceTransformer(str(folder), device="cpu") for folder in (tuned.folder, tiny_bert))
    assert model.max_seq_length == start.max_seq_length
    assert (tuned.folder / "adapter" / "adapter_model.safetensors").is_file()
    assert not list(tuned.folder.rglob("*.bin"))
    assert tuned.ran.trainable < tuned.ran.parameters
    assert not (tuned.folder / "palate.json").exists()


def test_agreement_is_the_rank_correlation_of_likenesses(tuned: Tuned, tiny_bert: Path) -> None:
    rows = [
        SentenceTransformer(str(folder), device="cpu").encode(TEXTS) for folder in (tiny_bert, tuned.folder)
    ]
    upper = np.triu_indices(len(TEXTS), 1)
    units = [row / np.linalg.norm(row, axis=1, keepdims=True) for row in rows]
    assert spearmanr(*((unit @ unit.T)[upper] for unit in units))[0] == pytest.approx(
        tuned.after["agreement"], abs=0.1
    )
    assert tuned.before["agreement"] == 1


def test_replay_keeps_the_rest_as_it_was(
    tuned: Tuned, tiny_bert: Path, vectors: Matrix, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it the same triplets turn the vectors further away from those of the start."""
    monkeypatch.setattr("palate.training.adapt.REPLAY", 0.0)
    bare = tune(tmp_path / "made", TEXTS, SAID, vectors, start=str(tiny_bert), settings=SMALL)
    texts, _ = letters(100, 7)

    def kept(folder: Path) -> float:
        rows = [
            SentenceTransformer(str(one), device="cpu").encode(texts, normalize_embeddings=True)
            for one in (tiny_bert, folder)
        ]
        return float((rows[0] * rows[1]).sum(axis=1).mean())

    assert kept(tuned.folder) > kept(bare.folder)


def test_a_stopped_run_goes_on_to_the_same_weights(
    tuned: Tuned, tiny_bert: Path, vectors: Matrix, tmp_path: Path
) -> None:
    stop = 2 * tuned.ran.steps // 3

    def watch(facts: Mapping[str, float]) -> None:
        if facts["step"] == stop:
            raise Stop

    given = {"start": str(tiny_bert), "settings": SMALL}
    with pytest.raises(Stop):
        tune(tmp_path / "made", TEXTS, SAID, vectors, watch=watch, **given)  # type: ignore[arg-type]
    again = tune(tmp_path / "made", TEXTS, SAID, vectors, **given)  # type: ignore[arg-type]
    assert again.ran.resumed > 0
    assert again.after == tuned.after
    expected, found = (load_file(folder / "model.safetensors") for folder in (tuned.folder, again.folder))
    assert expected.keys() == found.keys()
    assert all(torch.equal(weight, found[name]) for name, weight in expected.items())


def test_other_feedback_is_another_training(tiny_bert: Path, vectors: Matrix, tmp_path: Path) -> None:
    def watch(facts: Mapping[str, float]) -> None:
        raise Stop

    with pytest.raises(Stop):
        tune(tmp_path / "made", TEXTS, SAID, vectors, start=str(tiny_bert), settings=SMALL, watch=watch)
    other = CrowdFeedback(SAID.readers, SAID.indices, -SAID.likings, SAID.n_texts)
    with pytest.raises(BadFolder, match="begun otherwise"):
        tune(tmp_path / "made", TEXTS, other, vectors, start=str(tiny_bert), settings=SMALL)


def test_given_pairs_are_replayed_and_judged(tiny_bert: Path, vectors: Matrix, tmp_path: Path) -> None:
    sts = read_sts([read_table(sts_file(tmp_path, 80))])
    made = tune(
        tmp_path / "made",
        TEXTS,
        SAID,
        vectors,
        start=str(tiny_bert),
        settings=replace(SMALL, epochs=1),
        sts=sts,
    )
    assert {"sts_spearman", "triplet_accuracy", "triplet_loss", "agreement"} <= set(made.after) & set(
        made.before
    )
    assert " sts" in made.notes[0]


def test_too_little_feedback_is_refused_before_anything_is_written(
    tiny_bert: Path, vectors: Matrix, tmp_path: Path
) -> None:
    dislikes = CrowdFeedback(np.zeros(3, int), np.arange(3), -np.ones(3), len(TEXTS))
    with pytest.raises(BadValue, match="nobody has liked two texts"):
        tune(tmp_path / "made", TEXTS, dislikes, vectors, start=str(tiny_bert), settings=SMALL)
    assert not (tmp_path / "made").exists()


def test_the_weights_that_were_best_on_later_feedback_are_those_that_are_saved(tuned: Tuned) -> None:
    history = [logs["eval_triplet_loss"] for logs in tuned.ran.history if "eval_triplet_loss" in logs]
    assert len(history) == SMALL.checks * SMALL.epochs
    assert tuned.after["triplet_loss"] == pytest.approx(min(history), rel=1e-4)
