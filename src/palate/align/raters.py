"""Raters: what rates drafts in an alignment: one rewards, and several that never saw its feedback judge."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from palate.adapt.library_access import all_tastes, newest_entry, standing_likings
from palate.errors import BadValue
from palate.library import Library
from palate.parts import Rows, Taste, Vector
from palate.reader import Reader
from palate.taste.choose import make_taste

# prompts and drafts to (n,) ratings; higher is better, in any unit
Rater = Callable[[Sequence[str], Sequence[str]], Vector]
JUDGE_KINDS = ("bayes", "margin", "profile", "neighbour", "gradient")
JUDGE_SHARE = 0.8  # of the judges' half that each learns from, drawn anew
MIN_JUDGEMENTS = 40  # with fewer the halves know nothing


class Raters(NamedTuple):
    """reward: what training moves towards. judges: by name, kept out of training and choosing. n_reward,
    n_judges: judgements that each side knows.
    """

    reward: Rater
    judges: Mapping[str, Rater]
    n_reward: int = 0
    n_judges: int = 0


def halves_of(library: Library, reader: Reader, seed: int) -> Raters:
    """Returns a reward from half of a reader's judgements, and five judges from the other half.

    The judges are tastes of five kinds, each learned from a draw of its own of that half. Never one judge
    alone: they see a third to two thirds of a gain, and disagree. Raises BadValue where there are fewer than
    40 judgements, or only likes or dislikes.
    """
    taste = next(one for one in all_tastes(library) if one.taste_id == reader.taste_id)
    stated = standing_likings(library, taste, newest_entry(library, [taste]))
    likings = {row: liking for row, liking in stated.items() if liking}
    signs = [np.sign(liking) for liking in likings.values()]
    if len(likings) < MIN_JUDGEMENTS or min(signs.count(1.0), signs.count(-1.0)) < 4:
        raise BadValue(
            f"{reader.name} has {signs.count(1.0)} likes and {signs.count(-1.0)} dislikes; aligning "
            f"takes {MIN_JUDGEMENTS} judgements with 4 of each, half to reward and half to judge; "
            "judge more with: palate ask"
        )
    rng = np.random.default_rng([seed, 11])
    rows = np.array(list(likings))
    values = np.array([likings[row] for row in rows.tolist()], dtype=np.float64)
    first, second = _halves(values, rng)
    reward = _rater(library, "contest", rows[first], values[first])
    judges = {}
    for kind in JUDGE_KINDS:
        drawn = _part(values, second, JUDGE_SHARE, rng)
        judges[kind] = _rater(library, kind, rows[drawn], values[drawn])
    return Raters(reward, judges, len(first), len(second))


def model_rater(folder: Path) -> Rater:
    """Returns a model that `palate train reward` made, as a rater. Raises BadSource for another folder."""
    from palate.training.reward_model import RewardModel

    return RewardModel(folder).value


def _halves(values: Vector, rng: np.random.Generator) -> tuple[Rows, Rows]:
    """Returns the indices of two halves with about as many likes in each."""
    order = rng.permutation(len(values))
    order = order[np.argsort(values[order] > 0, kind="stable")]
    return order[::2], order[1::2]


def _part(values: Vector, indices: Rows, share: float, rng: np.random.Generator) -> Rows:
    """Returns a share of the likes and of the dislikes at some indices."""
    signs = values[indices] > 0
    parts = [rng.permutation(indices[signs == sign]) for sign in (True, False)]
    return np.concatenate([part[: max(2, round(share * len(part)))] for part in parts])


def _rater(library: Library, kind: str, rows: Rows, likings: Vector) -> Rater:
    """Returns a taste that has learned some judgements, as a rater of drafts in log odds of a like."""
    workspace, corpus = library.workspace, library.corpus()
    taste: Taste = make_taste(kind, corpus.space.background)
    known, features = workspace.features_of(corpus, rows.tolist())
    index = {row: place for place, row in enumerate(rows.tolist())}
    taste.learn(features, likings[[index[row] for row in known]], np.ones(len(known)))

    def rate(_prompts: Sequence[str], drafts: Sequence[str]) -> Vector:
        return np.asarray(
            taste.logits(workspace.features(corpus, list(drafts), [np.nan] * len(drafts))), dtype=np.float64
        )

    return rate
