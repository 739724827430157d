"""Drafts as JSON objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from palate.shapes import Shape, finite, value_shape

if TYPE_CHECKING:
    from palate.model.draft import Draft
    from palate.store.drafts import StoredDraft
    from palate.writing.writer import ValuedDraft


def draft_shape(draft: Draft) -> Shape:
    """A draft with what it took. log_prob: of the whole draft at temperature 1, null for a remote model."""
    return {
        "prompt": draft.prompt.asked,
        "text": draft.text,
        "model": draft.model,
        "finish": draft.finish,
        "prompt_tokens": draft.usage.prompt,
        "new_tokens": draft.usage.new,
        "cost_usd": draft.usage.cost,
        "log_prob": finite(sum(draft.log_probs)) if draft.log_probs else None,
    }


def valued_shape(valued: ValuedDraft, number: int | None = None) -> Shape:
    """A draft with its value where it was written for a reader. number: by which it is kept."""
    shape = draft_shape(valued.draft)
    if valued.value is not None:
        shape |= {**value_shape(valued.value), "merit": finite(valued.merit)}
    if valued.similarity is not None:
        shape["similarity"] = finite(valued.similarity)
    return shape if number is None else {"number": number, **shape}


def stored_draft_shape(draft: StoredDraft) -> Shape:
    """A draft that is kept."""
    return {
        "number": draft.number,
        "prompt": draft.prompt,
        "text": draft.content,
        "model": draft.model,
    }
