"""The index of band keys against a plain search of all of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.store.sqlite import SqliteStore
from palate.store.texts import PreparedText
from palate.text import Text
from palate.workspace import band_index
from palate.workspace.band_index import MAX_SHARING, BandIndex

KEYS = st.lists(st.integers(0, 6) | st.just(2**32 - 1), min_size=2, max_size=2)
BATCHES = st.lists(st.lists(KEYS, min_size=1, max_size=5), max_size=6)


def pairs_of(
    index: BandIndex, keys: list[list[int]], enough: list[bool], first_row: int
) -> list[tuple[int, int]]:
    pairs = index.candidates(np.array(keys, np.uint32), np.array(enough), first_row)
    return list(zip(pairs.indices.tolist(), pairs.rows.tolist(), strict=True))


def add(store: SqliteStore, batch: list[list[int]], first_row: int) -> None:
    made = [
        PreparedText(Text.of(f"{row}"), b"", b"", np.array(keys, "<u4").tobytes(), None)
        for row, keys in enumerate(batch, first_row)
    ]
    with store.writing() as tables:
        assert tables.texts.add(made, first_row)


@given(batches=BATCHES, new=st.lists(KEYS, min_size=1, max_size=5), data=st.data())
def test_candidates_are_those_that_share_a_key(
    batches: list[list[list[int]]], new: list[list[int]], data: st.DataObject
) -> None:
    store, index, keys = SqliteStore(":memory:"), BandIndex(), dict[int, list[int]]()
    for batch in batches:
        add(store, batch, len(keys) + 1)
        keys.update(enumerate(batch, len(keys) + 1))
        if data.draw(st.booleans()):
            with store.reading() as tables:
                index.follow(tables, tables.state())
    with store.reading() as tables:
        index.follow(tables, tables.state())
    enough = data.draw(st.lists(st.booleans(), min_size=len(new), max_size=len(new)))
    first_row = len(keys) + 1
    everything = {**keys, **{first_row + number: own for number, own in enumerate(new) if enough[number]}}
    expected = [
        (number, row)
        for number, own in enumerate(new)
        for row in sorted(everything)
        if enough[number] and row < first_row + number and set(own) & set(everything[row])
    ]
    assert pairs_of(index, new, enough, first_row) == expected


@given(batches=BATCHES, new=st.lists(KEYS, min_size=1, max_size=5), at_once=st.integers(1, 4))
def test_keys_that_are_read_in_parts_are_those_that_are_read_at_once(
    batches: list[list[list[int]]], new: list[list[int]], at_once: int
) -> None:
    store, whole, parted = SqliteStore(":memory:"), BandIndex(), BandIndex()
    texts = [keys for batch in batches for keys in batch]
    add(store, texts, 1)
    with store.reading() as tables:
        whole.follow(tables, tables.state())
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(band_index, "TEXTS_AT_ONCE", at_once)
            parted.follow(tables, tables.state())
    enough = [True] * len(new)
    assert pairs_of(parted, new, enough, len(texts) + 1) == pairs_of(whole, new, enough, len(texts) + 1)


def test_of_many_that_share_a_key_the_oldest_are_compared() -> None:
    store, index = SqliteStore(":memory:"), BandIndex()
    for first_row in range(1, 81, 20):
        add(store, [[7, 1000 + row] for row in range(first_row, first_row + 20)], first_row)
        with store.reading() as tables:
            index.follow(tables, tables.state())
    found = pairs_of(index, [[7, 1075], [7, 1]], [True, True], 81)
    assert found == [
        *((0, row) for row in [*range(1, MAX_SHARING + 1), 75]),
        *((1, row) for row in range(1, MAX_SHARING + 1)),
    ]
