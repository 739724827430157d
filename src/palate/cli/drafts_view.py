"""How drafts are shown: as they come, with their values, and what the model read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from palate.cli import show
from palate.cli.progress_bar import progress_bar
from palate.cli.tables import spread
from palate.shapes.drafts import draft_shape, valued_shape

if TYPE_CHECKING:
    from palate.model.draft import Draft, Prompt
    from palate.model.local import LocalModel
    from palate.model.promise import Model, OnText
    from palate.model.sampling import Sampling
    from palate.writing.writer import ValuedDraft

ENDED = {"end": "the model ended it", "stop": "ended at a stop", "limit": "cut at the limit"}
PROMPTS_AT_ONCE = 32  # whose drafts are shown before the next are written


@contextmanager
def streaming(*, as_json: bool) -> Iterator[OnText]:
    """Prints the pieces of one draft on stdout as they come; with --json nothing."""
    if as_json:
        yield lambda _index, _piece: None
        return
    with show.stdout() as out:

        def on_text(_index: int, piece: str) -> None:
            out.write(show.clean_lines(piece))
            out.flush()

        yield on_text
        out.write("\n")


def tell_usage(draft: Draft, sampling: Sampling, *, as_json: bool) -> None:
    """Says on stderr how long prompt and draft are together; with --json prints the draft instead."""
    if as_json:
        show.out_json(draft_shape(draft))
        return
    show.note_dimly(usage_line(draft, sampling))


def usage_line(draft: Draft, sampling: Sampling) -> str:
    """Returns what a draft took, in a line: tokens, why it ended, how it was chosen."""
    prompt, new, cost = draft.usage
    if prompt is None or new is None:
        counted = "tokens unknown"
    else:
        counted = f"prompt {prompt} + new {new} = {prompt + new} tokens"
    greedy = "; greedy: always the likeliest token, no number was drawn" if sampling.greedy else ""
    price = "" if cost == 0 else "; cost unknown" if cost is None else f"; {cost:.6f} USD"
    return f"{counted}; {ENDED[draft.finish]}{greedy}{price}"


def show_batch(model: Model, prompts: Sequence[Prompt], sampling: Sampling, *, as_json: bool) -> None:
    """Writes and shows many drafts, some at a time, in the order of their prompts."""
    with progress_bar("writing", "drafts") as update:
        for first in range(0, len(prompts), PROMPTS_AT_ONCE):
            part = prompts[first : first + PROMPTS_AT_ONCE]
            drafts = model.write(part, sampling.for_part(first))
            for index, draft in enumerate(drafts, first + 1):
                _show_one(draft, index, as_json=as_json)
            update(first + len(part), len(prompts))


def _show_one(draft: Draft, index: int, *, as_json: bool) -> None:
    if as_json:
        show.out_json(draft_shape(draft))
    elif show.is_terminal():
        show.terminal().rule(f"{index}", style="dim")
        show.out(show.clean_lines(draft.text))
    else:
        show.out(f"{index}\t{show.clean(draft.text)}")


def show_valued(valued: Sequence[ValuedDraft], numbers: Sequence[int], reader: str, *, as_json: bool) -> None:
    """Shows drafts for a reader: the best in full, then every one with its score and beginning."""
    if as_json:
        for one, number in zip(valued, numbers, strict=True):
            show.out_json(valued_shape(one, number))
        return
    if show.is_terminal():
        show.out(show.clean_lines(valued[0].draft.text))
        show.terminal().rule(f"for {show.clean(reader)}, best first", style="dim")
    lines = [_line(one, number) for one, number in zip(valued, numbers, strict=True)]
    headings = ("score", "sd", "draft", *(("kept",) if valued[0].similarity is not None else ()), "text")
    show.out_table(headings, lines, left=("text",), overflow="ellipsis", no_wrap=True)


def _line(one: ValuedDraft, number: int) -> list[str]:
    assert one.value is not None
    similarity = [] if one.similarity is None else [f"{one.similarity:.2f}"]
    return [str(one.value.score), spread(one.value), str(number), *similarity, show.clean(one.draft.text)]


def show_prompt(model: LocalModel, prompts: Sequence[Prompt], sampling: Sampling, *, as_json: bool) -> None:
    """Shows what a model would read: the text, its tokens, and the text that these give back."""
    for prompt in prompts:
        network = model.network
        ids = network.ids_of(prompt)
        back = str(network.tokenizer.decode(ids))
        limit = model.limit_for(ids, sampling)
        doubled = network.doubled_begin(prompt)
        if as_json:
            pieces = [network.token(number) for number in ids]
            show.out_json(
                {"text": network.text_of(prompt), "ids": ids, "tokens": pieces, "back": back, "new": limit}
            )
        else:
            show.out(show.clean_lines(network.text_of(prompt)))
            for number in ids:
                show.out(f"{number}\t{network.token(number)!r}")
            same = back == network.text_of(prompt)
            told = "the tokens give back the same text" if same else f"the tokens give back {back!r}"
            show.note(f"prompt {len(ids)} + new {limit} = {len(ids) + limit} tokens at most; {told}")
        if doubled:
            show.note("the prompt begins twice with the token that begins a text; leave out the typed one")
