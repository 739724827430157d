"""Reward rows: prompt and answer as tokens that a reward model reads; the answer whole before the prompt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

Ids = list[int]


class RewardRow(NamedTuple):
    """What a reward model reads of a prompt and an answer. second: where the answer begins, for models that
    part two texts. cut: whether something was left out.
    """

    ids: Ids
    second: int
    cut: bool


def reward_rows(tokenizer: Any, prompts: Sequence[str], answers: Sequence[str]) -> list[RewardRow]:
    """Returns (n,) rows of at most the tokenizer's window.

    What does not fit is cut from the beginning of the prompt; only an answer longer than the window is cut
    itself, at its end.
    """
    plain = {"add_special_tokens": False, "truncation": False, "verbose": False}
    asked = tokenizer(list(prompts), **plain)["input_ids"]
    given = tokenizer(list(answers), **plain)["input_ids"]
    return [_row(tokenizer, prompt, answer) for prompt, answer in zip(asked, given, strict=True)]


def _row(tokenizer: Any, prompt: Ids, answer: Ids) -> RewardRow:
    first, last = tokenizer.cls_token_id, tokenizer.sep_token_id
    if first is None or last is None:  # a model that goes on reads the answer after the prompt
        begin, middle, end = [], [], [tokenizer.eos_token_id]
    else:
        begin, middle, end = [first], [last], [last]
    room = tokenizer.model_max_length - len(begin) - len(middle) - len(end)
    kept_answer = answer[:room]
    left = room - len(kept_answer)
    kept_prompt = prompt[len(prompt) - left :] if len(prompt) > left else prompt
    head = [*begin, *kept_prompt, *middle]
    cut = len(kept_answer) < len(answer) or len(kept_prompt) < len(prompt)
    return RewardRow([*head, *kept_answer, *end], len(head), cut)


def reward_batch(tokenizer: Any, rows: Sequence[RewardRow]) -> dict[str, Any]:
    """Returns rows as padded tensors for the model."""
    import torch

    width = max(len(row.ids) for row in rows)
    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id
    batch = {
        "input_ids": torch.tensor([row.ids + [pad] * (width - len(row.ids)) for row in rows]),
        "attention_mask": torch.tensor([[1] * len(row.ids) + [0] * (width - len(row.ids)) for row in rows]),
    }
    if "token_type_ids" in tokenizer.model_input_names:
        batch["token_type_ids"] = torch.tensor(
            [
                [0] * row.second + [1] * (len(row.ids) - row.second) + [0] * (width - len(row.ids))
                for row in rows
            ]
        )
    return batch
