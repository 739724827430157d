"""Judged texts as tables for other programs: CSV with reasons, RIS with the reasons as notes."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import NamedTuple, TextIO

from palate.authors import authors
from palate.feedback import Feedback
from palate.text import Text
from palate.value import Why

COLUMNS = ("verdict", "liking", "judged", "id", "title", "source", "published", "url", "reason")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # with which a cell is run by spreadsheets


class JudgedText(NamedTuple):
    """A judgement that stands, with its text. reason: the first that `top_reason` gives, "" where none was
    asked for.
    """

    feedback: Feedback
    text: Text
    reason: str = ""


def top_reason(why: Why, liking: float = 0.0) -> str:
    """Returns what moves the value of a text most, and how far in log odds: a word, with its shares of all
    blocks added up, else a rule or a whole block.

    liking: of a verdict; what moves the value the same way comes first. 0 looks both ways.

    >>> from palate.value import Contribution, Hit, Value
    >>> shares = Contribution("keyword", "cats", 0.5), Contribution("semantic", "cats", 0.25)
    >>> hit = Hit(Text.of("On cats"), Value(0.68, 0.1))
    >>> top_reason(Why(hit, 0.75, (*shares, Contribution("base", "base", -1.0)), (), ()))
    'cats +0.75'
    >>> top_reason(Why(hit, 0.75, (*shares, Contribution("rule", "block word dogs", -0.1)), (), ()), -1.0)
    'block word dogs -0.10'
    """
    named: dict[str, float] = {}
    for block, name, amount in why.contributions:
        if name != block:
            named[name] = named.get(name, 0.0) + amount
    agreeing = {name: amount for name, amount in named.items() if amount * liking > 0}
    amounts = agreeing or named or {name: amount for name, amount in why.blocks.items() if name != "base"}
    if not amounts:
        return ""
    name = max(amounts, key=lambda each: abs(amounts[each]))
    return f"{name} {amounts[name]:+.2f}"


def write_csv(judged: Iterable[JudgedText], out: TextIO) -> None:
    """Writes one line for each judgement, under a line of COLUMNS.

    A cell that a spreadsheet would run as a formula gets an apostrophe before it, as OWASP advises.
    """
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    for feedback, text, reason in judged:
        published = text.published.isoformat() if text.published else ""
        cells = (text.id, text.title, text.source, published, text.url, reason)
        liking = "" if feedback.liking is None else f"{feedback.liking:g}"
        given = feedback.given_at.isoformat(timespec="seconds")
        table.writerow([feedback.kind, liking, given, *map(_harmless, cells)])


def write_ris(judged: Iterable[JudgedText], out: TextIO) -> None:
    """Writes one record for each judgement, which `palate add --judgements` reads back.

    What was liked is included and what was disliked excluded, in Rayyan's words; the exact verdict and the
    reason are notes. Source: the RIS format, and the notes that Rayyan writes.
    """
    for feedback, text, reason in judged:
        fields = [("TY", "GEN"), ("TI", text.title), ("AB", text.body)]
        fields += [("AU", author) for author in authors(text.extra)]
        if text.published:
            fields += [("DA", f"{text.published:%Y/%m/%d}"), ("PY", f"{text.published:%Y}")]
        fields += [("LA", text.language), ("UR", text.url), ("DO", str(text.extra.get("doi", "")))]
        verdict = feedback.kind if feedback.kind != "rating" else f"{feedback.liking:+g}"
        notes = [f"palate verdict: {verdict}", f"reason: {reason}" if reason else ""]
        if feedback.liking:
            decision = "Included" if feedback.liking > 0 else "Excluded"
            reader = "".join(filter(str.isalnum, feedback.reader))
            notes.append(f'RAYYAN-INCLUSION: {{"{reader}"=>"{decision}"}}')
        fields += [("N1", note) for note in notes]
        out.writelines(f"{tag}  - {line}\n" for tag, value in fields if (line := " ".join(value.split())))
        out.write("ER  - \n\n")


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
