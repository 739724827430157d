import base64
import hashlib
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from direct import direct
from palate.address import address_key
from palate.errors import BadStore
from palate.feature.terms import hash_terms
from palate.fetch_state import FetchState
from palate.rule import Rule
from palate.store import schema
from palate.store.crowd import StoredCrowd
from palate.store.generations import GenerationRow
from palate.store.health import examine
from palate.store.log import Prediction, Verdict
from palate.store.migrate import REVISIONS
from palate.store.sqlite import SqliteStore
from palate.store.texts import PreparedText
from palate.store.topics import TopicSpace
from palate.store.transfer import export_store, import_store
from palate.text import Text

ODD = st.text(st.characters(), max_size=15) | st.sampled_from(
    ["\ud800", "a\0b", "\r\n\u2028\u0085\x0b", "😀"]
)
FEED = "https://me:secret@a.org/feed"
KEYS = np.array([7, 2**32 - 1], "<u4")


def filled(store: SqliteStore, contents: list[str]) -> SqliteStore:
    """A store that has something in every table: texts with all fields, near-copies, two encoders, two
    readers, an undo.
    """
    texts = [
        Text.of(
            content,
            title=f"{n} {content}",
            id=f"id {n} {content}",
            url=f"https://a.org/{n}",
            language="de",
            source="here",
            published=datetime(2024, 1, n % 28 + 1, tzinfo=UTC),
            extra={"n": n, "deep": [{content: None}, 0.1]},
        )
        for n, content in enumerate(contents)
    ]
    terms = hash_terms(contents).to_bytes()
    batch = [
        PreparedText(text, ids, counts, b"" if n else KEYS.tobytes(), 1 if n else None)
        for n, (text, (ids, counts)) in enumerate(zip(texts, terms, strict=True))
    ]
    if batch:
        direct(store).texts.add(batch, 1)
        direct(store).identity.add({row: {f"doi:10.1000/{row}"} for row in range(1, len(batch) + 1)})
    with store.writing() as tables:
        tables.connection.exec_driver_sql(
            "insert into encoder (number, fingerprint, name, dims)"
            " values (3, 'a:1', 'a', 4), (5, 'b:1', 'b', 2)"
        )
    if texts:
        rows = range(1, len(texts) + 1)
        direct(store).vectors.put(3, rows, np.arange(4.0 * len(texts)).reshape(-1, 4))
        direct(store).vectors.put(5, [1], np.full((1, 2), np.pi))
    direct(store).settings.put(encoder="a", encoder_fingerprint="a:1")
    state = FetchState(
        "https://a.org/feed", "etag", "Mon, 01 Jan 2024", retry_at=datetime(2024, 1, 2, tzinfo=UTC)
    )
    direct(store).fetched.put({address_key(FEED): state})
    with store.writing() as tables:
        tables.topics.open(2)
        tables.topics.merge(1, 2)  # into one that comes later
        tables.topics.put_space(3, TopicSpace(np.ones(4), 0.5, len(texts)))
        tables.topics.put_centres(3, {1: np.ones(4) / 2})
        tables.topics.assign([1, 2], [2, -1])
    for reader in ("ann", "bob"):
        direct(store).readers.add(reader, "main", kind="bayes", likes="cats 😀", dislikes="")
    for row in range(1, len(texts) + 1):
        direct(store).log.append(1, [Verdict(row, "rating", 1 / 3), Verdict(row, "skip", None)])
        direct(store).log.undo(1)
        direct(store).log.append(2, [Verdict(row, "dislike", -1.0)], [Prediction("bayes", b"\x00" * 4)])
    direct(store).readers.serve(1, "champion")
    direct(store).rules.put(1, Rule("block", "word", "ads"))
    direct(store).crowd.put(StoredCrowd(2, 3, 2, b"what they think"), n_entries=len(texts) and 2)
    return store


def with_removals(store: SqliteStore) -> SqliteStore:
    """The same store after its first text was removed and its second forgotten, with a generation and a
    key.
    """
    with store.writing() as tables:
        tables.texts.remove([1], forget=False)
        tables.texts.remove([2], forget=True)
        tables.log.undo(1, key="key 😀")
        tables.generations.put(GenerationRow(4, 3, 2, "a" * 64, "fit"), None)
    return store


def exported(store: SqliteStore) -> str:
    out = io.StringIO()
    lines = export_store(store, out)
    assert lines == out.getvalue().count("\n")
    return out.getvalue()


def lines_of(export: str) -> list[str]:
    return io.StringIO(export).readlines()


@pytest.fixture(scope="module")
def export() -> list[str]:
    return lines_of(exported(filled(SqliteStore(":memory:"), ["one cat", "two cats", "three"])))


def new_store() -> SqliteStore:
    """As opening a library leaves it."""
    store = SqliteStore(":memory:")
    direct(store).settings.put(encoder="words", encoder_fingerprint="words:24")
    return store


@pytest.fixture(scope="module")
def new() -> SqliteStore:
    """A new store, that stays as it is whatever is refused."""
    return new_store()


def assert_refused(new: SqliteStore, lines: list[str], match: str | None = None) -> None:
    """One sentence, and the store stays as new as it was."""
    before = exported(new)
    with pytest.raises(BadStore, match=match):
        import_store(new, lines)
    assert exported(new) == before
    assert direct(new).texts.with_word("cat", 9) == []


@pytest.mark.slow
@settings(max_examples=25)
@given(contents=st.lists(ODD, max_size=5))
def test_an_export_of_an_import_is_the_same_to_the_byte(contents: list[str]) -> None:
    store = with_removals(filled(SqliteStore(":memory:"), contents))
    export = exported(store)
    back = new_store()
    assert import_store(back, lines_of(export.encode().decode())) == export.count("\n")
    assert exported(back).encode() == export.encode()
    rows = range(1, len(contents) + 1)
    assert direct(back).texts.get(rows) == direct(store).texts.get(rows)
    for taste in (1, 2):
        assert direct(back).log.entries(taste) == direct(store).log.entries(taste)
        assert direct(back).log.state(taste) == direct(store).log.state(taste)
    assert direct(back).removals.after(0) == direct(store).removals.after(0)
    assert direct(back).log.undo(1, key="key 😀").repeated
    kept, imported = (direct(each).removals.raw(3, 4, rows) for each in (store, back))
    assert kept.rows.tolist() == imported.rows.tolist()
    assert kept.vectors.tolist() == imported.vectors.tolist()
    assert (kept.ids.tolist(), kept.dates) == (imported.ids.tolist(), imported.dates)
    assert direct(back).readers.tastes() == direct(store).readers.tastes()
    assert direct(back).texts.with_word("cat", 9) == direct(store).texts.with_word("cat", 9)


def test_an_export_has_every_table() -> None:
    store = with_removals(filled(SqliteStore(":memory:"), ["one cat", "two cats", "three"]))
    with store.writing() as opened:
        numbers = opened.drafts.add(1, [("p", "one", "m"), ("p", "two", "m")])
        opened.drafts.rank(1, [[numbers[0]], [numbers[1]]])
    tables = {json.loads(line).get("table") for line in lines_of(exported(store))}
    assert tables - {None} == set(schema.metadata.tables) - {"crowd"}  # which the removal forgot


def test_an_import_has_a_mark_of_its_own_and_a_generation_without_a_cache() -> None:
    store = with_removals(filled(SqliteStore(":memory:"), ["one cat", "two cats", "three"]))
    back = SqliteStore(":memory:")
    import_store(back, lines_of(exported(store)))
    marks = [direct(each).settings.get("store_mark") for each in (store, back)]
    assert all(marks)
    assert marks[0] != marks[1]
    generation = direct(store).generations.get()
    assert generation is not None
    assert direct(back).generations.get() == generation._replace(digest="")


def test_a_store_from_which_all_was_removed_takes_no_import(export: list[str]) -> None:
    store = SqliteStore(":memory:")
    import_store(store, export)
    with store.writing() as tables:
        tables.texts.remove([1, 2, 3], forget=True)
        for reader in ("ann", "bob"):
            tables.readers.remove(reader)
    with pytest.raises(BadStore, match="not empty"):
        import_store(store, export)


def test_the_imported_words_can_be_found(export: list[str], path: Path) -> None:
    import_store(SqliteStore(path), export)
    assert sorted(direct(SqliteStore(path)).texts.with_word("cats", 9)) == [1, 2]


def test_a_store_with_texts_or_readers_takes_no_import(export: list[str]) -> None:
    full = SqliteStore(":memory:")
    import_store(full, export)
    reader = new_store()
    direct(reader).readers.add("ann", "main", kind="bayes", likes="", dislikes="")
    for store in (full, reader):
        before = exported(store)
        with pytest.raises(BadStore, match="not empty; import into a new store"):
            import_store(store, export)
        assert exported(store) == before


def test_an_export_that_was_cut_off_anywhere_is_refused(new: SqliteStore, export: list[str]) -> None:
    """Between two lines as well: the last line tells how many there are."""
    for kept in range(len(export)):
        assert_refused(new, export[:kept])
        assert_refused(new, [*export[:kept], export[kept][: len(export[kept]) // 2]])


def test_an_export_with_a_line_twice_or_left_out_is_refused(new: SqliteStore, export: list[str]) -> None:
    for place in range(1, len(export)):
        assert_refused(new, export[:place] + export[place + 1 :])
        assert_refused(new, export[:place] + export[place - 1 :])


@pytest.mark.parametrize(
    "lines",
    [[], [""], ["\n"], ["null\n"], ["[]\n"], ["{}\n"], ["id,title\n", "1,a\n"], ["\ud800"], ["[" * 100_000]],
)
def test_what_is_no_export_is_refused(new: SqliteStore, lines: list[str]) -> None:
    assert_refused(new, lines, "line 1")


def test_an_export_of_a_newer_palate_is_refused(new: SqliteStore, export: list[str]) -> None:
    assert_refused(new, [export[0].replace(REVISIONS[-1], "0999"), *export[1:]], "upgrade palate")


def test_an_export_of_the_first_palate_is_read(export: list[str]) -> None:
    """It had no rules, crowd or predictions; what its readers lack is what they would have had."""
    rows = [json.loads(line) for line in export[1:-1]]
    rows = [row for row in rows if row["table"] not in ("rule", "crowd", "prediction")]
    later = ("private", "serving", "forgotten", "made_at", "figures", "content_key", "url_key")
    hashes = {row["row"]: row["content_hash"] for row in rows if row["table"] == "text"}
    older: list[dict[str, Any]] = []
    for row in rows:
        if row["table"] == "vector":
            row = {"table": "vector", "content_hash": hashes[row.pop("row")], **row}
        if row["table"] == "band":
            keys = np.frombuffer(base64.b64decode(row["keys"]), "<u4").tolist()
            older += [{"table": "band", "key": key << 31, "row": row["row"]} for key in keys]
        elif row["table"] == "fetched":
            validators = {"etag": row["etag"], "modified": row["modified"]}
            older.append({"table": "fetched", "url": FEED, **validators})
        else:
            older.append({k: v for k, v in row.items() if k not in later})
    lines = [json.dumps(row) + "\n" for row in older]
    lines = [export[0].replace(REVISIONS[-1], "0001"), *lines]
    digest = hashlib.sha256("".join(lines).encode()).hexdigest()
    store = new_store()
    import_store(store, [*lines, json.dumps({"lines": len(lines) + 1, "sha256": digest})])
    read = [(row.reader, row.serving, row.private) for row in direct(store).readers.tastes()]
    assert read == [("ann", "blend", 0), ("bob", "blend", 0)]
    known = FetchState("https://a.org/feed", "etag", "Mon, 01 Jan 2024")
    assert direct(store).fetched.states() == {address_key(FEED): known}
    with store.reading() as tables:
        raw, bands = tables.texts.raw(3, 4, 0, 9), tables.texts.bands(0, 99)
        assert raw.vectors.tolist() == np.arange(4.0 * len(hashes)).reshape(-1, 4).tolist()
        assert (bands.rows.tolist(), sorted(bands.keys.tolist())) == ([1, 1], KEYS.tolist())
        assert tables.texts.rows_by_content(list(hashes.values())) == {h: row for row, h in hashes.items()}
    assert all(finding.ok for finding in examine(store, "a:1"))


@pytest.mark.parametrize(
    "mangle",
    [
        lambda row: {**row, "table": "sqlite_master"},
        lambda row: {**row, "colour": "red"},
        lambda row: {key: value for key, value in row.items() if key != "table"},
        lambda row: dict(list(row.items())[:-1]),
        lambda row: [row],
        lambda row: None,
    ],
)
def test_a_line_that_is_no_row_is_named(
    new: SqliteStore, export: list[str], mangle: Callable[[dict[str, Any]], Any]
) -> None:
    for place in range(1, len(export) - 1):
        changed = json.dumps(mangle(json.loads(export[place])))
        assert_refused(new, [*export[:place], changed, *export[place + 1 :]], f"line {place + 1} ")


WRONG: dict[str, list[Any]] = {
    "encoder.number": ["x", 10**30, [1], -7],
    "encoder.dims": ["x", None, 0, -1, 1.5],
    "encoder.fingerprint": [None],
    "reader.number": ["x", 99],
    "reader.name": [None],
    "taste.reader": [99, None],
    "taste.name": [None],
    "text.row": ["x", 10**30, 99],
    "text.id": [None, {"a": 1}],
    "text.title": [None, 10**30],
    "terms.row": [99, "x"],
    "terms.ids": ["*", None, 7, "ä"],
    "vector.data": ["AAA", None, 7],
    "vector.encoder": [99, None],
    "band.row": [99, None],
    "feedback.entry": ["x"],
    "feedback.taste": [99, None],
    "feedback.row": [99],
    "feedback.kind": ["love", None, 3],
    "feedback.liking": [7, -1.01, "x", [1]],
    "feedback.weight": [0, -1, None, "x"],
    "feedback.given_at": ["x", None, -7],
    "feedback.undoes": [99],
    "prediction.entry": [99, "x"],
    "prediction.logits": ["*", None],
    "rule.action": ["ban", None],
    "rule.field": ["colour"],
    "rule.state": ["x"],
    "rule.taste": [99],
    "rule.amount": [1],
}


def edited(export: list[str], column: str, value: Any) -> list[str]:
    """The export with another value in the first row of a table."""
    table, name = column.split(".")
    place = next(place for place, line in enumerate(export) if json.loads(line).get("table") == table)
    return [*export[:place], json.dumps({**json.loads(export[place]), name: value}), *export[place + 1 :]]


@pytest.mark.parametrize("column", WRONG)
def test_a_value_that_no_store_holds_is_refused(new: SqliteStore, export: list[str], column: str) -> None:
    for value in WRONG[column]:
        assert_refused(new, edited(export, column, value))


MISLEADING: dict[str, list[Any]] = {
    "vector.data": [base64.b64encode(b"\0" * 6).decode()],
    "terms.ids": [base64.b64encode(b"\0" * 3).decode()],
    "text.leader": [99, "x"],
    "text.published": ["yesterday", 7],
    "text.extra": [[1], None, "x"],
    "taste.kind": ["margin"],
}


@pytest.mark.parametrize("column", MISLEADING)
def test_a_value_that_no_library_could_use_is_refused(
    new: SqliteStore, export: list[str], column: str
) -> None:
    """A vector of the wrong length, a group without its first text, a date that is none: they would fail at
    the next rank.
    """
    for value in MISLEADING[column]:
        assert_refused(new, edited(export, column, value))
