"""ShownTexts: which texts each taste's reader was shown last, in a small file beside the store."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

PREFIX = "shown-"  # of the names of these files, which stay when a cache is cleaned


class ShownTexts:
    """The rows of the texts in the last list of a taste, in order. Rows are never given to other texts, so a
    list that is old names no wrong text.

    store: path of the file, beside which the folder of its cache is. Losing a list costs nothing but that its
    numbers cannot be used.
    """

    def __init__(self, store: str) -> None:
        self._folder = Path(f"{store}.cache")

    def put(self, taste_id: int, rows: Sequence[int]) -> None:
        """Keeps a list in place of the one before. Raises OSError where it cannot be written."""
        self._folder.mkdir(exist_ok=True)
        partial = self._folder / f"partial-{os.getpid()}-{taste_id}"
        try:
            partial.write_text(json.dumps(list(rows)))
            partial.replace(self._path(taste_id))
        finally:
            partial.unlink(missing_ok=True)

    def get(self, taste_id: int) -> list[int]:
        """Returns the last list; none where it is not there or not whole."""
        try:
            rows: list[int] = json.loads(self._path(taste_id).read_bytes())
        except (OSError, ValueError):
            return []
        return rows

    def _path(self, taste_id: int) -> Path:
        return self._folder / f"{PREFIX}{taste_id}.json"
