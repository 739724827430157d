"""Texts with their values, reasons and reports, as people read them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from palate.cli import show
from palate.cli.show import clean, note, out, plural, title_of
from palate.cli.text_rows import TextRow, show_texts
from palate.shapes import hit_shape, match_shape

if TYPE_CHECKING:
    from palate.feedback import Feedback
    from palate.results import AddReport, ReaderInfo
    from palate.value import Hit, Match, SimilarText, Value, Why

MAX_SKIPPED_SHOWN = 20
MAX_WORDS_SHOWN = 8  # each way


def show_hits(hits: Sequence[Hit], *, as_json: bool, numbered: bool = False) -> None:
    """Prints texts with their values. numbered: with numbers from 1, by which they may be judged."""
    if as_json:
        for number, hit in enumerate(hits, 1):
            show.out_json({**hit_shape(hit), **({"number": number} if numbered else {})})
        return
    rows = [
        TextRow(
            (*([str(number)] if numbered else []), str(hit.value.score), spread(hit.value)),
            hit.text,
            _copies(hit),
        )
        for number, hit in enumerate(hits, 1)
    ]
    show_texts((*(["#"] if numbered else []), "score", "±"), rows)


def show_found(found: Sequence[Match], *, as_json: bool) -> None:
    """Prints the texts that a query found."""
    if as_json:
        for match in found:
            show.out_json(match_shape(match))
        return
    show_texts(("relevance",), [TextRow((f"{match.relevance:.2f}",), match.text) for match in found])


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
    from palate.reasons import reason, word_shares

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
