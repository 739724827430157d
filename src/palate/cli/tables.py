"""Texts with their values, reasons and reports, as people read them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from palate.cli import show
from palate.cli.show import clean, note, out, plural, title_of
from palate.reasons import reason, word_shares
from palate.shapes import found_shape, hit_shape

if TYPE_CHECKING:
    from rich.console import RenderableType

    from palate.feedback import Feedback
    from palate.results import AddReport, ReaderInfo
    from palate.text import Text
    from palate.value import Hit, SimilarText, Value, Why

# characters of an id that fits beside a title; a longer one stands below it, as it must be there in full
SHORT_ID_CHARACTERS = 24
MAX_SKIPPED_SHOWN = 20
MAX_WORDS_SHOWN = 8  # each way


def show_hits(hits: Sequence[Hit], *, as_json: bool) -> None:
    """Prints texts with their values."""
    if as_json:
        for hit in hits:
            show.out_json(hit_shape(hit))
        return
    rows = [((str(hit.value.score), spread(hit.value)), hit.text) for hit in hits]
    _texts(("score", "±"), rows, [_copies(hit) for hit in hits])


def show_found(found: Sequence[SimilarText], *, as_json: bool) -> None:
    """Prints the texts that a query found."""
    if as_json:
        for match in found:
            show.out_json(found_shape(match))
        return
    _texts(("similarity",), [((_similarity(match),), match.text) for match in found], [""] * len(found))


def spread(value: Value) -> str:
    """Returns the standard deviation of a score, or "?"."""
    return str(round(100 * value.sd)) if math.isfinite(value.sd) else "?"


def verdict_of(feedback: Feedback) -> str:
    """Returns the number of a rating, else the kind of the judgement."""
    if feedback.kind == "rating" and feedback.liking is not None:
        return f"{feedback.liking:+g}"
    return feedback.kind


def show_why(why: Why) -> None:
    """Prints the value, the words that pull it up and down (a word's shares of all blocks added up), the
    blocks and the nearest judged texts.
    """
    text, value, _ = why.hit
    remark = _copies(why.hit)
    out(f"{clean(text.id)}  {title_of(text)}" + (f" ({remark})" if remark else ""))
    out(clean(reason(why)))
    out(f"score {value.score} ± {spread(value)}   (mean {value.mean:.4f}, log odds {why.logit:+.3f})")
    words = word_shares(why)
    up = [share for share in words if share[1] > 0]
    down = [share for share in words if share[1] < 0]
    out("\nwords, in log odds (a word's meaning, the word itself and its inflections added up)")
    _amounts(up[:MAX_WORDS_SHOWN] + down[:MAX_WORDS_SHOWN][::-1])
    out("\nblocks, which add up to the log odds")
    _amounts(sorted(why.blocks.items(), key=lambda share: -abs(share[1])))
    if rules := [(share.name, share.amount) for share in why.contributions if share.block == "rule"]:
        out("\nrules (those to block or keep add nothing)")
        _amounts(rules)
    for name, found in (("liked", why.liked), ("disliked", why.disliked)):
        out(f"\nnearest {name}" + ("" if found else ": none"))
        for match in found:
            out(f"  {_similarity(match)}  {clean(match.text.id)}  {title_of(match.text)}")


def show_tastes(infos: Sequence[ReaderInfo]) -> None:
    """Prints readers with their tastes."""
    lines = [
        [
            clean(info.reader),
            clean(info.taste),
            clean(info.kind),
            str(info.judgements),
            "private" if info.private else "",
            clean(info.likes),
            clean(info.dislikes),
        ]
        for info in infos
    ]
    if lines:
        show.out_table(("reader", "taste", "kind", "judgements", "private", "likes", "dislikes"), lines)


def note_report(report: AddReport, *, verbose: bool = False) -> None:
    """Prints what became of the texts of a source, and the first of those that were skipped.

    verbose: names every known text, and the one that it is.
    """
    counts = (report.updated, "updated"), (report.known, "known"), (report.grouped, "grouped")
    told = "".join(f", {n} {word}" for n, word in counts)
    judged = "" if report.judged is None else f", {report.judged} judged"
    note(f"added {report.added}{told}, {len(report.skipped)} skipped{judged}")
    for known in report.known_texts if verbose else ():
        note(f"known {known.title!r} is {known.same_as}, by {known.by}")
    for skipped in report.skipped[:MAX_SKIPPED_SHOWN]:
        note(f"skipped {skipped.where}: {skipped.reason}")
    if len(report.skipped) > MAX_SKIPPED_SHOWN:
        note(f"and {len(report.skipped) - MAX_SKIPPED_SHOWN} more; --json lists all")
    for address, new in report.moved.items():
        note(f"{address} moved to {new}; use that address")


def _copies(hit: Hit) -> str:
    return f"+{plural(len(hit.group) - 1, 'near-copy')}" if hit.group else ""


def _similarity(found: SimilarText) -> str:
    return "words" if math.isnan(found.similarity) else f"{found.similarity:.2f}"


def _texts(
    headings: Sequence[str], rows: Sequence[tuple[tuple[str, ...], Text]], remarks: Sequence[str]
) -> None:
    """Prints figures, a text and a remark a row: a table in a terminal, where titles are cropped, ids never;
    else lines with tabs.
    """
    if not show.is_terminal():
        for (figures, text), remark in zip(rows, remarks, strict=True):
            line = [*figures, clean(text.id), title_of(text) + (f" ({remark})" if remark else "")]
            out("\t".join(line))
        return
    if not rows:
        return
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text as Cell

    below = any(len(text.id) > SHORT_ID_CHARACTERS for _, text in rows)
    table = Table(box=None, expand=True, header_style="dim", padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("title, with its id below" if below else "title", ratio=1)
    if any(remarks):
        table.add_column("", no_wrap=True, style="dim")
    if not below:
        table.add_column("id", no_wrap=True, style="dim")
    for (figures, text), remark in zip(rows, remarks, strict=True):
        title = Cell(title_of(text), no_wrap=True, overflow="ellipsis")
        id = Cell(clean(text.id), style="dim", overflow="fold")
        remark_cells = [remark] if any(remarks) else []
        cells: list[RenderableType] = (
            [Group(title, id), *remark_cells] if below else [title, *remark_cells, id]
        )
        table.add_row(Cell(figures[0], style="bold"), *figures[1:], *cells)
    show.terminal().print(table)


def _amounts(amounts: Sequence[tuple[str, float]]) -> None:
    """Prints signed numbers, in a terminal with bars."""
    if not amounts:
        out("  none")
        return
    names = [clean(name) for name, _ in amounts]
    width = max(map(len, names))
    largest = max(abs(amount) for _, amount in amounts) or 1.0
    for name, (_, amount) in zip(names, amounts, strict=True):
        cells = max(1, round(show.BAR_CELLS * abs(amount) / largest))
        bar = "  " + ("█" if amount > 0 else "░") * cells if show.is_terminal() else ""
        out(f"  {name:<{width}}  {amount:+.3f}{bar}")
