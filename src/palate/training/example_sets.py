"""Example sets: what sentence models are trained and measured on, read from tables with their usual
columns.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, Self

import numpy as np

from palate.errors import BadSource
from palate.training.run.split import Indices, quantile_bins
from palate.training.run.table import Table

ExampleKind = Literal["nli", "sts", "triplets", "pairs"]
NLI_LABELS = ("entailment", "neutral", "contradiction")
TEXT_COLUMNS: Mapping[ExampleKind, tuple[str, ...]] = MappingProxyType(
    {
        "nli": ("premise", "hypothesis"),
        "sts": ("sentence1", "sentence2"),
        "triplets": ("anchor", "positive", "negative"),
        "pairs": ("anchor", "partner"),
    }
)


@dataclass(frozen=True)
class ExampleSet:
    """n examples of one kind.

    texts: as TEXT_COLUMNS names them, n each. targets: of nli the index of its label in NLI_LABELS, of sts
    the score in [0, 1], of pairs 1 for partners and 0 for others; none of triplets.
    """

    kind: ExampleKind
    texts: tuple[tuple[str, ...], ...]
    targets: tuple[float, ...] = ()

    def __len__(self) -> int:
        return len(self.texts[0])

    def take(self, indices: Sequence[int] | Indices) -> Self:
        """Returns the examples at these indices, in their order."""
        texts = tuple(tuple(column[index] for index in indices) for column in self.texts)
        targets = tuple(self.targets[index] for index in indices) if self.targets else ()
        return type(self)(self.kind, texts, targets)

    def strata(self) -> Sequence[int]:
        """Returns what a split spreads evenly: labels, or bins of scores."""
        if self.kind == "sts":
            return quantile_bins(self.targets)
        return [int(target) for target in self.targets] or [0] * len(self)


def read_nli(tables: Sequence[Table]) -> ExampleSet:
    """Reads columns premise and hypothesis (or sentence1, sentence2) and label.

    Raises BadSource for an unknown label, or where all rows have the same.
    """
    texts = _texts(tables, ("premise", "hypothesis"), ("sentence1", "sentence2"))
    rows = [
        (line, label)
        for table in tables
        for line, label in zip(table.lines, table.labels("label"), strict=True)
    ]
    for line, label in rows:
        if label not in NLI_LABELS:
            raise line.refuse(
                f"label is {label!r}, expected {', '.join(NLI_LABELS)}; mend the row or leave it out"
            )
    if len({label for _, label in rows}) == 1:
        raise BadSource(
            f"{tables[0].path} has {rows[0][1]} alone as label, nothing to tell apart; "
            "give two labels or more"
        )
    return ExampleSet("nli", texts, tuple(float(NLI_LABELS.index(label)) for _, label in rows))


def read_sts(tables: Sequence[Table]) -> ExampleSet:
    """Reads columns sentence1, sentence2 and score (or relatedness); the lowest score of a file becomes 0,
    its highest 1.

    Raises BadSource where a score is no number, or all of a file are the same.
    """
    scaled = []
    for table in tables:
        column = "score" if table.has("score") or not table.has("relatedness") else "relatedness"
        scores = np.array(table.floats(column))
        low, high = float(scores.min()), float(scores.max())
        if low == high:
            raise BadSource(
                f"{table.path}: every {column} is {low:g}, nothing to learn from; "
                "give pairs of different likeness"
            )
        scaled += ((scores - low) / (high - low)).tolist()
    return ExampleSet("sts", _texts(tables, ("sentence1", "sentence2")), tuple(scaled))


def read_triplets(tables: Sequence[Table]) -> ExampleSet:
    """Reads columns anchor, positive and negative: the anchor should be nearer to the second than to the
    third.
    """
    return ExampleSet("triplets", _texts(tables, ("anchor", "positive", "negative")))


def read_pairs(tables: Sequence[Table]) -> ExampleSet:
    """Reads partners, each of which should be found among the partners of all.

    Columns are anchor and positive; or question1, question2 and duplicate, 1 for partners; or those of NLI,
    where an entailed hypothesis is a partner. Raises BadSource where a file has no partners.
    """
    texts: list[tuple[tuple[str, ...], ...]] = []
    targets: list[float] = []
    for table in tables:
        if table.has("question1", "question2") or table.has("duplicate"):
            texts.append(_texts([table], ("question1", "question2"), ("sentence1", "sentence2")))
            partners = [float(line.flag("duplicate")) for line in table.lines]
        elif table.has("label"):
            nli = read_nli([table])
            texts.append(nli.texts)
            partners = [float(target == NLI_LABELS.index("entailment")) for target in nli.targets]
        else:
            texts.append(_texts([table], ("anchor", "positive")))
            partners = [1.0] * len(table)
        if not any(partners):
            raise BadSource(
                f"{table.path} has no partners, such as duplicate 1 or label entailment; give some"
            )
        targets += partners
    joined = tuple(tuple(text for part in texts for text in part[column]) for column in range(2))
    return ExampleSet("pairs", joined, tuple(targets))


READERS: Mapping[ExampleKind, Callable[[Sequence[Table]], ExampleSet]] = MappingProxyType(
    {"nli": read_nli, "sts": read_sts, "triplets": read_triplets, "pairs": read_pairs}
)


def _texts(tables: Sequence[Table], *choices: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Returns each column of all tables, under the first of these choices of names that a table has."""
    columns: list[list[str]] = [[] for _ in choices[0]]
    for table in tables:
        names = next((names for names in choices if table.has(*names)), None)
        if names is None:
            wanted = " or ".join(", ".join(names) for names in choices)
            present = ", ".join(table.lines[0].cells)
            raise BadSource(f"{table.path} lacks the columns {wanted}; the columns are: {present}")
        for column, name in zip(columns, names, strict=True):
            column += table.strings(name)
    return tuple(map(tuple, columns))
