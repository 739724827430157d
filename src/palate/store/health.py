"""Health: is a store whole, and what mends it; a copy of it while it is in use."""

from pathlib import Path

from sqlalchemy import func, select

from palate.errors import BadStore, StoreBusy, StoreReadOnly
from palate.parts import Store
from palate.results import Finding
from palate.store import schema
from palate.store.tables import Tables

_feedback, _removed = schema.feedback.c, schema.removed.c
_there = select(schema.text.c.row)
_UNKNOWN = select(func.count()).where(  # judgements of what was never there
    _feedback.row.is_not(None), _feedback.row.not_in(_there), _feedback.row.not_in(select(_removed.row))
)
_last = schema.removed.alias("last").c
_UNLED = select(func.count()).where(  # removed texts whose group has no text, neither now nor at its end
    _removed.representative.not_in(_there),
    _removed.representative.not_in(select(_last.row).where(_last.representative == _last.row)),
)
_UNTOLD = select(func.count()).where(schema.vector.c.row.not_in(_there))  # vectors of no text
REBUILD = "palate export | palate --store NEW import -"


def examine(store: Store[Tables], fingerprint: str) -> list[Finding]:
    """Check a store against the fingerprint of the encoder it should have. Reads all of it."""
    return [_whole(store), _references(store), _words(store), _vectors(store, fingerprint)]


def back_up(store: Store[Tables], path: Path) -> None:
    """Copy a store, also while others write to it, to a file that is not there yet; the copy opens like any
    store.

    Source: SQLite's online backup.
    """
    if path.exists():
        raise BadStore(f"{path} is there already; name a new file")
    if not path.absolute().parent.is_dir():
        raise BadStore(f"there is no folder {path.absolute().parent}; make it, or name another place")
    partial = path.with_name(path.name + ".part")
    partial.unlink(missing_ok=True)
    store.copy_to(partial)
    partial.replace(path)


def _whole(store: Store[Tables]) -> Finding:
    with store.reading() as tables:
        broken = tables.dialect.integrity(tables.connection)
    if not broken:
        return Finding("file", True, f"{store.path} is whole")
    mend = "restore a backup, or save what can be read with: palate export"
    return Finding("file", False, "; ".join(broken), mend)


def _references(store: Store[Tables]) -> Finding:
    judgements = select(func.count()).select_from(schema.feedback)
    lacking_terms = (
        select(func.count())
        .select_from(schema.text)
        .outerjoin(schema.terms)
        .where(schema.terms.c.row.is_(None))
    )
    with store.reading() as tables:
        n_broken = tables.dialect.broken_references(tables.connection)
        n_broken += sum(
            tables.connection.execute(count).scalar_one() for count in (_UNKNOWN, _UNLED, _UNTOLD)
        )
        n_texts = tables.texts.count()
        n_judgements = tables.connection.execute(judgements).scalar_one()
        n_bare = tables.connection.execute(lacking_terms).scalar_one()
    if n_broken or n_bare:
        detail = f"{n_broken} rows point to what is not there, {n_bare} texts lack their keywords"
        return Finding("texts and feedback", False, detail, f"restore a backup, or rebuild with: {REBUILD}")
    return Finding("texts and feedback", True, f"{n_texts} texts, {n_judgements} lines of feedback")


def _words(store: Store[Tables]) -> Finding:
    try:
        with store.writing() as tables:
            tables.dialect.check_words(tables.connection)
    except StoreBusy:
        raise
    except StoreReadOnly:
        return Finding("word index", True, "not looked at, since the store cannot be written")
    except BadStore:
        return Finding("word index", False, "it does not agree with the texts", f"rebuild it with: {REBUILD}")
    return Finding("word index", True, "every text is in it")


def _vectors(store: Store[Tables], fingerprint: str) -> Finding:
    encoder, vector = schema.encoder.c, schema.vector.c
    encoder_id = select(encoder.number).where(encoder.fingerprint == fingerprint)
    misshapen = (
        select(func.count())
        .select_from(schema.vector)
        .join(schema.encoder)
        .where(func.length(vector.data) != 2 * encoder.dims)
    )
    with store.reading() as tables:
        known = tables.connection.execute(encoder_id).scalar()
        n_misshapen = tables.connection.execute(misshapen).scalar_one()
        n_lacking = len(tables.texts.lacking_vector(known)) if known else 0
        in_use = tables.state()
    if in_use.encoder_fingerprint != fingerprint:
        mend = f"move the vectors over with: palate encoder use {in_use.encoder_name}"
        detail = f"they come from {in_use.encoder_fingerprint}, this palate brings {fingerprint}"
        return Finding("vectors", False, detail, mend)
    if n_misshapen:
        detail = f"{n_misshapen} are not as long as their encoder's"
        return Finding("vectors", False, detail, "restore a backup")
    if n_lacking:
        detail = f"{n_lacking} texts have none from {fingerprint}"
        return Finding("vectors", False, detail, "palate rank makes them")
    return Finding("vectors", True, f"every text has one from {fingerprint}")
