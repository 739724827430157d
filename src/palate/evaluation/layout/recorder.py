"""Recorder: texts and judgements of another data set, taken one by one, and what had to be skipped."""

import gzip
import json
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from palate.errors import BadSource
from palate.evaluation.judgements import History, RatedTexts
from palate.table.cells import cell_text
from palate.text import Text


class Recorder:
    """Takes texts first, then the judgements of them. skipped: by reason, how many rows were left out.

    >>> recorder = Recorder()
    >>> recorder.text("a", "Cats", "They purr.")
    >>> recorder.judge("ann", "a", 5.0)
    >>> recorder.judge("ann", "b", 1.0)
    >>> recorder.rated("made").histories[0].ratings.tolist(), dict(recorder.skipped)
    ([5.0], {'judgements of texts that are not there': 1})
    """

    def __init__(self) -> None:
        self.skipped: Counter[str] = Counter()
        self._rows: dict[str, int] = {}
        self._contents: list[str] = []
        self._judged: dict[str, dict[int, tuple[float, float]]] = {}  # reader -> row -> time, rating

    def text(self, id: str, title: str, body: str = "") -> None:
        """Takes a text. One without words, or with an id that was there before, is skipped."""
        content = Text("", cell_text(title), cell_text(body)).content
        if id in self._rows:
            self.skipped["texts whose id was there before"] += 1
        elif not content.strip():
            self.skipped["texts without words"] += 1
        else:
            self._rows[id] = len(self._contents)
            self._contents.append(content)

    def judge(self, reader: str, item: str, rating: float, time: float = 0.0) -> None:
        """Takes a judgement; of several of a text by a reader the latest counts. time: unix seconds."""
        row = self._rows.get(item)
        if row is None:
            self.skipped["judgements of texts that are not there"] += 1
        elif not math.isfinite(rating) or not math.isfinite(time):
            self.skipped["judgements whose rating or time is no number"] += 1
        else:
            by_row = self._judged.setdefault(reader, {})
            if time >= by_row.get(row, (-math.inf, 0.0))[0]:
                by_row[row] = time, rating

    def rated(self, name: str) -> RatedTexts:
        """Returns all that was taken."""
        histories = []
        for reader, by_row in self._judged.items():
            times, ratings = np.array(list(by_row.values())).T
            histories.append(History(reader, np.array(list(by_row), dtype=np.int64), ratings, times))
        return RatedTexts(name, tuple(self._contents), tuple(histories))


def lines_of(path: Path) -> Iterator[str]:
    """Reads the lines of a file, unpacked where its name ends in .gz. Raises BadSource where it cannot be
    read.
    """
    try:
        with (
            gzip.open(path, "rt", encoding="utf-8")
            if path.suffix == ".gz"
            else path.open("rt", encoding="utf-8") as file
        ):
            for line in file:
                yield line.rstrip("\n")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise BadSource(f"cannot read {path}: {error}; fetch it again") from None


def objects_of(path: Path, recorder: Recorder) -> Iterator[dict[str, Any]]:
    """Reads one JSON object a line; other lines are skipped and counted."""
    for line in lines_of(path):
        try:
            value = json.loads(line)
        except ValueError:
            value = None
        if isinstance(value, dict):
            yield value
        elif line.strip():
            recorder.skipped["lines that are no JSON object"] += 1


def number_of(value: Any) -> float:
    """Returns a number, nan for what is none.

    >>> number_of("4"), number_of(None)
    (4.0, nan)
    """
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan
