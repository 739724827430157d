"""Folds: a training on the examples of a file, run once, or once more for each of n parts held out."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from palate.errors import BadSource, BadValue
from palate.training.examples import MessageCallback, describe_parts, parts_of
from palate.training.run.finish import save_trained_model
from palate.training.run.metrics import scalars
from palate.training.run.resume import CHECKPOINTS, MODEL_FILE, begin_training
from palate.training.run.split import Indices, stratified
from palate.training.run.table import Table
from palate.training.run.trained_model import TrainedModel, read_trained_model

CHOOSING = 0.1  # share of what a fold trains on that chooses the weights
Parts = Mapping[str, Indices]


class Folds(NamedTuple):
    """n: how many folds, 2 or more. group: a column; rows that are equal there are in one fold."""

    n: int
    group: str | None = None


@dataclass(frozen=True)
class Prepared:
    """A training that is ready to run.

    strata: of the rows, what a split spreads evenly. recipe: see palate.training.run.recipe. lines: what is
    to be told of the data. train: takes the parts of the rows and the folder.
    """

    tables: tuple[Table, ...]
    strata: Sequence[str | int]
    recipe: Mapping[str, Any]
    lines: tuple[str, ...]
    train: Callable[[Parts, Path], TrainedModel]


def run_prepared(
    prepared: Prepared, out: Path, folds: Folds | None, seed: int, on_message: MessageCallback
) -> TrainedModel:
    """Trains on the usual parts, after one training for each fold where there are folds.

    The figures of a fold are those on its held-out rows; of all folds the model that is kept has the mean,
    "folds", and the standard deviation, "folds sd". It was trained on parts of its own. Raises BadSource
    where the rows are too few, BadValue for folds beside validation data.
    """
    parts = parts_of(prepared.tables, lambda: prepared.strata, seed)
    held_out = fold_parts(prepared, folds, seed) if folds else []
    for line in (describe_parts(prepared.tables, parts), *prepared.lines):
        on_message(line)
    if not held_out:
        return prepared.train(parts, out)
    begin_training(out, prepared.recipe)
    figures = []
    for number, of_fold in enumerate(held_out, 1):
        on_message(f"fold {number} of {len(held_out)}")
        folder = out / CHECKPOINTS / f"fold-{number}"
        done = (folder / MODEL_FILE).is_file()
        model = read_trained_model(folder) if done else prepared.train(of_fold, folder)
        figures.append(scalars(model.figures["test"]))
    on_message("the folds are done; the model itself is trained")
    model = prepared.train(parts, out)
    summary = summarised(figures)
    note = f"figures of folds are the mean and standard deviation of {len(held_out)} models like this one"
    return save_trained_model(
        replace(model, figures={**summary, **model.figures}, notes=(*model.notes, note))
    )


def summarised(figures: Sequence[Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Returns the mean and the sample standard deviation of each figure that every fold has.

    >>> summarised([{"f1": 0.5}, {"f1": 0.75}])["folds"]
    {'f1': 0.625}
    """
    names = [name for name in figures[0] if all(name in of_fold for of_fold in figures)]
    values = {name: np.array([of_fold[name] for of_fold in figures]) for name in names}
    return {
        "folds": {name: float(of_name.mean()) for name, of_name in values.items()},
        "folds sd": {name: float(of_name.std(ddof=1)) for name, of_name in values.items()},
    }


def fold_parts(prepared: Prepared, folds: Folds, seed: int) -> list[dict[str, Indices]]:
    """Returns for each fold the rows that train, that choose the weights ("validation") and that are held out
    ("test"), each with like shares of the strata; no group is in two of them.

    Raises as `run_prepared`.
    """
    if len(prepared.tables) > 1:
        raise BadValue("folds hold out every row of --data once; leave --dev or --folds out")
    if folds.n < 2:
        raise BadValue(f"there must be 2 folds or more, got {folds.n}")
    strata = np.array(prepared.strata)
    rarest, n_rarest = min(Counter(strata.tolist()).items(), key=lambda item: item[1])
    if n_rarest < folds.n:
        raise BadSource(f"{rarest!r} has {n_rarest} examples, too few for {folds.n} folds; give fewer")
    groups = np.array(prepared.tables[0].strings(folds.group)) if folds.group else None
    n_groups = len(rows_of_groups := set(groups.tolist())) if groups is not None else 0
    if groups is not None and len(rows_of_groups) <= folds.n:
        raise BadSource(f"{folds.group} has {n_groups} values, too few for {folds.n} folds; give fewer folds")
    found = []
    for rest, test in _splits(strata, groups, folds.n, seed):
        if groups is None:
            training, choosing = stratified(strata[rest].tolist(), [1 - CHOOSING, CHOOSING], seed)
        else:
            least = min(Counter(strata[rest].tolist()).values())
            n = max(2, min(round(1 / CHOOSING), len(set(groups[rest])), least))
            training, choosing = next(iter(_splits(strata[rest], groups[rest], n, seed)))
        found.append({"training": rest[training], "validation": rest[choosing], "test": test})
    return found


def _splits(strata: Any, groups: Any, n: int, seed: int) -> list[tuple[Indices, Indices]]:
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    kind = StratifiedKFold if groups is None else StratifiedGroupKFold
    splitter = kind(n, shuffle=True, random_state=seed)
    return list(splitter.split(np.zeros(len(strata)), strata, groups))
