"""The options of every command that writes: how tokens are chosen and when a draft ends."""

from __future__ import annotations

from typing import Any

from palate.cli.option_group import SharedOption, in_place_of
from palate.model.sampling import Sampling

PANEL = "How tokens are chosen"
USUAL = Sampling()


def _option(name: str, option: str, type_: Any, metavar: str, help: str) -> SharedOption:
    default = getattr(USUAL, name)
    return SharedOption(
        name, option, type_, list(default) if isinstance(default, tuple) else default, metavar, help
    )


OPTIONS = (
    _option(
        "temperature", "--temperature", float, "T", "Divides logits: lower is surer, 0 takes the likeliest."
    ),
    _option("top_k", "--top-k", int, "K", "Keeps so many of the likeliest tokens; 0 for all."),
    _option("top_p", "--top-p", float, "P", "Keeps the likeliest tokens that come to this share."),
    _option("min_p", "--min-p", float, "P", "Keeps tokens at least this share as likely as the likeliest."),
    _option(
        "repetition_penalty", "--repetition-penalty", float, "R", "Above 1 makes tokens rarer that are there."
    ),
    _option("stop", "--stop", list[str], "STRING", "Ends a draft before this string; repeatable."),
    _option("stop_tokens", "--stop-token", list[str], "TOKEN", "Ends a draft at this token; repeatable."),
    _option("new_tokens", "--max-new-tokens", int, "N", "Writes at most so many tokens."),
    _option(
        "length", "--max-length", int | None, "N", "The limit with the prompt, in place of --max-new-tokens."
    ),
    _option("seed", "--seed", int, "N", "Same seed, same draft, with the same version, precision and count."),
)


def _sampling(stop: list[str], stop_tokens: list[str], **chosen: Any) -> Sampling:
    return Sampling(**chosen, stop=tuple(stop), stop_tokens=tuple(stop_tokens))


# puts them in the place of a command's parameter `sampling`, which gets a Sampling
with_sampling = in_place_of("sampling", OPTIONS, PANEL, _sampling)
