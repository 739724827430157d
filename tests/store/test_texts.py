from datetime import datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from direct import direct
from palate.store.sqlite import SqliteStore
from palate.store.texts import _RAW, PreparedText
from palate.text import Text, canonical_url

ADDRESS = "https://a.org/ü?x=1#y"
ANY = st.text(st.characters(), max_size=20) | st.sampled_from(
    ["😀👩‍👩‍👧", "a\0b", "\ud800", "\u2028\u0085", "'; drop table text --", "\ufeff", "e\u0301"]
)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | ANY,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY, inner, max_size=3),
)
OFFSETS = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TEXTS = st.builds(
    Text,
    id=ANY,
    title=ANY,
    body=ANY,
    source=ANY,
    url=st.just("") | st.just(ADDRESS),
    language=ANY,
    published=st.none() | st.datetimes(timezones=OFFSETS),
    extra=st.dictionaries(ANY, JSON, max_size=3),
)


def stored(text: Text, **more: object) -> PreparedText:
    return PreparedText(text, b"", b"", b"", None)._replace(**more)  # type: ignore[arg-type]


def test_terms_are_replaced_where_they_are_given_anew() -> None:
    store = SqliteStore(":memory:")
    direct(store).texts.add(
        [stored(Text(str(row), "", str(row)), ids=b"abcd", counts=b"1") for row in (1, 2, 3)], 1
    )
    direct(store).texts.put_terms({3: (b"", b""), 1: (b"efghijkl", b"23")})
    with store.reading() as tables:
        rows = tables.connection.exec_driver_sql("select row, ids, counts from terms order by row").all()
    assert rows == [(1, b"efghijkl", b"23"), (2, b"abcd", b"1"), (3, b"", b"")]


@settings(max_examples=40)
@given(texts=st.lists(TEXTS, max_size=4, unique_by=lambda text: text.id))
def test_every_field_of_a_text_comes_back(texts: list[Text]) -> None:
    store = SqliteStore(":memory:")
    if texts:
        assert direct(store).texts.add([stored(text) for text in texts], 1)
    back = direct(store).texts.get(range(1, len(texts) + 2))
    assert list(back.values()) == texts
    for row, text in enumerate(texts, 1):
        assert direct(store).texts.row_of(text.id) == row
        if text.published:
            assert (found := back[row].published)
            assert found.utcoffset() == text.published.utcoffset()


@settings(max_examples=30)
@given(
    texts=st.lists(TEXTS, min_size=1, max_size=4, unique_by=lambda text: text.id),
    new=st.lists(TEXTS, max_size=3),
)
def test_texts_that_share_words_or_address_are_found_with_their_rows(
    texts: list[Text], new: list[Text]
) -> None:
    store = SqliteStore(":memory:")
    direct(store).texts.add([stored(text) for text in texts], 1)
    by_content, by_address = direct(store).texts.alike(new)
    rows = dict(enumerate(texts, 1))
    hashes = {text.content_hash for text in new}
    assert by_content == {
        hash: [row for row, text in rows.items() if text.content_hash == hash]
        for hash in hashes & {text.content_hash for text in texts}
    }
    addressed = [row for row, text in rows.items() if text.url]
    asked = addressed and any(text.url for text in new)
    assert by_address == ({canonical_url(ADDRESS): addressed} if asked else {})
    assert direct(store).texts.taken([text.id for text in new]) == {t.id for t in texts} & {t.id for t in new}
    assert direct(store).texts.ids([*rows, 99]) == {row: text.id for row, text in rows.items()}


def test_more_values_than_sqlite_takes_in_one_statement_are_asked_for_in_parts() -> None:
    """Stock SQLite takes 32,766 of them; some builds more."""
    store = SqliteStore(":memory:")
    with store.reading() as tables:
        tables.connection.connection.driver_connection.setlimit(9, 32_766)  # type: ignore[union-attr]  # SQLITE_LIMIT_VARIABLE_NUMBER
    many = range(1, 40_001)
    assert direct(store).texts.get(many) == {}
    assert direct(store).texts.term_ids(many) == {}
    texts = [Text(f"{row}", "", f"{row}", url=f"https://a.org/{row}") for row in many]
    assert direct(store).texts.alike(texts) == ({}, {})
    assert direct(store).texts.taken([text.id for text in texts]) == set()
    assert direct(store).identity.rows([text.id for text in texts]) == {}
    assert direct(store).vectors.get(1, many) == {}


def test_a_batch_that_another_came_before_is_not_stored() -> None:
    store = SqliteStore(":memory:")
    assert direct(store).texts.add([stored(Text.of("one"))], 1)
    assert not direct(store).texts.add([stored(Text.of("two"))], 1)
    assert direct(store).state().last_row == 1
    assert direct(store).texts.add([stored(Text.of("two"))], 2)


def test_texts_as_numbers_come_in_order_of_row_from_those_with_a_vector() -> None:
    store = SqliteStore(":memory:")
    texts = [Text.of(f"text {n}") for n in range(4)]
    ids, counts = np.array([3, 9], "<u4").tobytes(), b"\1\2"
    direct(store).texts.add(
        [
            stored(text, ids=ids, counts=counts, representative=leader)
            for text, leader in zip(texts, [None, 1, None, 1], strict=True)
        ],
        1,
    )
    with store.writing() as tables:
        tables.connection.exec_driver_sql(
            "insert into encoder (number, fingerprint, name, dims)"
            " values (1, 'a:1', 'a', 3), (2, 'b:1', 'b', 2)"
        )
    direct(store).vectors.put(
        1,
        [4, 1, 2],
        np.array([[3, 3, 3], [0, 0.5, 0], [1, 1, 1]], np.float32),
    )
    direct(store).vectors.put(2, [3], np.ones((1, 2), np.float32))
    raw = direct(store).texts.raw(1, 3, 0, 9)
    assert (raw.rows.tolist(), raw.representatives.tolist()) == ([1, 2, 4], [1, 1, 1])
    assert raw.vectors.tolist() == [[0, 0.5, 0], [1, 1, 1], [3, 3, 3]]
    assert (raw.ids.tolist(), raw.counts.tolist()) == ([3, 9] * 3, [1, 2] * 3)
    assert raw.starts.tolist() == [0, 2, 4, 6]
    assert [datetime.fromisoformat(date).tzinfo is not None for date in raw.dates] == [True] * 3
    assert direct(store).texts.raw(1, 3, 1, 1).rows.tolist() == [2]
    assert direct(store).texts.raw(1, 3, 4, 9).vectors.shape == (0, 3)
    assert direct(store).texts.lacking_vector(1) == [3]


@given(seed=st.integers(0, 99))
def test_vectors_are_kept_as_float16_and_the_first_one_stays(seed: int) -> None:
    store = SqliteStore(":memory:")
    with store.writing() as tables:
        tables.connection.exec_driver_sql(
            "insert into encoder (number, fingerprint, name, dims) values (1, 'a:1', 'a', 4)"
        )
    vectors = np.random.default_rng(seed).normal(size=(3, 4)).astype(np.float32)
    direct(store).texts.add([stored(Text.of(name)) for name in "xyz"], 1)
    direct(store).vectors.put(1, [1, 2], vectors[:2])
    direct(store).vectors.put(1, [2, 3, 9], vectors[[1, 2, 2]] + 1)  # of 9 there is no text
    found = direct(store).vectors.get(1, [3, 1, 2, 9])
    assert set(found) == {1, 2, 3}
    for row, vector in enumerate([vectors[0], vectors[1], vectors[2] + 1], 1):
        np.testing.assert_array_equal(found[row], vector.astype(np.float16))


def test_texts_whose_keys_are_equal_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("palate.store.texts.text_key", lambda value: 7)
    store = SqliteStore(":memory:")
    texts = [Text.of(f"{n}", id=f"{n}", url=f"https://a.org/{n}") for n in range(3)]
    direct(store).texts.add([stored(text) for text in texts[:2]], 1)
    hashes = [text.content_hash for text in texts]
    assert direct(store).texts.rows_by_content(hashes) == {hashes[0]: 1, hashes[1]: 2}
    assert direct(store).texts.alike(texts[1:]) == ({hashes[1]: [2]}, {"https://a.org/1": [2]})


def test_the_keys_of_representatives_come_by_row() -> None:
    store = SqliteStore(":memory:")
    keys = [np.arange(12, dtype="<u4") + 100 * n for n in range(3)]
    bands = [keys[0].tobytes(), b"", keys[2].tobytes()]
    direct(store).texts.add([stored(Text.of(f"{n}"), bands=bands[n]) for n in range(3)], 1)
    columns = direct(store).texts.bands(0, 2)
    assert columns.rows.tolist() == [1] * 12 + [3] * 12
    assert columns.keys.tolist() == [*keys[0].tolist(), *keys[2].tolist()]
    assert direct(store).texts.bands(0, 1).rows.tolist() == [1] * 12
    assert direct(store).texts.bands(1, 9).rows.tolist() == [3] * 12
    assert direct(store).texts.bands(3, 9).keys.tolist() == []


def test_texts_as_numbers_are_read_in_the_order_in_which_they_lie() -> None:
    """Sorted, each part of a million texts would cost a look at all that remain."""
    statement = str(_RAW.compile(dialect=sqlite.dialect()))
    with SqliteStore(":memory:").reading() as tables:
        plan = tables.connection.exec_driver_sql(f"explain query plan {statement}", (1, 0, 10, 0)).all()
    assert [line for line in plan if "TEMP" in line[3]] == []
