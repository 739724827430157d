"""Writer: drafts by a model, valued for a reader, the best first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from palate.errors import BadValue
from palate.model.draft import Draft, Prompt
from palate.model.promise import Model, OnText, ignore_text
from palate.model.sampling import Sampling
from palate.reader import Reader
from palate.value import Value
from palate.workspace.workspace import Workspace
from palate.writing.drafts import Drafts
from palate.writing.examples import Examples

DEFAULT_CAUTION = 0.5  # sds below the mean by which drafts are ordered


class ValuedDraft(NamedTuple):
    """A draft with what it is worth to a reader; value is None where it was written for nobody. merit: the
    mean less `caution` sds, by which drafts are ordered. similarity: to the source that was rewritten, None
    where there is none.
    """

    draft: Draft
    value: Value | None = None
    merit: float = 0.0
    similarity: float | None = None


class Writer:
    """Writes texts with one model. Get it from `Library.writer`.

    Use it with a reader for best of n: n drafts are written, valued by the reader's taste, and come back the
    best first. That moves what is written towards the reader by at most ln n - (n - 1) / n nats (Beirami et
    al., Theoretical guarantees on the best-of-n alignment policy, 2024), and nothing is trained.

    model: see `palate.model.choose`.
    """

    def __init__(self, model: Model, workspace: Workspace) -> None:
        self.model, self._workspace = model, workspace

    def write(
        self,
        prompt: str | Prompt,
        *,
        n: int = 1,
        reader: Reader | None = None,
        sampling: Sampling | None = None,
        caution: float = DEFAULT_CAUTION,
        examples: int = 0,
        on_text: OnText = ignore_text,
    ) -> list[ValuedDraft]:
        """Writes n drafts; for a reader they are valued and come the best first, else in the order of their
        numbers.

        caution: how many sds below its mean a draft counts: more prefers what
        the taste is sure of. examples: so many of the reader's liked texts that are nearest to the prompt are
        put before it; only then do texts of the library go to the model. Raises BadValue for n below 1, for
        several drafts of a greedy model, which are all the same, and for examples without a reader.
        """
        sampling = sampling or Sampling()
        check_count(n, sampling)
        asked = prompt if isinstance(prompt, Prompt) else Prompt.plain(prompt)
        if examples:
            if reader is None:
                raise BadValue("examples are texts that a reader liked; say for whom to write")
            asked = Examples(self._workspace).put_before(asked, reader, examples)
        drafts = self.model.write([asked] * n, sampling, on_text=on_text)
        return valued(drafts, Drafts(self._workspace, reader) if reader else None, caution)


def check_count(n: int, sampling: Sampling) -> None:
    """Checks how many drafts are asked for. Raises BadValue below 1, and for several greedy ones."""
    if n < 1:
        raise BadValue(f"the count of drafts is 1 or more, got {n}")
    if n > 1 and sampling.greedy:
        raise BadValue(f"temperature 0 always takes the likeliest token, so {n} drafts would all be the same")


def valued(drafts: Sequence[Draft], reader: Drafts | None, caution: float) -> list[ValuedDraft]:
    """Returns drafts with their values, the highest mean less `caution` sds first; of nobody, as they are."""
    if reader is None:
        return [ValuedDraft(draft) for draft in drafts]
    values = reader.value([draft.text for draft in drafts])
    found = [
        ValuedDraft(draft, value, value.mean - caution * value.sd)
        for draft, value in zip(drafts, values, strict=True)
    ]
    return sorted(found, key=lambda one: -one.merit)
