"""Tunable: the trainings that a search can be made of, and by what figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from palate.training.examples import read_tables
from palate.training.run.finish import recipe
from palate.training.run.settings import Settings
from palate.training.sources import Kind
from palate.training.table import read_table
from palate.training.trials import Goal
from palate.training.tune import Train

Recipe = Literal["classify", "regress", "tokens", "masked"]
GOALS: Mapping[Recipe, Goal] = {
    "classify": Goal("accuracy", greater=True),
    "regress": Goal("mse", greater=False),
    "tokens": Goal("f1", greater=True),
    "masked": Goal("perplexity", greater=False),
}


@dataclass(frozen=True)
class Tunable:
    """What `tune` takes: the training, what decides, and what it is, as JSON."""

    train: Train
    goal: Goal
    facts: Mapping[str, Any]


def of_examples(
    name: Recipe, data: Path, *, dev: Path | None, start: str, settings: Settings, columns: Mapping[str, str]
) -> Tunable:
    """A training on the examples of one file. columns: that differ from the recipe's own, by its names `text`
    and `label`.
    """
    from palate.training.classify import classify
    from palate.training.masked import masked
    from palate.training.regress import regress
    from palate.training.tokens import tokens

    function = {"classify": classify, "regress": regress, "tokens": tokens, "masked": masked}[name]

    def train(out: Path, settings: Settings, watch: Any) -> Any:
        return function(data, out, dev=dev, start=start, settings=settings, watch=watch, **columns)  # type: ignore[operator]

    facts = recipe(name, start, read_tables(data, dev), settings, columns=dict(columns))
    return Tunable(train, GOALS[name], {**facts, "recipe": name})


def of_sentences(
    sources: Mapping[Kind, Sequence[Path]],
    dev: Mapping[Kind, Sequence[Path]],
    *,
    start: str,
    settings: Settings,
) -> Tunable:
    """A training of sentence vectors on any mix of sources."""
    from palate.training.sentences import main_figure
    from palate.training.similarity import similarity

    given: Any = sources

    def train(out: Path, settings: Settings, watch: Any) -> Any:
        return similarity(out, **given, dev=dev, start=start, settings=settings, watch=watch)

    tables = [read_table(path) for path in chain(*sources.values(), *dev.values())]
    facts = recipe("similarity", start, tables, settings, sources=sorted(sources), dev=sorted(dev))
    return Tunable(train, Goal(main_figure([*sources]), greater=True), {**facts, "recipe": "similarity"})
