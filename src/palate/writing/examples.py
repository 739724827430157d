"""Examples: texts that a reader liked, put before a prompt: personalisation without a learned taste."""

from __future__ import annotations

import numpy as np

from palate.model.draft import Prompt, Turn
from palate.reader import Reader
from palate.store.naming import rows_of
from palate.text import Text
from palate.workspace.workspace import Workspace

EXAMPLE_CHARACTERS = 600  # of each text, so that a small model's window holds several


class Examples:
    """Finds what a reader liked that is nearest to a prompt.

    Source: Salemi et al., LaMP: when large language models meet personalization (2024), its retrieval
    baseline.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def nearest_liked(self, content: str, reader: Reader, n: int) -> list[Text]:
        """Returns the n liked texts with the highest cosine to a content, nearest first."""
        store = self._workspace.store
        ids = [one.text_id for one in reader.judged() if (one.liking or 0) > 0]
        with store.reading() as tables:
            liked = rows_of(tables, ids)
            by_row = tables.texts.get(liked)
        texts = [by_row[row] for row in liked if row in by_row]
        if not texts:
            return []
        vectors = self._workspace.encode([content, *(text.content for text in texts)])
        order = np.argsort(-(vectors[1:] @ vectors[0]), kind="stable")[:n]
        return [texts[index] for index in order]

    def put_before(self, prompt: Prompt, reader: Reader, n: int) -> Prompt:
        """Returns the prompt with n liked texts before it; of a chat they stand in the last message."""
        texts = self.nearest_liked(prompt.asked, reader, n)
        if not texts:
            return prompt
        shown = "\n\n".join(text.content[:EXAMPLE_CHARACTERS] for text in texts)
        if not prompt.turns:
            return Prompt.plain(f"{shown}\n\n{prompt.text}")
        told = f"Texts that I liked:\n\n{shown}\n\nWrite as they are written.\n\n{prompt.asked}"
        return Prompt(turns=(*prompt.turns[:-1], Turn("user", told)))
