"""Naming: the rows of the texts that a caller names, by an id or by the text itself."""

from collections.abc import Sequence

from palate.errors import UnknownName
from palate.given import TextRef, one_text
from palate.identity import resembles
from palate.store.tables import Tables
from palate.text import well_formed


def row_of(tables: Tables, named: TextRef) -> int:
    """Returns the row of a text that is named by its id, or is given as a Text or a hit.

    A Text is known by its words, then as in adding, then by its id where the one that is there may be a
    version of it: a text of another file that happens to have the id is not taken for it. Raises UnknownName
    for one that is not there.
    """
    row = find_row(tables, named)
    if row is None:
        raise UnknownName(_not_there(named))
    return row


def rows_of(tables: Tables, named: Sequence[TextRef]) -> list[int]:
    """Returns the row of each of some texts. Raises UnknownName."""
    return [row_of(tables, one) for one in named]


def ids_named(tables: Tables, named: Sequence[TextRef]) -> list[str]:
    """Returns the id of each of some texts; one that is named by its id need not be there. Raises
    UnknownName for another.
    """
    rows = [row_of(tables, one) for one in named if not isinstance(one, str)]
    ids = tables.texts.ids(rows)
    here = (ids[row] for row in rows)
    return [one if isinstance(one, str) else next(here) for one in named]


def find_row(tables: Tables, named: TextRef) -> int | None:
    """Returns the row of a text, by `row_of`; None where it is not there."""
    if isinstance(named, str):
        return tables.texts.row_of(well_formed(named))
    text = one_text(named)
    row = tables.texts.row_of(text.id)
    stored = None if row is None else tables.texts.get([row])[row]
    if stored is not None and stored.content_hash == text.content_hash:
        return row
    from palate.store.recognising import stored_ids

    known = stored_ids([text], tables)[0]
    if known is not None:
        return tables.texts.row_of(known)
    return row if stored is not None and resembles(stored, text) else None


def _not_there(named: TextRef) -> str:
    if isinstance(named, str):
        return f"there is no text with the id {named!r}; palate rank and palate find show ids"
    text = one_text(named)
    return f"the text {text.id!r} is not in the library, or no longer with these words; add it first"
