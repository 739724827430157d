"""The kinds of number a text can be: where it stands among the stored texts, and what a trained model says of
it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from palate.cli import show
from palate.cli.xray_outcome import learned_of
from palate.errors import BadValue
from palate.insight.axis import position, principal_axis
from palate.threads import one_thread

if TYPE_CHECKING:
    from palate.library import Library
    from palate.reader import Reader


def on_axis(
    library: Library, reader: Reader, text: str, axis: Literal["principal", "taste"]
) -> dict[str, Any]:
    """Where a text stands among the stored ones, along what divides them most or by a reader's taste alone.

    Raises BadValue where there are too few texts, or the text says nothing.
    """
    corpus = library.corpus()
    if len(corpus) < 2:
        raise BadValue(
            f"a place among the stored texts needs two of them, there are {len(corpus)}; add texts with: palate add"
        )
    facts: dict[str, Any] = {"axis": axis}
    with one_thread():
        if axis == "taste":
            learned = learned_of(library, reader)
            corpus = learned.corpus()
            mine, others = (
                learned.taste.logits(made) for made in (learned.features(corpus, [text]), corpus.features)
            )
            rows = corpus.rows
            facts["reader"] = reader.name
        else:
            vector, said = library.encode([text]), np.any(corpus.vectors, axis=1)
            if not np.any(vector):
                raise BadValue(
                    "the text says nothing to the store's encoder, so it has no place on the axis; give it words"
                )
            found = principal_axis(corpus.vectors[said])
            mine, others = found.along(vector), found.along(corpus.vectors[said])
            rows = corpus.rows[said]
            facts["spread"] = found.spread
    ends = {"low": int(rows[others.argmin()]), "high": int(rows[others.argmax()])}
    with library.store.reading() as tables:
        texts = tables.texts.get(ends.values())
    titled = {end: {"id": texts[row].id, "title": texts[row].title} for end, row in ends.items()}
    return {**facts, "position": position(float(mine[0]), others), "texts": len(rows), **titled}


def show_place(facts: dict[str, Any]) -> None:
    """The position, and in a note what lies at the ends."""
    show.out(str(facts["position"]))
    what = (
        f"the taste of {facts['reader']}"
        if "reader" in facts
        else f"what divides them most ({facts['spread']:.0%} of their spread)"
    )
    ends = " and ".join(
        f"{place} is {facts[end]['title'] or facts[end]['id']}" for place, end in ((0, "low"), (1000, "high"))
    )
    show.note(f"among {facts['texts']} texts, by {what}: {ends}")


def said_by(folder: Path, text: str) -> dict[str, Any]:
    """Of a classifier the likeliest class, as its number in the model's list of labels; of a regression the
    number itself.

    Raises BadSource where the folder holds neither.
    """
    from palate.training import classify, regress
    from palate.training.run.finish import read_finished

    finished = read_finished(folder)
    if finished.kind == "regress":
        return {"number": float(regress.predict(folder, [text])[0]), "label": finished.columns["label"]}
    (chances,) = classify.predict(folder, [text])
    number = int(chances.argmax())
    return {"number": number, "label": finished.labels[number], "probability": float(chances[number])}


def show_said(facts: dict[str, Any]) -> None:
    """One line with tabs: the number, the chance of a class, and what the number is of."""
    chance = [f"{facts['probability']:.4f}"] if "probability" in facts else []
    number = f"{facts['number']:.6g}" if isinstance(facts["number"], float) else str(facts["number"])
    show.out("\t".join([number, *chance, show.clean(facts["label"])]))
