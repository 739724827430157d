"""What a reader wrote, as it was understood."""

from __future__ import annotations

from typing import TYPE_CHECKING

from palate.cli.show import clean, out

if TYPE_CHECKING:
    from palate.description.description import Description
    from palate.description.query import Query


def show_description(description: Description) -> None:
    """Prints each interest with its words that texts have, words near them, and its words that none has."""
    out("\nunderstood")
    for word, queries in (("likes", description.liked), ("not", description.disliked)):
        for query in queries:
            out(f"  {word:<6} {clean(query.phrase)}")
            for line in _words(query):
                out(f"         {clean(line)}")


def _words(query: Query) -> list[str]:
    near = list(dict.fromkeys(each for found in query.near.values() for each in found))
    parts = {
        "words": query.known,
        "near them": [word for word in near if word not in query.known],
        "in fewer than two texts": query.unknown,
    }
    return [f"{name}: {', '.join(words)}" for name, words in parts.items() if words]
