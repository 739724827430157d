"""Enrolment: one taste of a reader in a store, made on first use, with what the reader wrote of it."""

from palate.errors import UnknownName
from palate.parts import Store
from palate.store.readers import TasteRow
from palate.store.tables import Tables
from palate.taste.choose import DEFAULT_TASTE, make_taste
from palate.text import well_formed


def enrol(
    store: Store[Tables],
    reader: str,
    taste: str,
    *,
    likes: str | None,
    dislikes: str | None,
    kind: str | None,
    private: bool | None,
    create: bool,
) -> TasteRow:
    """Returns a taste as the store has it, after what is given was written. See `Library.reader`."""
    reader, taste = well_formed(reader), well_formed(taste)
    likes, dislikes = (None if words is None else well_formed(words) for words in (likes, dislikes))
    with store.reading() as tables:
        row = tables.readers.find(reader, taste)
    if row is None:
        if not create:
            raise UnknownName(_no_such(store, reader, taste))
        make_taste(kind or DEFAULT_TASTE)
        words = {"likes": likes or "", "dislikes": dislikes or ""}
        with store.writing() as tables:
            if tables.readers.find(reader, taste) is None:  # no other thread or process was quicker
                tables.readers.add(reader, taste, kind=kind or DEFAULT_TASTE, **words)
    elif (likes, dislikes) != (None, None):
        new = (row.likes if likes is None else likes, row.dislikes if dislikes is None else dislikes)
        if new != (row.likes, row.dislikes):
            with store.writing() as tables:
                tables.readers.describe(row.taste_id, likes=new[0], dislikes=new[1])
    if private is not None:
        with store.writing() as tables:
            tables.readers.keep_private(reader, private)
    with store.reading() as tables:
        row = tables.readers.find(reader, taste)
    assert row is not None
    if kind is not None and kind != row.kind:
        raise UnknownName(
            f"the taste {taste!r} of {reader!r} is of kind {row.kind}, not {kind};"
            " give a new taste a new name with --taste"
        )
    return row


def _no_such(store: Store[Tables], reader: str, taste: str) -> str:
    with store.reading() as tables:
        known = tables.readers.tastes()
    mend = f"palate reader add {reader}"
    if any(row.reader == reader for row in known):
        names = ", ".join(row.name for row in known if row.reader == reader)
        mend = f"{mend} --taste {taste}"
        return f"reader {reader!r} has no taste called {taste!r}, only: {names}; make it with: {mend}"
    names = ", ".join(dict.fromkeys(row.reader for row in known)) or "none yet"
    return f"there is no reader called {reader!r} (there are: {names}); make one with: {mend}"
