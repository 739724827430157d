"""ResultRow: one figure of one system, the tidy form of every protocol's results."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

Protocol = Literal["ratings", "library", "screening", "descriptions"]
Metric = Literal[
    "auc",
    "ndcg@10",
    "brier",
    "ece",
    "recall@100",
    "mrr",
    "loss",
    "wss@95",
    "atd",
    "recall@10%",
    "last",
    "precision@20",
    "spread",
]

LOWER_IS_BETTER: frozenset[Metric] = frozenset({"brier", "ece", "loss", "atd", "last"})


@dataclass(frozen=True)
class Difference:
    """palate's figure less a system's, over the n readers (or runs) that both have, with its 95% bootstrap
    interval.
    """

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class ResultRow:
    """A mean over n readers (or runs) with its 95% bootstrap interval. k: judgements learned from; None for
    screening.

    palate_minus: None for palate itself, and where palate was not replayed.
    """

    protocol: Protocol
    data: str
    system: str
    k: int | None
    metric: Metric
    mean: float
    low: float
    high: float
    n: int
    palate_minus: Difference | None = None


def rows_to_json(rows: Sequence[ResultRow]) -> str:
    """Returns a JSON list with one row per line.

    >>> difference = Difference(0.2, 0.1, 0.3, n=20)
    >>> row = ResultRow("ratings", "films", "random", 5, "auc", 0.5, 0.4, 0.6, 20, difference)
    >>> print(rows_to_json([row]))
    [
    {"protocol": "ratings", "data": "films", "system": "random", "k": 5, "metric": "auc",
     "mean": 0.5, "low": 0.4, "high": 0.6, "n": 20,
     "palate_minus": {"mean": 0.2, "low": 0.1, "high": 0.3, "n": 20}}
    ]
    """
    return "[\n" + ",\n".join(json.dumps(asdict(row), allow_nan=False) for row in rows) + "\n]"
