"""Searchable: the trainings whose settings can be searched, and the figure that decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from palate.training.example_sets import ExampleKind
from palate.training.examples import read_tables
from palate.training.run.recipe import describe_recipe
from palate.training.run.settings import TrainingSettings
from palate.training.run.table import read_table
from palate.training.search_attempt import Train
from palate.training.search_trials import Goal

SearchableRecipe = Literal["classify", "regress", "tokens", "masked"]
GOALS: Mapping[SearchableRecipe, Goal] = {
    "classify": Goal("accuracy", greater=True),
    "regress": Goal("mse", greater=False),
    "tokens": Goal("f1", greater=True),
    "masked": Goal("perplexity", greater=False),
}


@dataclass(frozen=True)
class Searchable:
    """What `search_settings` takes: the training, the figure that decides, and the recipe, as JSON."""

    train: Train
    goal: Goal
    recipe: Mapping[str, Any]


def search_examples(
    name: SearchableRecipe,
    data: Path,
    *,
    dev: Path | None,
    start: str,
    settings: TrainingSettings,
    columns: Mapping[str, str],
) -> Searchable:
    """Returns a training on the examples of one file.

    columns: that differ from the recipe's own, by its names `text` and `label`.
    """
    from palate.training.classify import classify
    from palate.training.masked import masked
    from palate.training.regress import regress
    from palate.training.tokens import tokens

    function = {"classify": classify, "regress": regress, "tokens": tokens, "masked": masked}[name]

    def train(out: Path, settings: TrainingSettings, on_step: Any) -> Any:
        return function(data, out, dev=dev, start=start, settings=settings, on_step=on_step, **columns)  # type: ignore[operator]

    recipe = describe_recipe(name, start, read_tables(data, dev), settings, columns=dict(columns))
    return Searchable(train, GOALS[name], {**recipe, "recipe": name})


def search_sentences(
    paths: Mapping[ExampleKind, Sequence[Path]],
    dev: Mapping[ExampleKind, Sequence[Path]],
    *,
    start: str,
    settings: TrainingSettings,
) -> Searchable:
    """Returns a training of sentence vectors on any mix of kinds of examples."""
    from palate.training.sentence_figures import main_figure
    from palate.training.similarity import similarity

    paths_by_kind: Any = paths

    def train(out: Path, settings: TrainingSettings, on_step: Any) -> Any:
        return similarity(out, **paths_by_kind, dev=dev, start=start, settings=settings, on_step=on_step)

    tables = [read_table(path) for path in chain(*paths.values(), *dev.values())]
    recipe = describe_recipe("similarity", start, tables, settings, sources=sorted(paths), dev=sorted(dev))
    goal = Goal(main_figure([*paths]), greater=True)
    return Searchable(train, goal, {**recipe, "recipe": "similarity"})
