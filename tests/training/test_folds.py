"""Folds hold every row out once, with like shares of the classes and no group in two parts."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.errors import BadFolder, BadSource, BadValue
from palate.training.classify import classify
from palate.training.folds import Folds, Prepared, fold_parts, summarised
from palate.training.regress import regress
from palate.training.run.settings import TrainingSettings
from palate.training.run.table import read_table
from training.animals import animals

Write = Callable[..., Path]
SETTINGS = TrainingSettings(epochs=1, batch=16, rate=1e-2, checks=1, patience=0)


def prepared(table: Path, strata: list[int]) -> Prepared:
    def train(*_: object) -> None:
        raise AssertionError

    return Prepared((read_table(table),), strata, {}, (), train)  # type: ignore[arg-type]


@given(seed=st.integers(0, 99), n=st.integers(2, 5))
def test_every_row_is_held_out_once(seed: int, n: int, tmp_path: Path) -> None:
    strata = np.random.default_rng(seed).permutation([0] * 40 + [1] * 20).tolist()
    path = tmp_path / "rows.csv"
    path.write_text("text\n" + "a\n" * 60)
    folds = fold_parts(prepared(path, strata), Folds(n), seed)
    held_out = np.concatenate([fold["test"] for fold in folds])
    assert sorted(held_out.tolist()) == list(range(60))
    for fold in folds:
        together = np.concatenate(list(fold.values()))
        assert sorted(together.tolist()) == list(range(60))
        share = np.mean([strata[row] for row in fold["test"]])
        assert share == pytest.approx(1 / 3, abs=0.05)


def test_no_group_is_in_two_parts(write: Write) -> None:
    rng = np.random.default_rng(0)
    strata, groups = rng.integers(0, 2, 200).tolist(), [f"g{one}" for one in rng.integers(0, 25, 200)]
    table = write("rows.csv", text=["a"] * 200, author=groups)
    for fold in fold_parts(prepared(table, strata), Folds(4, "author"), 0):
        found = [{groups[row] for row in rows} for rows in fold.values()]
        assert sum(map(len, found)) == len(set.union(*found))
        assert all(found)


def test_folds_are_measured_beside_the_model_that_is_kept(
    cats: Path, tiny_bert: Path, tmp_path: Path
) -> None:
    told: list[str] = []
    out = tmp_path / "out"
    model = classify(
        cats, out, start=str(tiny_bert), settings=SETTINGS, folds=Folds(2), on_message=told.append
    )
    assert list(model.figures) == ["folds", "folds sd", "validation", "test"]
    assert 0 <= model.figures["folds sd"]["accuracy"] < model.figures["folds"]["accuracy"] <= 1
    assert [line for line in told if line.startswith("fold ")] == ["fold 1 of 2", "fold 2 of 2"]
    assert any("mean and standard deviation of 2 models" in note for note in model.notes)
    assert "| folds sd |" in (out / "README.md").read_text()
    assert not (out / "checkpoints").exists()


def test_a_stopped_run_goes_on_with_its_folds(write: Write, tiny_bert: Path, tmp_path: Path) -> None:
    data = write("a.csv", text=animals(60, 3)[0], label=[n % 7 for n in range(60)])
    out, steps = tmp_path / "out", list[int]()

    def stop(line: str) -> None:
        if line == "fold 2 of 2":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        regress(data, out, start=str(tiny_bert), settings=SETTINGS, folds=Folds(2), on_message=stop)
    with pytest.raises(BadFolder, match="begun otherwise"):
        regress(data, out, start=str(tiny_bert), settings=SETTINGS, folds=Folds(3))
    model = regress(
        data,
        out,
        start=str(tiny_bert),
        settings=SETTINGS,
        folds=Folds(2),
        on_step=lambda facts: steps.append(int(facts["step"])),
    )
    assert steps.count(1) <= 4  # two calls a step at most: of the second fold and the model itself
    assert set(model.figures) == {"folds", "folds sd", "validation", "test"}
    assert model.figures["folds sd"]["mse"] > 0


def test_mean_and_sd_are_numpys() -> None:
    found = summarised([{"f1": 0.2, "x": 1.0}, {"f1": 0.5}, {"f1": 0.8}])
    assert found["folds"] == {"f1": pytest.approx(0.5)}
    assert found["folds sd"] == {"f1": pytest.approx(np.std([0.2, 0.5, 0.8], ddof=1))}


def test_folds_that_cannot_be_are_refused(write: Write) -> None:
    table = write("rows.csv", text=["a"] * 9, author=["x", "y", "z"] * 3)
    rows = prepared(table, [0] * 6 + [1] * 3)
    with pytest.raises(BadValue, match="2 folds or more"):
        fold_parts(rows, Folds(1), 0)
    with pytest.raises(BadSource, match="too few for 4 folds"):
        fold_parts(rows, Folds(4), 0)
    with pytest.raises(BadSource, match="author has 3 values, too few for 3 folds"):
        fold_parts(rows, Folds(3, "author"), 0)
    with pytest.raises(BadValue, match="leave --dev or --folds out"):
        fold_parts(replace(rows, tables=rows.tables * 2), Folds(2), 0)
