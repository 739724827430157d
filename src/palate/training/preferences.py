"""Preferences: answers to a prompt that somebody ranked, and the files that hold them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from palate.errors import BadSource
from palate.table.record import Record
from palate.training.run.table import Table, read_table

FORMS = (
    "prompt, chosen, rejected; or prompt, a, b, preference; or prompt, ranking (in JSON: a list, best first)"
)
PREFERENCES = {"a": (0, 1), "b": (1, 0), "tie": (0, 0)}  # by what a row says, the ranks of a and b


@dataclass(frozen=True)
class Ranked:
    """Answers to one prompt. ranks: of each answer, 0 the best; equal ones are as good. margin: by how much
    the better of two is better, 0 or more. context: what the prompt is about, such as a passage.
    """

    prompt: str
    answers: tuple[str, ...]
    ranks: tuple[int, ...]
    source: str = ""
    context: str = ""
    margin: float = 0.0

    @property
    def asked(self) -> str:
        """Context and prompt together."""
        return f"{self.context}\n\n{self.prompt}" if self.context else self.prompt

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """The answers of which one is better than another, by their indices."""
        n = range(len(self.answers))
        return [(one, two) for one in n for two in n if self.ranks[one] < self.ranks[two]]


class Preferences(NamedTuple):
    """The rankings of a file. sha256: of the file. n_left_out: rows that say nothing: answers that are the
    same.
    """

    path: Path
    rankings: tuple[Ranked, ...]
    sha256: str
    n_left_out: int = 0


def read_preferences(path: Path) -> Preferences:
    """Reads the rankings of a file. Raises BadSource as `preferences_of`, and for a file that is no table."""
    return preferences_of(read_table(path))


def preferences_of(table: Table) -> Preferences:
    """Returns the rankings of a table of any kind, one a row.

    A row has one of three forms: prompt, chosen and rejected; prompt, a, b and preference; prompt and
    ranking, in JSON alone: a list of answers or of lists of answers that are as good, the best first.
    source, context and margin may stand in any. Raises BadSource, with the place of the row, for other rows,
    and where no row tells one answer from another.
    """
    read = [_ranked(line) for line in table.lines]
    rankings = tuple(one for one in read if len(set(one.answers)) > 1)
    if not any(one.pairs for one in rankings):
        raise BadSource(
            f"{table.path} holds no preference: {len(read)} rows, in none is one answer better than another; "
            f"give rows with {FORMS}"
        )
    return Preferences(table.path, rankings, table.sha256, len(read) - len(rankings))


def _ranked(line: Record) -> Ranked:
    if line.has("ranking"):
        answers, ranks = _listed(line)
    elif line.has("preference"):
        answers, ranks = (_answer(line, "a"), _answer(line, "b")), _preferred(line)
    elif line.has("chosen") or line.has("rejected"):
        answers, ranks = (_answer(line, "chosen"), _answer(line, "rejected")), (0, 1)
    else:
        raise line.refuse(f"it has {', '.join(line.cells)}, expected {FORMS}")
    margin = line.number("margin") if line.has("margin") else 0.0
    if margin < 0:
        raise line.refuse(f"margin is {margin:g}, expected 0 or more; exchange the answers or leave it out")
    source, context = (line.value(name) if line.has(name) else "" for name in ("source", "context"))
    return Ranked(_answer(line, "prompt"), answers, ranks, source, context, margin)


def _answer(line: Record, name: str) -> str:
    cell = line.value(name)
    if not cell:
        raise line.refuse(f"{name} is empty; fill it in or leave the row out")
    return cell


def _preferred(line: Record) -> tuple[int, int]:
    preference = line.value("preference").lower()
    if preference not in PREFERENCES:
        raise line.refuse(f"preference is {preference!r}, expected a, b or tie")
    return PREFERENCES[preference]


def _listed(line: Record) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Returns the answers and ranks of a list of answers and of lists of answers that are as good."""
    groups = next(cell for name, cell in line.cells.items() if name.strip().lower() == "ranking")
    members = [one if isinstance(one, list) else [one] for one in groups] if isinstance(groups, list) else []
    answers = [answer for group in members for answer in group]
    if len(answers) < 2 or not all(isinstance(answer, str) and answer.strip() for answer in answers):
        raise line.refuse(
            'ranking needs two answers or more, none empty, as in ["best", ["second", "as good"], "worst"]'
        )
    return tuple(answers), tuple(rank for rank, group in enumerate(members) for _ in group)
