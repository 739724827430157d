"""Preferences: answers to a prompt that somebody ranked, and the files that hold them."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from palate.errors import BadSource

FORMS = (
    '{"prompt", "chosen", "rejected"}, {"prompt", "a", "b", "preference": "a", "b" or "tie"} or '
    '{"prompt", "ranking": [best, ..., worst]}'
)


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
    """Reads rankings from JSON Lines, compressed or not.

    A row has one of three forms: prompt, chosen and rejected; prompt, a, b and preference; prompt and
    ranking, a list of answers or of lists of answers that are as good, the best first. source, context and
    margin may stand in any. Raises BadSource, with the number of the row, for other rows, and where no row
    tells one answer from another.
    """
    try:
        content = path.read_bytes()
        text = (gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content).decode("utf-8")
    except (OSError, EOFError, zlib.error) as error:
        raise BadSource(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    except UnicodeDecodeError:
        raise BadSource(f"{path} is not UTF-8; save it as JSON Lines in UTF-8") from None
    read = [_ranked(path, number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    rankings = tuple(one for one in read if len(set(one.answers)) > 1)
    if not any(one.pairs for one in rankings):
        raise BadSource(
            f"{path} holds no preference: {len(read)} rows, in none is one answer better than another; "
            f"give rows such as {FORMS}"
        )
    sha256 = hashlib.sha256(content).hexdigest()
    return Preferences(path, rankings, sha256, len(read) - len(rankings))


def _ranked(path: Path, number: int, line: str) -> Ranked:
    try:
        row = json.loads(line)
        groups = list(_groups(row))
        prompt, margin = row["prompt"], float(row.get("margin") or 0)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadSource(f"line {number} of {path} is no preference; give rows such as {FORMS}") from None
    answers = [(answer, rank) for rank, group in enumerate(groups) for answer in group]
    if not all(isinstance(part, str) and part.strip() for part in (prompt, *(one for one, _ in answers))):
        raise BadSource(f"line {number} of {path} has an empty prompt or answer; fill it in or leave it out")
    if not 0 <= margin < float("inf") or len(answers) < 2:
        raise BadSource(f"line {number} of {path} needs two answers or more, and a margin of 0 or more")
    return Ranked(
        prompt,
        tuple(answer for answer, _ in answers),
        tuple(rank for _, rank in answers),
        str(row.get("source") or ""),
        str(row.get("context") or ""),
        margin,
    )


def _groups(row: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
    """Yields the groups of a row's answers, the best first. Raises KeyError for a row of no known form."""
    if "ranking" in row:
        yield from (one if isinstance(one, list) else [one] for one in row["ranking"])
    elif "preference" in row:
        one, two = row["a"], row["b"]
        yield from {"a": [[one], [two]], "b": [[two], [one]], "tie": [[one, two]]}[row["preference"]]
    else:
        yield from ([row["chosen"]], [row["rejected"]])
