"""Sections of an x-ray page on the encoder, in the order of the text's way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

import numpy as np

from palate.insight.xray_data import XRay
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

MAX_WIDE_PIECES = 40  # at most so many are set wide, with lines between them and names along the square


def encoder_sections(xray: XRay, drawn: int) -> list[Section]:
    """Returns the sections. drawn: the number of pieces whose attention is drawn."""
    sections = [_chips(xray), _table(xray), _steps(xray), _embeddings(xray)]
    if xray.layers:
        sections += [_attention(xray, drawn), _attended(xray), _cosines(xray)]
    return [*sections, _vector(xray)]


def _chips(xray: XRay) -> Section:
    def chip(index: int) -> tuple[str, str, str]:
        piece = xray.pieces[index]
        characters = "" if piece.side is None else xray.texts[piece.side][piece.start : piece.end]
        codes = " ".join(f"U+{ord(character):04X}" for character in characters)
        return (
            f'<small class="piece">{shown(characters) or "&nbsp;"}</small>',
            f"<small>{piece.id}</small>",
            codes,
        )

    return Section(
        "pieces",
        "Pieces",
        "From characters to word pieces",
        "Above each piece the characters it stands for, below it its number in the vocabulary."
        " A piece that continues a word is attached to the one before, in BERT's vocabularies with ##."
        " Choose a piece with the pointer or the arrow keys, and all pictures below show it;"
        " a click keeps it, Escape releases it.",
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
    columns = [
        "#",
        "<piece",
        "input id",
        *(["token type"] if kinds else []),
        *(["mask"] if xray.layers else []),
        "characters",
        *names,
        "<vector",
    ]
    lead = "The attention mask is 1 where there is a piece (there is no padding here)" if xray.layers else ""
    lead += ", the token type 1 in the second text" if kinds else ""
    return Section(
        "numbers",
        "Numbers",
        "What the model is given",
        f"{lead}{'. ' if lead else ''}|x| is the length of a vector; the strip is the piece's vector "
        f"{'as the first layer gets it' if xray.layers else 'with its weight'}, a cell for each dim.",
        table(columns, rows(), "word pieces as numbers"),
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
        "Batch (one text) &times; sequence (pieces) &times; hidden (dims)."
        " Where there is a shape for each head, the heads follow the batch.",
        table(["<step", "shape", "times"], rows, "shapes"),
    )


def _embeddings(xray: XRay) -> Section:
    names = [*xray.embeddings, *(["sum", "layer norm"] if xray.layers else [])]
    signs = dict(zip(names, ["", *["+ "] * (len(xray.embeddings) - 1), "= ", "then "], strict=False))
    lines = "".join(
        ("<hr>" if name == "sum" else "") + f"<span>{signs[name]}{escape(name)}</span>"
        f'<canvas class="strip" data-part="{escape(name)}" role="img"'
        f' aria-label="{escape(name)} vector of the chosen piece"></canvas>'
        f'<output data-part="{escape(name)}"></output>'
        for name in names
    )
    lead = (
        f"{_listed(xray.embeddings)} vectors are added up; layer norm then centres the sum and scales it,"
        " dim by dim. The same numbers go into the first layer."
        if xray.layers
        else "Each piece has one vector, which carries the piece's weight:"
        " those of frequent pieces are short. Nothing is added."
    )
    return Section(
        "embeddings",
        "Embeddings",
        "What stands for the chosen piece",
        lead,
        f'<h3>Piece <span id="adding-piece" class="piece"></span></h3><div class="adding">{lines}</div>'
        '<p class="legend"><span><i class="up"></i>above 0</span><span><i class="down"></i>below 0</span>'
        "<span>right: length"
        f"{'; added vectors and their sum share one scale' if xray.layers else ''}</span></p>",
    )


def _listed(names: Iterable[str]) -> str:
    *rest, last = names
    return (f"{', '.join(rest)} and {last}" if rest else last).capitalize()


def _attention(xray: XRay, drawn: int) -> Section:
    layers = "".join(f'<option value="{layer}">{layer + 1}</option>' for layer in range(xray.layers))
    heads = "".join(f'<option value="{index}">{name}</option>' for index, name in enumerate(map_names(xray)))
    reading = chips(
        xray,
        drawn,
        "pieces, shaded by attention",
        lambda _: ("", "", ""),
        " short" if drawn <= MAX_WIDE_PIECES else "",
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
        "In each head of each layer every piece divides its attention among all pieces:"
        " a row of the square adds up to 1. <b>mean</b> is the mean of a layer's heads;"
        " <b>rollout</b> follows attention through all layers up to this one, half of it past each layer"
        f" (Abnar and Zuidema, 2020): how much of each piece has come to each other.{cut}",
        "<noscript><p>The picture needs JavaScript; the next section has its largest numbers in a table.</p>"
        "</noscript>"
        f'<div class="controls"><label>layer <select id="layer">{layers}</select></label>'
        f'<label>head <select id="head">{heads}</select></label>'
        '<label>direction <select id="way"><option value="from">the piece looks at</option>'
        '<option value="to">the piece is looked at by</option></select></label></div>'
        '<p class="summary" id="summary" aria-live="polite"></p>'
        f'<div class="looking"><div class="reading">{reading}<svg aria-hidden="true"></svg></div>'
        '<div><div class="matrix"><div class="columns" aria-hidden="true"></div>'
        '<div class="rows" aria-hidden="true"></div>'
        '<div class="field" role="img" aria-label="attention of each piece to each"><canvas></canvas>'
        '<div class="band"></div><div class="band"></div></div></div>'
        '<p class="axes">row looks at column; the strongest half percent is full</p></div></div>'
        "<h3>All layers and heads</h3>"
        '<div class="maps" role="group" aria-label="layers and heads; arrow keys move"></div>',
    )


def map_names(xray: XRay) -> list[str]:
    """Returns the names of the maps that are drawn for each layer."""
    return [*(str(head + 1) for head in range(xray.heads)), "mean", "rollout"]


def _attended(xray: XRay) -> Section:
    attended = xray.attended

    def rows() -> Iterator[tuple[str, list[str]]]:
        for index in range(len(xray.pieces)):
            cells = []
            for layer in range(xray.layers):
                piece = int(attended.piece[layer, index])
                weight = float(attended.weight[layer, index])
                rest = (
                    f"itself {attended.own[layer, index]:.0%},"
                    f" special pieces {attended.special[layer, index]:.0%}"
                )
                content = "" if piece < 0 else f"{piece_html(xray, piece)} {weight:.0%}"
                cells.append(f'<td class="name {heat(weight)}" title="{rest}">{content}</td>')
            yield chosen(index), [cell(piece_html(xray, index), "name"), *cells]

    special, own = (
        float(attended.special[:, ~xray.special].mean()),
        float(attended.own[:, ~xray.special].mean()),
    )
    return Section(
        "looks",
        "In words",
        "Which piece looks most at which",
        "For each layer, as the mean of its heads, the piece that is looked at most and its share of the"
        " attention. The piece itself and special pieces are left out: over all layers a piece keeps"
        f" {own:.0%} of its attention and gives {special:.0%}"
        " to special pieces, on which heads without a task rest.",
        table(
            ["<piece", *(f"<layer {layer + 1}" for layer in range(xray.layers))], rows(), "who looks at whom"
        ),
    )


def _cosines(xray: XRay) -> Section:
    def rows() -> Iterator[tuple[str, list[str]]]:
        for index in range(len(xray.pieces)):
            cosines = [float(cosine) for cosine in xray.input_cosines[:, index]]
            cells = [cell(f"{cosine:.2f}", heat(1 - cosine)) for cosine in cosines]
            yield chosen(index), [cell(piece_html(xray, index), "name"), *cells]

    return Section(
        "layers",
        "Layers",
        "How far each piece moves",
        "The cosine of a piece's hidden state after each layer to the vector it came in with: 1 is unchanged,"
        " near 0 means that the state now tells of the context rather than of the word.",
        table(
            ["<piece", "start", *(f"layer {layer + 1}" for layer in range(xray.layers))],
            rows(),
            "cosine to the start",
        ),
    )


def _vector(xray: XRay) -> Section:
    draw = signed_bar if xray.shares.min() < 0 else bar
    largest = float(np.abs(xray.shares).max()) or 1.0
    order = np.argsort(-xray.shares, kind="stable")
    rows = (
        (
            chosen(int(index)),
            (
                cell(piece_html(xray, int(index)), "name"),
                cell(f"{xray.shares[index]:.1%}"),
                cell(draw(float(xray.shares[index]), largest)),
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
        f"{np.linalg.norm(xray.pooled):.3f}.{ends} A piece's share is its part of that vector,"
        " along its direction; the shares add up to 100 %.",
        '<canvas class="strip" id="pooled" role="img"'
        f' aria-label="pooled vector, {len(xray.pooled)} dims"></canvas>'
        f"<h3>Share of each piece</h3>{table(['<piece', 'share', '<'], rows, 'share of each piece')}",
    )
