"""How answers are printed: JSON Lines for programs, tables in a terminal, plain lines with tabs elsewhere;
notes on stderr.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

from palate.errors import PalateError

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from palate.feedback import Feedback
    from palate.store.readers import TasteRow
    from palate.text import Text
    from palate.value import Hit, SimilarText, Value, Why
    from palate.workspace.adding import AddReport

SEQUENCES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_].*?(?:\x07|\x1b\\|$)|\x1b[ -/]*[0-~]?", re.DOTALL
)
# with what turns the direction of writing
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# characters of an id that fits beside a title; a longer one stands below it, as it must be there in full
SHORT_ID = 24
SKIPPED_SHOWN, WORDS_SHOWN = 20, 8
BAR_CELLS = 24


def clean(text: str) -> str:
    """Text from outside as one line that a terminal may be given: no escape sequences, no controls, single
    blanks.

    >>> clean("red \\x1b[31malert\\x1b[0m, title\\x1b]0;gone\\x07\\nnext\\u202e")
    'red alert, title next'
    """
    return " ".join(CONTROLS.sub("", " ".join(SEQUENCES.sub("", text).split())).split())


def note(line: str) -> None:
    """One line on stderr: all that is not the answer."""
    print(clean(line), file=sys.stderr)


@contextmanager
def stdout(encoding: str | None = None) -> Iterator[TextIO]:
    """Standard output. Raises PalateError where it cannot be written; a closed pipe is left to the door."""
    if encoding and (sys.stdout.encoding or "").lower() != encoding and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding=encoding)
    try:
        yield sys.stdout
    except BrokenPipeError:
        raise
    except OSError as error:
        raise PalateError(
            f"the answer cannot be written to standard output: {error.strerror or error}"
        ) from None


def out(line: str) -> None:
    """One line of the answer."""
    with stdout() as file:
        print(line, file=file)


def out_json(fields: Any) -> None:
    """One JSON object as one line of UTF-8."""
    with stdout("utf-8") as file:
        print(json.dumps(fields, ensure_ascii=False, allow_nan=False), file=file)


def is_terminal() -> bool:
    return sys.stdout.isatty()


def terminal() -> Console:
    """Texts go in as they are: no markup, no emoji codes, no guessed colours."""
    from rich.console import Console

    return Console(markup=False, emoji=False, highlight=False)


def title_of(text: Text) -> str:
    """What a person calls it: the title, else how it begins."""
    return clean(text.title) or clean(text.body[:400])[:200] or text.id


# --- values and finds


def value_fields(text: Text, value: Value, group: Sequence[str] = ()) -> dict[str, Any]:
    fields = {
        "id": text.id,
        "title": text.title,
        "mean": finite(value.mean),
        "sd": finite(value.sd),
        "score": value.score,
    }
    return {**fields, "group": list(group)} if group else fields


def finite(number: float) -> float | None:
    """JSON has no NaN and no infinity: None stands for them."""
    return number if math.isfinite(number) else None


def show_hits(hits: Sequence[Hit], *, as_json: bool) -> None:
    if as_json:
        for hit in hits:
            out_json(value_fields(*hit))
        return
    copies = [_copies(hit) for hit in hits]
    _table(("score", "±"), [((str(hit.value.score), spread(hit.value)), hit.text) for hit in hits], copies)


def show_found(found: Sequence[SimilarText], *, as_json: bool) -> None:
    if as_json:
        for text, similarity in found:
            out_json({"id": text.id, "title": text.title, "similarity": finite(similarity)})
        return
    _table(("similarity",), [((_similarity(one),), one.text) for one in found], [""] * len(found))


def spread(value: Value) -> str:
    return str(round(100 * value.sd)) if math.isfinite(value.sd) else "?"


def _copies(hit: Hit) -> str:
    copies = len(hit.group) - 1
    return f"+{copies} near-cop{'y' if copies == 1 else 'ies'}" if hit.group else ""


def _similarity(found: SimilarText) -> str:
    return "words" if math.isnan(found.similarity) else f"{found.similarity:.2f}"


def _table(
    numbers: Sequence[str], rows: Sequence[tuple[tuple[str, ...], Text]], remarks: Sequence[str]
) -> None:
    """Numbers, a text and a remark a row: a table in a terminal, where titles are cropped, ids never; else
    lines with tabs.
    """
    if not is_terminal():
        for (figures, text), remark in zip(rows, remarks, strict=True):
            out("\t".join([*figures, clean(text.id), title_of(text) + (f" ({remark})" if remark else "")]))
        return
    if not rows:
        return
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text as Cell

    below = any(len(text.id) > SHORT_ID for _, text in rows)
    table = Table(box=None, expand=True, header_style="dim", padding=(0, 2, 0, 0))
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("title, with its id below" if below else "title", ratio=1)
    if any(remarks):
        table.add_column("", no_wrap=True, style="dim")
    if not below:
        table.add_column("id", no_wrap=True, style="dim")
    for (figures, text), remark in zip(rows, remarks, strict=True):
        title = Cell(title_of(text), no_wrap=True, overflow="ellipsis")
        id = Cell(clean(text.id), style="dim", overflow="fold")
        remarked = [remark] if any(remarks) else []
        cells: list[RenderableType] = [Group(title, id), *remarked] if below else [title, *remarked, id]
        table.add_row(Cell(figures[0], style="bold"), *figures[1:], *cells)
    terminal().print(table)


# --- adding


def report_fields(report: AddReport) -> dict[str, Any]:
    return {
        "added": report.added,
        "known": report.known,
        "grouped": report.grouped,
        "skipped": [{"where": one.where, "reason": one.reason} for one in report.skipped],
        "texts_per_s": report.texts_per_s,
    }


def note_report(report: AddReport) -> None:
    copies = (
        f" ({report.grouped} of them near-cop{'y' if report.grouped == 1 else 'ies'})"
        if report.grouped
        else ""
    )
    note(f"added {report.added}{copies}, {report.known} known, {len(report.skipped)} skipped")
    note_skipped(report)


def note_skipped(report: AddReport) -> None:
    for one in report.skipped[:SKIPPED_SHOWN]:
        note(f"skipped {one.where}: {one.reason}")
    if len(report.skipped) > SKIPPED_SHOWN:
        note(f"and {len(report.skipped) - SKIPPED_SHOWN} more; --json lists all")


# --- judgements and reasons


def feedback_fields(feedback: Feedback) -> dict[str, Any]:
    return {
        "entry": feedback.entry,
        "reader": feedback.reader,
        "taste": feedback.taste,
        "id": feedback.text_id,
        "kind": feedback.kind,
        "liking": feedback.liking,
        "weight": feedback.weight,
        "given_at": feedback.given_at.isoformat(),
    }


def verdict_of(feedback: Feedback) -> str:
    return (
        f"{feedback.liking:+g}"
        if feedback.kind == "rating" and feedback.liking is not None
        else feedback.kind
    )


def why_fields(why: Why) -> dict[str, Any]:
    def near(found: Sequence[SimilarText]) -> list[dict[str, Any]]:
        return [
            {"id": text.id, "title": text.title, "similarity": finite(similarity)}
            for text, similarity in found
        ]

    return {
        **value_fields(*why.hit),
        "logit": why.logit,
        "contributions": [
            {"block": block, "name": name, "amount": amount} for block, name, amount in why.contributions
        ],
        "blocks": why.blocks,
        "liked": near(why.liked),
        "disliked": near(why.disliked),
    }


def show_why(why: Why) -> None:
    """The value, the words that pull it up and down (a word's shares of all blocks added up), the blocks, the
    neighbours.
    """
    text, value, _ = why.hit
    remark = _copies(why.hit)
    out(f"{clean(text.id)}  {title_of(text)}" + (f" ({remark})" if remark else ""))
    out(f"score {value.score} ± {spread(value)}   (mean {value.mean:.4f}, log odds {why.logit:+.3f})")
    words: dict[str, float] = {}
    for block, name, amount in why.contributions:
        if block not in (name, "rule") and any(map(str.isalnum, name)):
            words[name] = words.get(name, 0.0) + amount
    up = sorted((word for word in words if words[word] > 0), key=lambda word: -words[word])[:WORDS_SHOWN]
    down = sorted((word for word in words if words[word] < 0), key=lambda word: words[word])[:WORDS_SHOWN]
    out("\nwords, in log odds (a word's meaning and the word itself added up)")
    _amounts([(word, words[word]) for word in up] + [(word, words[word]) for word in reversed(down)])
    out("\nblocks, which add up to the log odds")
    _amounts(sorted(why.blocks.items(), key=lambda share: -abs(share[1])))
    if rules := [(share.name, share.amount) for share in why.contributions if share.block == "rule"]:
        out("\nrules (those to block or keep add nothing)")
        _amounts(rules)
    for name, found in (("liked", why.liked), ("disliked", why.disliked)):
        out(f"\nnearest {name}" + ("" if found else ": none"))
        for one in found:
            out(f"  {_similarity(one)}  {clean(one.text.id)}  {title_of(one.text)}")


def _amounts(amounts: Sequence[tuple[str, float]]) -> None:
    """Signed numbers, in a terminal with bars."""
    if not amounts:
        out("  none")
        return
    names = [clean(name) for name, _ in amounts]
    width = max(map(len, names))
    most = max(abs(amount) for _, amount in amounts) or 1.0
    for name, (_, amount) in zip(names, amounts, strict=True):
        bar = (
            "  " + ("█" if amount > 0 else "░") * max(1, round(BAR_CELLS * abs(amount) / most))
            if is_terminal()
            else ""
        )
        out(f"  {name:<{width}}  {amount:+.3f}{bar}")


# --- readers


def show_tastes(rows: Sequence[TasteRow]) -> None:
    names = ("reader", "taste", "kind", "judgements", "private", "likes", "dislikes")
    facts = [
        (
            row.reader,
            row.name,
            row.kind,
            str(row.judgements),
            "private" if row.private else "",
            row.likes,
            row.dislikes,
        )
        for row in rows
    ]
    cells = [[clean(fact) for fact in line] for line in facts]
    if not is_terminal():
        for line in cells:
            out("\t".join(line))
    elif rows:
        from rich.table import Table

        table = Table(*names, box=None, header_style="dim", padding=(0, 2, 0, 0))
        for line in cells:
            table.add_row(*line)
        terminal().print(table)
