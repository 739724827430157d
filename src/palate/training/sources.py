"""Sources: what sentence models are trained and judged on, read from tables with their usual columns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, Self

import numpy as np

from palate.errors import BadSource
from palate.training.split import Places, bins
from palate.training.table import Table

Kind = Literal["nli", "sts", "triplets", "pairs"]
LABELS = ("entailment", "neutral", "contradiction")
TEXTS: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        "nli": ("premise", "hypothesis"),
        "sts": ("sentence1", "sentence2"),
        "triplets": ("anchor", "positive", "negative"),
        "pairs": ("anchor", "partner"),
    }
)


@dataclass(frozen=True)
class Source:
    """n examples of one kind. texts: as TEXTS names them, n each. targets: of nli the place of its label in
    LABELS, of sts the score in [0, 1], of pairs 1 for partners and 0 for others; none of triplets."""

    kind: Kind
    texts: tuple[tuple[str, ...], ...]
    targets: tuple[float, ...] = ()

    def __len__(self) -> int:
        return len(self.texts[0])

    def take(self, places: Sequence[int] | Places) -> Self:
        """The examples at these places, in their order."""
        texts = tuple(tuple(column[place] for place in places) for column in self.texts)
        targets = tuple(self.targets[place] for place in places) if self.targets else ()
        return type(self)(self.kind, texts, targets)

    def strata(self) -> Sequence[int]:
        """What a split spreads evenly: labels, or bins of scores."""
        if self.kind == "sts":
            return bins(self.targets)
        return [int(target) for target in self.targets] or [0] * len(self)


def read_nli(tables: Sequence[Table]) -> Source:
    """Columns premise and hypothesis (or sentence1, sentence2) and label. Raises BadSource for another label,
    or one alone.
    """
    texts = _texts(tables, ("premise", "hypothesis"), ("sentence1", "sentence2"))
    named = [
        (line, word) for table in tables for line, word in zip(table.lines, table.words("label"), strict=True)
    ]
    for line, word in named:
        if word not in LABELS:
            raise line.refuse(
                f"label is {word!r}, expected {', '.join(LABELS)}; mend the row or leave it out"
            )
    if len({word for _, word in named}) == 1:
        raise BadSource(
            f"{tables[0].path} has {named[0][1]} alone as label, nothing to tell apart; give two labels or more"
        )
    return Source("nli", texts, tuple(float(LABELS.index(word)) for _, word in named))


def read_sts(tables: Sequence[Table]) -> Source:
    """Columns sentence1, sentence2 and score (or relatedness); the lowest score of a file becomes 0, its
    highest 1.

    Raises BadSource where a score is no number, or all of a file are the same.
    """
    scores = []
    for table in tables:
        column = "score" if table.has("score") or not table.has("relatedness") else "relatedness"
        found = np.array(table.numbers(column))
        low, high = float(found.min()), float(found.max())
        if low == high:
            raise BadSource(
                f"{table.path}: every {column} is {low:g}, nothing to learn from; give pairs of different likeness"
            )
        scores += ((found - low) / (high - low)).tolist()
    return Source("sts", _texts(tables, ("sentence1", "sentence2")), tuple(scores))


def read_triplets(tables: Sequence[Table]) -> Source:
    """Columns anchor, positive and negative: the anchor shall be nearer to the second than to the third."""
    return Source("triplets", _texts(tables, ("anchor", "positive", "negative")))


def read_pairs(tables: Sequence[Table]) -> Source:
    """Partners, each of which shall be found among the partners of all: columns anchor and positive; or
    question1, question2 and duplicate, 1 for partners; or NLI, where who is entailed is a partner. Raises
    BadSource where a file has no partners."""
    texts: list[tuple[tuple[str, ...], ...]] = []
    targets: list[float] = []
    for table in tables:
        if table.has("question1", "question2") or table.has("duplicate"):
            texts.append(_texts([table], ("question1", "question2"), ("sentence1", "sentence2")))
            partners = [_one(table, place, word) for place, word in enumerate(table.words("duplicate"))]
        elif table.has("label"):
            nli = read_nli([table])
            texts.append(nli.texts)
            partners = [float(target == LABELS.index("entailment")) for target in nli.targets]
        else:
            texts.append(_texts([table], ("anchor", "positive")))
            partners = [1.0] * len(table)
        if not any(partners):
            raise BadSource(
                f"{table.path} has no partners, such as duplicate 1 or label entailment; give some"
            )
        targets += partners
    joined = tuple(tuple(text for part in texts for text in part[column]) for column in range(2))
    return Source("pairs", joined, tuple(targets))


READ: Mapping[Kind, Callable[[Sequence[Table]], Source]] = MappingProxyType(
    {"nli": read_nli, "sts": read_sts, "triplets": read_triplets, "pairs": read_pairs}
)


def _texts(tables: Sequence[Table], *choices: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Each column of all tables, under the first of these choices of names that a table has."""
    found: list[list[str]] = [[] for _ in choices[0]]
    for table in tables:
        names = next((names for names in choices if table.has(*names)), None)
        if names is None:
            wanted = " or ".join(", ".join(names) for names in choices)
            raise BadSource(
                f"{table.path} lacks the columns {wanted}; the columns are: {', '.join(table.lines[0].fields)}"
            )
        for column, name in zip(found, names, strict=True):
            column += table.words(name)
    return tuple(map(tuple, found))


def _one(table: Table, place: int, word: str) -> float:
    if word not in ("0", "1"):
        raise table.lines[place].refuse(
            f"duplicate is {word!r}, expected 1 or 0; mend the row or leave it out"
        )
    return float(word)
