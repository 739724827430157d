"""Health: is a store whole, and what mends it; a copy of it while it is in use."""

from pathlib import Path

from sqlalchemy import func, select

from palate.errors import BadStore, StoreBusy
from palate.results import Finding
from palate.store import schema
from palate.store.sqlite import SqliteStore

REBUILD = "palate export | palate --store NEW import -"


def examine(store: SqliteStore, fingerprint: str) -> list[Finding]:
    """Check a store against the fingerprint of the encoder it should have. Reads all of it."""
    return [_whole(store), _references(store), _words(store), _vectors(store, fingerprint)]


def back_up(store: SqliteStore, path: Path) -> None:
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


def _whole(store: SqliteStore) -> Finding:
    with store.reading() as connection:
        said = [row[0] for row in connection.exec_driver_sql("pragma integrity_check(5)")]
    if said == ["ok"]:
        return Finding("file", True, f"{store.path} is whole")
    return Finding(
        "file", False, "; ".join(said), "restore a backup, or save what can be read with: palate export"
    )


def _references(store: SqliteStore) -> Finding:
    with store.reading() as connection:
        broken = connection.exec_driver_sql("pragma foreign_key_check").all()
        texts = connection.execute(select(func.count()).select_from(schema.text)).scalar_one()
        judgements = connection.execute(select(func.count()).select_from(schema.feedback)).scalar_one()
        bare = connection.execute(
            select(func.count())
            .select_from(schema.text)
            .outerjoin(schema.terms)
            .where(schema.terms.c.row.is_(None))
        ).scalar()
    if broken or bare:
        detail = f"{len(broken)} rows point to what is not there, {bare} texts lack their keywords"
        return Finding("texts and feedback", False, detail, f"restore a backup, or rebuild with: {REBUILD}")
    return Finding("texts and feedback", True, f"{texts} texts, {judgements} lines of feedback")


def _words(store: SqliteStore) -> Finding:
    try:
        with store.writing() as connection:
            connection.exec_driver_sql("insert into words (words, rank) values ('integrity-check', 1)")
    except StoreBusy:
        raise
    except BadStore:
        return Finding("word index", False, "it does not agree with the texts", f"rebuild it with: {REBUILD}")
    return Finding("word index", True, "every text is in it")


def _vectors(store: SqliteStore, fingerprint: str) -> Finding:
    encoder = schema.encoder
    with store.reading() as connection:
        number = connection.execute(
            select(encoder.c.number).where(encoder.c.fingerprint == fingerprint)
        ).scalar()
        misshapen = select(func.count()).select_from(schema.vector).join(encoder)
        wrong = connection.execute(
            misshapen.where(func.length(schema.vector.c.data) != 2 * encoder.c.dims)
        ).scalar_one()
    kept = store.settings.get("encoder_fingerprint")
    if kept != fingerprint:
        mend = f"move the vectors over with: palate encoder use {store.settings.get('encoder')}"
        return Finding("vectors", False, f"they come from {kept}, this palate brings {fingerprint}", mend)
    if wrong:
        return Finding("vectors", False, f"{wrong} are not as long as their encoder's", "restore a backup")
    lacking = len(store.texts.lacking_vector(number)) if number else 0
    if lacking:
        return Finding(
            "vectors", False, f"{lacking} texts have none from {fingerprint}", "palate rank makes them"
        )
    return Finding("vectors", True, f"every text has one from {fingerprint}")
