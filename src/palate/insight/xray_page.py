"""X-ray page: one HTML file that shows a text's way through the encoder, with no script or style but its
own.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from palate.insight.assessment import Assessment, reading_notes
from palate.insight.assessment_sections import assessment_sections
from palate.insight.xray_data import XRay
from palate.insight.xray_html import Section, shown
from palate.insight.xray_sections import encoder_sections, map_names

HERE = Path(__file__).parent
# of the square root of an attention weight; coarse ones are off by 0.021 at most, near 1
FINE_LEVELS, COARSE_LEVELS = 255, 47
MAX_CELLS = 5_600_000  # of attention: 256 pieces in 6 layers of 12 heads
MAX_PACKED_CHARACTERS = 2_000_000  # of attention
# of the numbers of a strip: otherwise a few outlying dims would leave the rest pale
FULL_COLOUR_QUANTILE = 0.995


def xray_page(xray: XRay, assessment: Assessment) -> str:
    """Returns the page as HTML, about 30 kB and 10 kB a piece, below 3 MB for 256 pieces of all-MiniLM-L6-v2.

    Write it to a file and open that in any browser of 2023 or later. Text is escaped; a
    Content-Security-Policy lets nothing be loaded and nothing run but the page's own script, by its hash.
    Attention is kept as the square root in 256 levels, or in 48 for long texts; of models with many layers
    and heads it is drawn for the first pieces only, and the page says so."""
    attention = _attention(xray) if xray.layers else None
    style, script = ((HERE / name).read_text("utf-8") for name in ("xray.css", "xray.js"))
    sections = [*encoder_sections(xray, attention["n"] if attention else 0), *assessment_sections(assessment)]
    facts = json.dumps(
        {**_data(xray), "attention": attention}, allow_nan=False, separators=(",", ":")
    ).replace("<", "\\u003c")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}';"
        " base-uri 'none'; form-action 'none'"
    )
    links = "".join(f'<li><a href="#{section.name}">{section.short}</a></li>' for section in sections)
    title = shown(" ".join(xray.texts[0].split())[:80])
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{title} &middot; palate x-ray</title>
<style>{style}</style>
</head>
<body>
{_header(xray, assessment)}
<nav aria-label="sections"><ul>{links}</ul></nav>
<main>
{"".join(map(_section, sections))}
</main>
<footer><p>Made by palate xray. This page loads nothing and sends nothing.</p></footer>
<script type="application/json" id="data">{facts}</script>
<script>{script}</script>
</body>
</html>
"""


def _hash(code: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}"


def _section(section: Section) -> str:
    heading = f"<h2>{section.title}</h2><p>{section.lead}</p>"
    return f'<section id="{section.name}">{heading}{section.html}</section>\n'


def _header(xray: XRay, assessment: Assessment) -> str:
    facts = {"pieces": len(xray.pieces), "dims": xray.summed.shape[1]}
    facts |= {"layers": xray.layers, "heads": xray.heads} if xray.layers else {}
    facts |= {f"score for {assessment.reader}": assessment.value.score} if assessment.value else {}
    cards = "".join(f"<div><dt>{shown(name)}</dt><dd>{fact}</dd></div>" for name, fact in facts.items())
    texts = "".join(f'<p class="text">{shown(text)}</p>' for text in xray.texts)
    notes = "".join(f"<li>{shown(note)}</li>" for note in reading_notes(xray, assessment))
    return (
        f"<header><h1>palate x-ray</h1>{texts}"
        f'<p class="model"><b>{shown(xray.encoder)}</b> &middot; {shown(xray.model)}</p>'
        f'<ul class="notes">{notes}</ul><dl class="facts">{cards}</dl></header>'
    )


def _data(xray: XRay) -> dict[str, Any]:
    """Returns what the script draws."""
    first = int(np.flatnonzero(~xray.special)[0])
    added = {**xray.embeddings, **({"sum": xray.summed} if xray.layers else {})}
    strips = {**added, **({"layer norm": xray.embedded} if xray.layers else {})}
    common_scale = max(_full_scale(rows) for rows in added.values())  # what is added and the sum share one
    scales = {name: common_scale if name in added else _full_scale(rows) for name, rows in strips.items()}
    cells = np.stack(
        [np.clip(np.rint(127 * rows / scales[name]), -127, 127) for name, rows in strips.items()]
    )
    return {
        "pieces": [piece.text for piece in xray.pieces],
        "first": first,
        "lengths": {name: np.linalg.norm(rows, axis=1).round(3).tolist() for name, rows in strips.items()},
        "strips": {
            "dims": xray.summed.shape[1],
            "names": list(strips),
            "scales": list(scales.values()),
            "rows": _packed(cells.astype(np.int8)),
        },
        "pooled": {"values": xray.pooled.round(5).tolist(), "most": _full_scale(xray.pooled)},
    }


def _attention(xray: XRay) -> dict[str, Any]:
    """Returns the maps of all layers as bytes, for as many of the first pieces as the page has room for."""
    maps = np.concatenate([xray.attention, xray.mean[:, None], xray.rollout[:, None]], axis=1)
    # transposed: columns are alike, so they pack better
    roots = np.sqrt(np.clip(maps, 0, 1)).swapaxes(2, 3)
    n, levels = min(len(xray.pieces), int((MAX_CELLS / maps[..., 0, 0].size) ** 0.5)), FINE_LEVELS
    while (
        len(packed := _packed(np.rint(levels * roots[:, :, :n, :n]).astype(np.uint8))) > MAX_PACKED_CHARACTERS
    ):
        n, levels = (
            (n, COARSE_LEVELS)
            if levels == FINE_LEVELS
            else (int(n * (MAX_PACKED_CHARACTERS / len(packed)) ** 0.5), COARSE_LEVELS)
        )
    return {"layers": xray.layers, "names": map_names(xray), "n": n, "levels": levels, "packed": packed}


def _full_scale(values: np.ndarray[Any, np.dtype[np.floating[Any]]]) -> float:
    return float(np.quantile(np.abs(values), FULL_COLOUR_QUANTILE)) or 1.0


def _packed(cells: np.ndarray[Any, np.dtype[np.integer[Any]]]) -> str:
    return base64.b64encode(zlib.compress(np.ascontiguousarray(cells).tobytes())).decode()
