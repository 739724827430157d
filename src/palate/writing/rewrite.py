"""Rewriting: a text in other words, as a reader likes it, that still says what its source says."""

from __future__ import annotations

from typing import Literal, NamedTuple

from palate.errors import BadValue
from palate.model.draft import Prompt
from palate.model.promise import Model
from palate.model.sampling import Sampling
from palate.reader import Reader
from palate.workspace.workspace import Workspace
from palate.writing.drafts import Drafts
from palate.writing.faithful import faithfulness
from palate.writing.writer import DEFAULT_CAUTION, ValuedDraft, check_count, valued

Way = Literal["rewrite", "summary", "plainer", "shorter"]
WAYS: dict[Way, str] = {
    "rewrite": "Rewrite the text below in other words. Keep all names and numbers.",
    "summary": "Summarise the text below in two or three sentences. Keep its names and numbers.",
    "plainer": "Rewrite the text below in plain, short words for a reader who is new to the subject.",
    "shorter": "Rewrite the text below in half as many words. Keep what matters most.",
}
DEFAULT_FAITHFUL, DEFAULT_DRAFTS = 0.6, 8
SOURCE_CHARACTERS = 8000  # of a source that are read: a small model loses the thread in longer ones


class Rewritten(NamedTuple):
    """Drafts that are near enough to their source, the best first, and those that are not.

    cut: how many characters of the source were not read.
    """

    kept: list[ValuedDraft]
    unfaithful: list[ValuedDraft]
    cut: int


class Rewriter:
    """Rewrites texts with one model for one reader. Get it from `Library.rewriter`."""

    def __init__(self, model: Model, workspace: Workspace) -> None:
        self.model, self._workspace = model, workspace

    def rewrite(
        self,
        source: str,
        reader: Reader,
        *,
        way: Way = "rewrite",
        n: int = DEFAULT_DRAFTS,
        faithful: float = DEFAULT_FAITHFUL,
        sampling: Sampling | None = None,
    ) -> Rewritten:
        """Writes n drafts and orders those whose faithfulness is high enough by what they are worth.

        faithful: the least `Faithfulness.score`, from -1 to 1. The best may be worth less than one that is
        left out: that is its price. Raises BadValue for an empty source, a way or faithfulness that is none.
        """
        if way not in WAYS:
            raise BadValue(f"{way!r} is no way to rewrite; take one of: {', '.join(WAYS)}")
        if not -1 <= faithful <= 1:
            raise BadValue(f"faithfulness lies from -1 to 1, got {faithful}")
        if not source.strip():
            raise BadValue("the source is empty; give a text to rewrite")
        sampling = sampling or Sampling()
        check_count(n, sampling)
        read = source[:SOURCE_CHARACTERS]
        prompt = Prompt.chat(f"{WAYS[way]}\n\n{read}")
        drafts = self.model.write([prompt] * n, sampling)
        ordered = valued(drafts, Drafts(self._workspace, reader), DEFAULT_CAUTION)
        scores = faithfulness(read, [one.draft.text for one in ordered], self._workspace.encode)
        scored = [one._replace(similarity=score.score) for one, score in zip(ordered, scores, strict=True)]
        kept = [one for one in scored if (one.similarity or 0.0) >= faithful]
        left = [one for one in scored if (one.similarity or 0.0) < faithful]
        return Rewritten(kept, left, len(source) - len(read))
