"""Sections of an x-ray page that tell of the encoder, in the order of the text's way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

import numpy as np

from palate.insight.xray import XRay
from palate.insight.xray_html import (
    Section,
    bar,
    cell,
    chips,
    chosen,
    heat,
    piece_html,
    shown,
    signed_bar,
    table,
)

WIDE_SET_PIECES = 40  # pieces that are set wide, with lines between them and names along the square


def encoder_sections(xray: XRay, drawn: int) -> list[Section]:
    """drawn: pieces whose attention is drawn."""
    found = [_chips(xray), _table(xray), _steps(xray), _embeddings(xray)]
    if xray.layers:
        found += [_attention(xray, drawn), _looks(xray), _drift(xray)]
    return [*found, _vector(xray)]


def _chips(xray: XRay) -> Section:
    def chip(index: int) -> tuple[str, str, str]:
        piece = xray.pieces[index]
        said = "" if piece.side is None else xray.texts[piece.side][piece.start : piece.end]
        codes = " ".join(f"U+{ord(character):04X}" for character in said)
        return f'<small class="piece">{shown(said) or "&nbsp;"}</small>', f"<small>{piece.id}</small>", codes

    return Section(
        "pieces",
        "Pieces",
        "From characters to word pieces",
        "Above each piece the characters it stands for, below it its number in the vocabulary. A piece that goes on a word hangs "
        "on the one before, in BERT's vocabularies with ##. Choose one with the pointer or the arrow keys and all pictures below "
        "follow; a click keeps it, Escape lets go.",
        chips(xray, len(xray.pieces), "word pieces", chip, " scrolling"),
    )


def _table(xray: XRay) -> Section:
    kinds = xray.pieces[0].kind is not None
    added = {**xray.embeddings, **({"sum": xray.summed, "layer norm": xray.embedded} if xray.layers else {})}
    lengths = {name: np.linalg.norm(rows, axis=1) for name, rows in added.items()}

    def rows() -> Iterator[tuple[str, list[str]]]:
        for index, piece in enumerate(xray.pieces):
            where = "" if piece.side is None else f"{piece.start}&ndash;{piece.end}"
            cells = [cell(str(index)), cell(piece_html(xray, index), "name"), cell(str(piece.id))]
            cells += [cell(str(piece.kind))] if kinds else []
            cells += [*([cell(str(int(xray.mask[index])))] if xray.layers else []), cell(where)]
            cells += [cell(f"{length[index]:.2f}") for length in lengths.values()]
            yield (
                chosen(index),
                [*cells, cell(f'<canvas class="strip" data-row="{index}" aria-hidden="true"></canvas>')],
            )

    names = [f"|{name}|" for name in lengths]
    head = [
        "#",
        "<piece",
        "input id",
        *(["token type"] if kinds else []),
        *(["mask"] if xray.layers else []),
        "characters",
        *names,
        "<vector",
    ]
    told = "The attention mask is 1 where there is a piece (there is no padding here)" if xray.layers else ""
    told += ", the token type 1 in the second text" if kinds else ""
    return Section(
        "numbers",
        "Numbers",
        "What the model is given",
        f"{told}{'. ' if told else ''}|x| is the length of a vector; the strip is the piece's vector "
        f"{'as the first layer gets it' if xray.layers else 'with its weight'}, a cell for each dim.",
        table(head, rows(), "word pieces as numbers"),
    )


def _steps(xray: XRay) -> Section:
    rows = [
        (
            "",
            (
                cell(escape(name), "wide"),
                cell(" &times; ".join(map(str, shape))),
                cell(f"&times; {times}" if times > 1 else ""),
            ),
        )
        for name, shape, times in xray.steps
    ]
    return Section(
        "shapes",
        "Shapes",
        "The shape at each step",
        "Batch (one text) &times; sequence (pieces) &times; hidden (dims). What is there by head has the heads after the batch.",
        table(["<step", "shape", "times"], rows, "shapes"),
    )


def _embeddings(xray: XRay) -> Section:
    names = [*xray.embeddings, *(["sum", "layer norm"] if xray.layers else [])]
    signs = dict(zip(names, ["", *["+ "] * (len(xray.embeddings) - 1), "= ", "then "], strict=False))
    lines = "".join(
        ("<hr>" if name == "sum" else "")
        + f'<span>{signs[name]}{escape(name)}</span><canvas class="strip" data-part="{escape(name)}" role="img"'
        f' aria-label="{escape(name)} vector of the chosen piece"></canvas><output data-part="{escape(name)}"></output>'
        for name in names
    )
    lead = (
        f"{_listed(xray.embeddings)} vectors are added up; layer norm then centres the sum and scales it, dim by dim. The same "
        "numbers go into the first layer."
        if xray.layers
        else "Each piece has one vector, which carries the piece's weight: those of frequent pieces are short. Nothing is added."
    )
    return Section(
        "embeddings",
        "Embeddings",
        "What stands for the chosen piece",
        lead,
        f'<h3>Piece <span id="adding-piece" class="piece"></span></h3><div class="adding">{lines}</div>'
        '<p class="legend"><span><i class="up"></i>above 0</span><span><i class="down"></i>below 0</span>'
        f"<span>right: length{'; added vectors and their sum share one scale' if xray.layers else ''}</span></p>",
    )


def _listed(names: Iterable[str]) -> str:
    found = list(names)
    return (", ".join(found[:-1]) + " and " + found[-1] if len(found) > 1 else found[0]).capitalize()


def _attention(xray: XRay, drawn: int) -> Section:
    layers = "".join(f'<option value="{layer}">{layer + 1}</option>' for layer in range(xray.layers))
    heads = "".join(f'<option value="{index}">{name}</option>' for index, name in enumerate(map_names(xray)))
    reading = chips(
        xray,
        drawn,
        "pieces, shaded by attention",
        lambda _: ("", "", ""),
        " short" if drawn <= WIDE_SET_PIECES else "",
    )
    cut = (
        f" Drawn for the first {drawn} of {len(xray.pieces)} pieces, to keep the page small."
        if drawn < len(xray.pieces)
        else ""
    )
    return Section(
        "attention",
        "Attention",
        "Who looks at whom",
        "In each head of each layer every piece divides its attention among all pieces: a row of the square adds up to 1. "
        "<b>mean</b> is the mean of a layer's heads; <b>rollout</b> follows attention through all layers up to this one, half of "
        f"it past each layer (Abnar and Zuidema, 2020): how much has come to a piece from where.{cut}",
        "<noscript><p>The picture needs JavaScript; the next section tells the most of it in a table.</p></noscript>"
        f'<div class="controls"><label>layer <select id="layer">{layers}</select></label>'
        f'<label>head <select id="head">{heads}</select></label>'
        '<label>direction <select id="way"><option value="from">the piece looks at</option>'
        '<option value="to">the piece is looked at by</option></select></label></div>'
        f'<p class="said" id="said" aria-live="polite"></p><div class="looking"><div class="reading">{reading}'
        '<svg aria-hidden="true"></svg></div>'
        '<div><div class="matrix"><div class="columns" aria-hidden="true"></div><div class="rows" aria-hidden="true"></div>'
        '<div class="field" role="img" aria-label="attention of each piece to each"><canvas></canvas><div class="band"></div>'
        '<div class="band"></div></div></div><p class="axes">row looks at column; the strongest half percent is full</p></div>'
        '</div><h3>All layers and heads</h3><div class="maps" role="group" aria-label="layers and heads; arrow keys move"></div>',
    )


def map_names(xray: XRay) -> list[str]:
    """Of what is drawn for each layer."""
    return [*(str(head + 1) for head in range(xray.heads)), "mean", "rollout"]


def _looks(xray: XRay) -> Section:
    looks = xray.looks

    def rows() -> Iterator[tuple[str, list[str]]]:
        for index in range(len(xray.pieces)):
            cells = []
            for layer in range(xray.layers):
                at, weight = int(looks.at[layer, index]), float(looks.weight[layer, index])
                past = f"itself {looks.itself[layer, index]:.0%}, special pieces {looks.special[layer, index]:.0%}"
                said = "" if at < 0 else f"{piece_html(xray, at)} {weight:.0%}"
                cells.append(f'<td class="name {heat(weight)}" title="{past}">{said}</td>')
            yield chosen(index), [cell(piece_html(xray, index), "name"), *cells]

    special, itself = (
        float(looks.special[:, ~xray.special].mean()),
        float(looks.itself[:, ~xray.special].mean()),
    )
    return Section(
        "looks",
        "In words",
        "Which piece looks most at which",
        "For each layer, as the mean of its heads, the piece that is looked at most and how much of the attention it gets. Itself"
        f" and special pieces are left out: over all layers a piece keeps {itself:.0%} of its attention and gives {special:.0%}"
        " to special pieces, on which heads without a task rest.",
        table(
            ["<piece", *(f"<layer {layer + 1}" for layer in range(xray.layers))], rows(), "who looks at whom"
        ),
    )


def _drift(xray: XRay) -> Section:
    def rows() -> Iterator[tuple[str, list[str]]]:
        for index in range(len(xray.pieces)):
            cosines = [float(cosine) for cosine in xray.drift[:, index]]
            cells = [cell(f"{cosine:.2f}", heat(1 - cosine)) for cosine in cosines]
            yield chosen(index), [cell(piece_html(xray, index), "name"), *cells]

    return Section(
        "layers",
        "Layers",
        "How far each piece moves",
        "The cosine of a piece's hidden state after each layer to the vector it came in with: 1 is unchanged, near 0 means that "
        "what stands there now tells of the context rather than of the word.",
        table(
            ["<piece", "start", *(f"layer {layer + 1}" for layer in range(xray.layers))],
            rows(),
            "cosine to the start",
        ),
    )


def _vector(xray: XRay) -> Section:
    draw, most = signed_bar if xray.shares.min() < 0 else bar, float(np.abs(xray.shares).max()) or 1.0
    order = np.argsort(-xray.shares, kind="stable")
    rows = (
        (
            chosen(int(index)),
            (
                cell(piece_html(xray, int(index)), "name"),
                cell(f"{xray.shares[index]:.1%}"),
                cell(draw(float(xray.shares[index]), most)),
            ),
        )
        for index in order
    )
    ends = " Scaled to length 1 it is what is stored." if len(xray.pooled) == len(xray.vector) else ""
    return Section(
        "vector",
        "Vector",
        "One vector for the text",
        f"{escape(xray.pooling).capitalize()} makes one vector of {len(xray.pooled)} dims and length "
        f"{np.linalg.norm(xray.pooled):.3f}.{ends} A piece's share is its part of that vector, along its direction; the shares "
        "add up to 100 %.",
        f'<canvas class="strip" id="pooled" role="img" aria-label="pooled vector, {len(xray.pooled)} dims"></canvas>'
        f"<h3>Share of each piece</h3>{table(['<piece', 'share', '<'], rows, 'share of each piece')}",
    )
