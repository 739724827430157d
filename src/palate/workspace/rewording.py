"""Rewording: new words for a stored text, which keeps its id, its group and its judgements."""

from dataclasses import replace

from palate.errors import BadValue
from palate.feature.languages import languages
from palate.given import TextRef
from palate.store.naming import row_of
from palate.store.recognising import Recognised
from palate.text import Text
from palate.workspace.adding import store_recognised
from palate.workspace.workspace import Workspace


def replace_words(workspace: Workspace, named: TextRef, *, title: str | None, body: str | None) -> Text:
    """Stores new words of a text in place of the old, and returns it with them; see `Library.update`.

    It is tried again where another process changed texts meanwhile.
    """
    encoder = workspace.encoding.follow(workspace.state())
    while True:
        with workspace.store.reading() as tables:
            row, first_row = row_of(tables, named), tables.state().last_row + 1
            old = tables.texts.get([row])[row]
            version = _reworded(old, title, body)
            same = tables.texts.rows_by_content([version.content_hash]).get(version.content_hash, row)
            others_id = tables.texts.ids([same])[same]
        if version.content_hash == old.content_hash:
            return old
        if same != row:
            raise BadValue(f"{others_id!r} has just these words; remove one of the two, {old.id!r} or that")
        recognised = Recognised(versions={row: version})
        vectors = encoder.encode([version.content])
        stored = store_recognised(
            recognised, vectors, first_row, workspace.store, encoder.encoder_id, workspace.bands
        )
        if stored is not None:
            return version


def _reworded(old: Text, title: str | None, body: str | None) -> Text:
    """Returns a text with new words. Its language is told from them; it stays where they do not tell it."""
    new = replace(
        old,
        title=old.title if title is None else title.strip(),
        body=old.body if body is None else body.strip(),
        language="",
    )
    if not new.content:
        raise BadValue(f"{old.id!r} would have no words; remove it instead")
    return replace(new, language=languages([new])[0] or old.language)
