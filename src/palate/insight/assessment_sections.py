"""Sections of an x-ray page on palate's assessment of the text."""

from __future__ import annotations

from html import escape

import numpy as np

from palate.insight.assessment import Assessment
from palate.insight.xray_html import Section, bar, cell, shown, signed_bar, table

MAX_CONTRIBUTIONS = 40  # listed


def assessment_sections(assessment: Assessment) -> list[Section]:
    """Returns the sections on the nearest texts and the value, where there is a store, and on the number."""
    return [
        *([] if assessment.store is None else [_nearest(assessment), _value(assessment)]),
        _number(assessment),
    ]


def _nearest(assessment: Assessment) -> Section:
    rows = [
        (
            "",
            (
                cell(f"{cosine:.3f}"),
                cell(bar(max(cosine, 0.0), 1.0)),
                cell(shown(text.title or text.body[:200]), "wide"),
                cell(shown(text.id), "name"),
            ),
        )
        for text, cosine in assessment.nearest
    ]
    known = f" The text itself is stored as <b>{shown(assessment.known)}</b>." if assessment.known else ""
    return Section(
        "nearest",
        "Nearest",
        "Nearest stored texts",
        f"By cosine of the whole text's vector, in {shown(str(assessment.store))}"
        f" with its encoder {shown(assessment.encoder)}.{known}",
        table(["cosine", "<", "<text", "<id"], rows, "nearest stored texts")
        if rows
        else "<p>The store has no texts yet.</p>",
    )


def _value(assessment: Assessment) -> Section:
    value = assessment.value
    assert value is not None  # where there is a store there is a reader
    largest = max((abs(share.amount) for share in assessment.contributions), default=0.0) or 1.0
    blocks = [
        (
            "",
            (
                cell(escape(name), "name"),
                cell(str(columns)),
                cell(str(filled)),
                cell(f"{length:.2f}"),
                cell(f"{logit:+.3f}"),
            ),
        )
        for name, columns, filled, length, logit in assessment.blocks
    ]
    shares = [
        (
            "",
            (
                cell(shown(name), "name"),
                cell(escape(block), "name"),
                cell(f"{amount:+.3f}"),
                cell(signed_bar(amount, largest)),
            ),
        )
        for block, name, amount in assessment.contributions[:MAX_CONTRIBUTIONS]
    ]
    more = len(assessment.contributions) - len(shares)
    sd = f"{100 * value.sd:.0f}" if np.isfinite(value.sd) else "?"
    return Section(
        "value",
        "Value",
        f"What it is worth to {shown(assessment.reader)}",
        "The probability that this reader likes it, by taste alone."
        " The contributions add up to its log odds.",
        f'<p class="score"><b>{value.score}</b> <span>&plusmn; {sd} of 100</span></p>'
        + '<div class="two"><div><h3>Feature blocks</h3>'
        + table(["<block", "columns", "filled", "length", "log odds"], blocks, "feature blocks")
        + "</div><div><h3>Contributions</h3>"
        + table(["<because of", "<block", "log odds", "<"], shares, "contributions")
        + (f"<p>and {more} smaller ones</p>" if more else "")
        + "</div></div>",
    )


def _number(assessment: Assessment) -> Section:
    bits = "".join(f"<li{' class=set' if bit == '1' else ''}></li>" for bit in f"{assessment.number:064b}")
    return Section(
        "number",
        "Number",
        "The text as one number",
        "64 bits: on which side of 64 planes the static vector of the text lies."
        " Close texts differ in few bits, unrelated ones in about half.",
        f'<p class="number">{assessment.number}</p><ol class="bits" aria-hidden="true">{bits}</ol>',
    )
