"""Model: the one promise of what writes drafts, on this machine or elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from palate.model.draft import Draft, Prompt
from palate.model.sampling import Sampling

DEFAULT_MODEL = "smollm2"
# called with the index of a prompt and a piece of its draft, as it comes
OnText = Callable[[int, str], None]


def ignore_text(index: int, piece: str) -> None:
    """Does nothing with a piece of a draft."""


class Model(Protocol):
    """What writes drafts. name: by which `model.choose.make_model` makes it again."""

    @property
    def name(self) -> str: ...

    def write(
        self, prompts: Sequence[Prompt], sampling: Sampling, *, on_text: OnText = ignore_text
    ) -> list[Draft]:
        """Writes one draft for each prompt, in their order; equal prompts may get different drafts.

        Raises BadValue for a prompt or sampling that cannot be used.
        """
        ...
