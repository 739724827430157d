"""Prompt and Draft: what a model is asked, and a text that it wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Self

from palate.errors import BadValue

Role = Literal["system", "user", "assistant"]
Finish = Literal["end", "stop", "limit"]


class Turn(NamedTuple):
    """One message of a chat."""

    role: Role
    content: str


@dataclass(frozen=True)
class Prompt:
    """What a model is asked. text: what it goes on from, where it is no chat. turns: of a chat, which the
    model's own chat template turns into text; empty where it is none.

    >>> Prompt.plain("Once").text, [turn.role for turn in Prompt.chat("Hi", system="Be short.").turns]
    ('Once', ['system', 'user'])
    """

    text: str = ""
    turns: tuple[Turn, ...] = ()

    @classmethod
    def plain(cls, text: str) -> Self:
        """Returns a prompt that is continued as it stands. Raises BadValue where it is empty."""
        if not text.strip():
            raise BadValue("the prompt is empty; give the words that the model should go on from")
        return cls(text=text)

    @classmethod
    def chat(cls, message: str, *, system: str | None = None, before: Sequence[Turn] = ()) -> Self:
        """Returns a chat that ends in a person's message. system: how the model should behave. before: the
        turns so far. Raises BadValue for an empty message.
        """
        if not message.strip():
            raise BadValue("the message is empty; say what the model should write")
        opening = (Turn("system", system),) if system else ()
        return cls(turns=(*opening, *before, Turn("user", message)))

    @property
    def asked(self) -> str:
        """The words that a person wrote last."""
        return self.turns[-1].content if self.turns else self.text

    @property
    def characters(self) -> int:
        """How many characters it has in all."""
        return len(self.text) + sum(len(turn.content) for turn in self.turns)


class Usage(NamedTuple):
    """What a request cost. prompt, new: tokens, None where the model does not say. cost: in US dollars, None
    where it is not known.
    """

    prompt: int | None = None
    new: int | None = None
    cost: float | None = None


UNKNOWN = Usage()


@dataclass(frozen=True)
class Draft:
    """A text that a model wrote.

    text: without the prompt. finish: "end" where the model ended it, "stop" at a stop string or token,
    "limit" where it had no more tokens. ids, log_probs: its tokens and the natural logarithm of the
    probability that the model gave each at temperature 1, without penalties; empty for a remote model.
    """

    prompt: Prompt
    text: str
    model: str
    finish: Finish
    usage: Usage = UNKNOWN
    ids: tuple[int, ...] = ()
    log_probs: tuple[float, ...] = ()
