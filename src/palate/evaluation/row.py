"""Row: one figure of one system, the tidy form in which every protocol answers."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

Metric = Literal["auc", "ndcg@10", "brier", "ece", "recall@100", "mrr", "loss", "wss@95", "atd", "recall@10%", "last"]


@dataclass(frozen=True)
class Row:
    """A mean over n readers (or runs) with its 95% bootstrap interval. k: judgements learned from; None for screening."""

    protocol: Literal["ratings", "library", "screening"]
    data: str
    system: str
    k: int | None
    metric: Metric
    mean: float
    low: float
    high: float
    n: int


def rows_to_json(rows: Sequence[Row]) -> str:
    """A JSON list with one row per line.

    >>> print(rows_to_json([Row("ratings", "films", "random", 5, "auc", 0.5, 0.4, 0.6, 20)]))
    [
    {"protocol": "ratings", "data": "films", "system": "random", "k": 5, "metric": "auc",
     "mean": 0.5, "low": 0.4, "high": 0.6, "n": 20}
    ]
    """
    return "[\n" + ",\n".join(json.dumps(asdict(row), allow_nan=False) for row in rows) + "\n]"
