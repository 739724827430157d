"""Sampled: the drafts that a model wrote for some prompts, and the examples that a method learns from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from palate.align.raters import Rater
from palate.model.draft import Prompt
from palate.model.local import LocalModel
from palate.model.sampling import Sampling
from palate.parts import Matrix

Example = dict[str, Any]


@dataclass(frozen=True)
class Sampled:
    """m drafts of each of p prompts, prompt by prompt.

    asked: (p,) what was asked. prompt_ids: (p,) the tokens that were read. texts, ids: (p * m,) of drafts.
    """

    asked: tuple[str, ...]
    prompt_ids: tuple[tuple[int, ...], ...]
    texts: tuple[str, ...]
    ids: tuple[tuple[int, ...], ...]

    @property
    def new_ids(self) -> list[list[int]]:
        """(p * m,) the tokens of the drafts."""
        return [list(ids) for ids in self.ids]

    @property
    def m(self) -> int:
        """How many drafts each prompt has."""
        return len(self.texts) // len(self.asked)

    @property
    def prompts(self) -> list[str]:
        """(p * m,) what was asked for each draft."""
        return [asked for asked in self.asked for _ in range(self.m)]

    @property
    def rows(self) -> list[list[int]]:
        """(p * m,) the tokens that were read for each draft."""
        return [list(ids) for ids in self.prompt_ids for _ in range(self.m)]

    def rated(self, rater: Rater) -> Matrix:
        """Returns (p, m) ratings."""
        return np.asarray(rater(self.prompts, self.texts)).reshape(len(self.asked), self.m)


def sample(model: LocalModel, asked: Sequence[str], m: int, sampling: Sampling) -> Sampled:
    """Writes m drafts for each prompt, asked as a chat where the model chats."""
    prompts = [prompt_of(model, text) for text in asked]
    drafts = model.write([prompt for prompt in prompts for _ in range(m)], sampling)
    return Sampled(
        tuple(asked),
        tuple(tuple(model.network.ids_of(prompt)) for prompt in prompts),
        tuple(draft.text for draft in drafts),
        tuple(draft.ids for draft in drafts),
    )


def prompt_of(model: LocalModel, text: str) -> Prompt:
    """Returns a prompt as this model takes it."""
    return Prompt.chat(text) if model.network.chats else Prompt.plain(text)


def kept_sample(path: Path, model: LocalModel, asked: Sequence[str], m: int, sampling: Sampling) -> Sampled:
    """Returns the drafts that a file holds; written first, and kept there, if it is not there."""
    if path.is_file():
        facts = json.loads(path.read_text("utf-8"))
        return Sampled(
            tuple(facts["asked"]),
            tuple(map(tuple, facts["prompt_ids"])),
            tuple(facts["texts"]),
            tuple(map(tuple, facts["ids"])),
        )
    found = sample(model, asked, m, sampling)
    partial = path.with_suffix(".new")
    partial.write_text(json.dumps(found.__dict__) + "\n", "utf-8")
    partial.replace(path)
    return found


def pairs_of(sampled: Sampled, ratings: Matrix) -> list[Example]:
    """Returns of each prompt its best draft before its worst, as token ids; prompts whose drafts are all
    worth the same have none.
    """
    found = []
    for place, prompt in enumerate(sampled.prompt_ids):
        best, worst = int(ratings[place].argmax()), int(ratings[place].argmin())
        chosen, rejected = (sampled.ids[place * sampled.m + index] for index in (best, worst))
        if ratings[place, best] > ratings[place, worst] and chosen != rejected:
            found.append(
                {"prompt_ids": list(prompt), "chosen_ids": list(chosen), "rejected_ids": list(rejected)}
            )
    return found


def labelled_of(sampled: Sampled, ratings: Matrix, batch: int) -> list[Example]:
    """Returns every draft with whether it is above the median of its prompt, as KTO's trainer reads them:
    each also with the draft of another prompt of its batch, by which KTO estimates the KL divergence.
    """
    above = (ratings > np.median(ratings, axis=1, keepdims=True)).ravel()
    rows = sampled.rows
    order = np.random.default_rng(0).permutation(len(rows))
    found = [
        {"prompt_ids": rows[at], "completion_ids": list(sampled.ids[at]), "label": bool(above[at])}
        for at in order.tolist()
    ]
    for first in range(0, len(found), batch):
        part = found[first : first + batch]
        for index, example in enumerate(part):
            example["KL_completion_ids"] = part[index - 1]["completion_ids"]
    return found
