"""X-ray page: one HTML file that shows a text's whole way. No network, and no script or style but its own."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from palate.insight.assessment import Assessment, notes
from palate.insight.assessment_sections import assessment_sections
from palate.insight.xray import XRay
from palate.insight.xray_html import Section, shown
from palate.insight.xray_sections import encoder_sections, map_names

HERE = Path(__file__).parent
# levels of the square root of an attention weight; coarse ones are off by 0.021 at most, near 1
FINE_LEVELS, COARSE_LEVELS = 255, 47
MAX_CELLS = 5_600_000  # of attention that are drawn: 256 pieces in 6 layers of 12 heads
MAX_PACKED_CHARACTERS = 2_000_000  # characters of packed attention
# quantile of the numbers of a strip that gets full colour; a few outlying dims would leave the rest pale
FULL_COLOUR_QUANTILE = 0.995


def xray_page(seen: XRay, outcome: Assessment) -> str:
    """The page as HTML, about 30 kB and 10 kB a piece, below 3 MB for 256 pieces of all-MiniLM-L6-v2.

    Write it to a file and open that in any browser of 2023 or later. Text is escaped; a
    Content-Security-Policy lets nothing be loaded and nothing run but the page's own script, by its hash.
    Attention is kept as the square root in 256 levels, or in 48 for long texts; of models with many layers
    and heads it is drawn for the first pieces only, and the page says so."""
    attention = _attention(seen) if seen.layers else None
    style, script = ((HERE / name).read_text("utf-8") for name in ("xray.css", "xray.js"))
    found = [*encoder_sections(seen, attention["n"] if attention else 0), *assessment_sections(outcome)]
    facts = json.dumps(
        {**_data(seen), "attention": attention}, allow_nan=False, separators=(",", ":")
    ).replace("<", "\\u003c")
    policy = f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'"
    title = shown(" ".join(seen.texts[0].split())[:80])
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
{_header(seen, outcome)}
<nav aria-label="sections"><ul>{"".join(f'<li><a href="#{one.name}">{one.short}</a></li>' for one in found)}</ul></nav>
<main>
{"".join(map(_section, found))}
</main>
<footer><p>Made by palate xray. This page loads nothing and sends nothing.</p></footer>
<script type="application/json" id="data">{facts}</script>
<script>{script}</script>
</body>
</html>
"""


def _hash(code: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}"


def _section(one: Section) -> str:
    return f'<section id="{one.name}"><h2>{one.title}</h2><p>{one.lead}</p>{one.html}</section>\n'


def _header(seen: XRay, outcome: Assessment) -> str:
    facts = {"pieces": len(seen.pieces), "dims": seen.summed.shape[1]}
    facts |= {"layers": seen.layers, "heads": seen.heads} if seen.layers else {}
    facts |= {f"score for {outcome.reader}": outcome.value.score} if outcome.value else {}
    cards = "".join(f"<div><dt>{shown(name)}</dt><dd>{fact}</dd></div>" for name, fact in facts.items())
    texts = "".join(f'<p class="text">{shown(text)}</p>' for text in seen.texts)
    told = "".join(f"<li>{shown(note)}</li>" for note in notes(seen, outcome))
    return (
        f'<header><h1>palate x-ray</h1>{texts}<p class="model"><b>{shown(seen.encoder)}</b> &middot; {shown(seen.model)}</p>'
        f'<ul class="notes">{told}</ul><dl class="facts">{cards}</dl></header>'
    )


def _data(seen: XRay) -> dict[str, Any]:
    """What the script draws."""
    said = [index for index in range(len(seen.pieces)) if not seen.special[index]]
    added = {**seen.embeddings, **({"sum": seen.summed} if seen.layers else {})}
    strips = {**added, **({"layer norm": seen.embedded} if seen.layers else {})}
    common = max(_brightest(rows) for rows in added.values())  # so that what is added and the sum compare
    scales = {name: common if name in added else _brightest(rows) for name, rows in strips.items()}
    cells = np.stack(
        [np.clip(np.rint(127 * rows / scales[name]), -127, 127) for name, rows in strips.items()]
    )
    return {
        "pieces": [piece.text for piece in seen.pieces],
        "first": said[0],
        "lengths": {name: np.linalg.norm(rows, axis=1).round(3).tolist() for name, rows in strips.items()},
        "strips": {
            "dims": seen.summed.shape[1],
            "names": list(strips),
            "scales": list(scales.values()),
            "rows": _packed(cells.astype(np.int8)),
        },
        "pooled": {"values": seen.pooled.round(5).tolist(), "most": _brightest(seen.pooled)},
    }


def _attention(seen: XRay) -> dict[str, Any]:
    """The maps of all layers as bytes, of as many of the first pieces as the page has room for."""
    maps = np.concatenate([seen.attention, seen.mean[:, None], seen.rollout[:, None]], axis=1)
    # by what is looked at: columns are alike, so they pack better
    roots = np.sqrt(np.clip(maps, 0, 1)).swapaxes(2, 3)
    n, levels = min(len(seen.pieces), int((MAX_CELLS / maps[..., 0, 0].size) ** 0.5)), FINE_LEVELS
    while (
        len(packed := _packed(np.rint(levels * roots[:, :, :n, :n]).astype(np.uint8))) > MAX_PACKED_CHARACTERS
    ):
        n, levels = (
            (n, COARSE_LEVELS)
            if levels == FINE_LEVELS
            else (int(n * (MAX_PACKED_CHARACTERS / len(packed)) ** 0.5), COARSE_LEVELS)
        )
    return {"layers": seen.layers, "names": map_names(seen), "n": n, "levels": levels, "packed": packed}


def _brightest(values: np.ndarray[Any, np.dtype[np.floating[Any]]]) -> float:
    return float(np.quantile(np.abs(values), FULL_COLOUR_QUANTILE)) or 1.0


def _packed(cells: np.ndarray[Any, np.dtype[np.integer[Any]]]) -> str:
    return base64.b64encode(zlib.compress(np.ascontiguousarray(cells).tobytes())).decode()
