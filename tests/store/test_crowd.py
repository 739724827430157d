"""What everyone said, told from a log with undos, skips and second thoughts; and what becomes of a crowd that
was put.
"""

import pytest

from palate.store.crowd import CrowdState, Said, StoredCrowd
from palate.store.sqlite import SqliteStore
from palate.store.texts import Stored
from palate.text import Text


@pytest.fixture
def store() -> SqliteStore:
    """Three texts, two readers, the first with two tastes; taste 3 is bob's."""
    store = SqliteStore(":memory:")
    store.texts.add([Stored(Text.of(f"text {n}", id=str(n)), b"", b"", [], None) for n in range(3)], 1)
    with store.writing() as connection:
        connection.exec_driver_sql(
            "insert into encoder (number, fingerprint, name, dims) values (1, 'a:1', 'a', 4)"
        )
    for reader, taste in (("ann", "main"), ("ann", "second"), ("bob", "main")):
        store.readers.add(reader, taste, kind="bayes", likes="", dislikes="")
    return store


def test_everyone_is_what_stands_in_the_order_in_which_it_was_said(store: SqliteStore) -> None:
    store.log.append(1, [(1, "like", 1.0), (2, "dislike", -1.0), (3, "like", 1.0)])
    store.log.append(3, [(1, "rating", 0.25)])
    store.log.append(1, [(1, "rating", -0.5), (3, "skip", None)])
    store.log.append(2, [(2, "like", 1.0)])
    store.log.undo(2)
    everyone = store.crowd.everyone()
    assert (everyone.head, everyone.entries) == (8, 8)
    assert everyone.said == [Said(1, 1, 2, -1.0), Said(2, 3, 1, 0.25), Said(1, 1, 1, -0.5)]
    assert [store.crowd.since(head) for head in (0, 4, 8)] == [8, 4, 0]


def test_an_undo_brings_back_what_was_said_before(store: SqliteStore) -> None:
    store.log.append(1, [(1, "like", 1.0), (1, "dislike", -1.0)])
    store.log.undo(1)
    assert store.crowd.everyone().said == [Said(1, 1, 1, 1.0)]


def test_private_readers_are_not_among_them(store: SqliteStore) -> None:
    store.log.append(1, [(1, "like", 1.0), (2, "like", 1.0)])
    store.log.append(3, [(1, "dislike", -1.0), (2, "like", 1.0)])
    assert [store.crowd.speakers(least) for least in (1, 2, 3)] == [2, 2, 0]
    store.readers.keep_private("bob", True)
    assert store.crowd.speakers(1) == 1
    assert {said.reader for said in store.crowd.everyone().said} == {1}
    assert (store.crowd.since(0), store.crowd.since(2)) == (2, 0)
    assert store.crowd.state() == CrowdState(4, None, "2")


def test_what_was_put_last_is_kept_until_a_reader_leaves(store: SqliteStore) -> None:
    assert store.crowd.state() == CrowdState(0, None, "")
    store.log.append(1, [(1, "like", 1.0)])
    store.log.append(3, [(1, "like", 1.0)])
    first, second = StoredCrowd(1, 1, 1, b"first"), StoredCrowd(2, 1, 2, b"the second")
    assert store.crowd.put(first, entries=1)
    assert store.crowd.put(second, entries=2)
    assert store.crowd.get() == second
    assert store.crowd.state() == CrowdState(2, (2, 1, 2, 10), "")
    store.readers.remove("bob")
    assert store.crowd.get() is None
    assert not store.crowd.put(second, entries=2)
    assert store.crowd.put(first, entries=1)


def test_of_a_log_that_has_grown_an_older_crowd_may_still_be_put(store: SqliteStore) -> None:
    store.log.append(1, [(1, "like", 1.0), (2, "like", 1.0)])
    assert store.crowd.put(StoredCrowd(1, 1, 1, b"first"), entries=1)
