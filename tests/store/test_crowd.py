"""What everyone said, told from a log with undos, skips and second thoughts; and what becomes of a crowd that
was put.
"""

import pytest

from direct import direct
from palate.store.crowd import CrowdState, PublicEntry, StoredCrowd
from palate.store.log import Verdict
from palate.store.sqlite import SqliteStore
from palate.store.texts import PreparedText
from palate.text import Text


@pytest.fixture
def store() -> SqliteStore:
    """Three texts, two readers, the first with two tastes; taste 3 is bob's."""
    store = SqliteStore(":memory:")
    direct(store).texts.add(
        [PreparedText(Text.of(f"text {n}", id=str(n)), b"", b"", b"", None) for n in range(3)], 1
    )
    with store.writing() as tables:
        tables.connection.exec_driver_sql(
            "insert into encoder (number, fingerprint, name, dims) values (1, 'a:1', 'a', 4)"
        )
    for reader, taste in (("ann", "main"), ("ann", "second"), ("bob", "main")):
        direct(store).readers.add(reader, taste, kind="bayes", likes="", dislikes="")
    return store


def test_the_public_log_is_all_entries_in_the_order_in_which_they_were_made(store: SqliteStore) -> None:
    direct(store).log.append(
        1, [Verdict(1, "like", 1.0), Verdict(2, "dislike", -1.0), Verdict(3, "like", 1.0)]
    )
    direct(store).log.append(3, [Verdict(1, "rating", 0.25)])
    direct(store).log.append(1, [Verdict(1, "rating", -0.5), Verdict(3, "skip", None)])
    direct(store).log.append(2, [Verdict(2, "like", 1.0)])
    direct(store).log.undo(2)
    log = direct(store).crowd.public_log()
    assert log.head == 8
    assert log.entries == [
        PublicEntry(1, 1, 1, 1, 1.0, None),
        PublicEntry(2, 1, 1, 2, -1.0, None),
        PublicEntry(3, 1, 1, 3, 1.0, None),
        PublicEntry(4, 2, 3, 1, 0.25, None),
        PublicEntry(5, 1, 1, 1, -0.5, None),
        PublicEntry(6, 1, 1, 3, None, None),
        PublicEntry(7, 1, 2, 2, 1.0, None),
        PublicEntry(8, 1, 2, None, None, 7),
    ]
    assert [direct(store).crowd.count_since(head) for head in (0, 4, 8)] == [8, 4, 0]


def test_private_readers_are_not_among_them(store: SqliteStore) -> None:
    direct(store).log.append(1, [Verdict(1, "like", 1.0), Verdict(2, "like", 1.0)])
    direct(store).log.append(3, [Verdict(1, "dislike", -1.0), Verdict(2, "like", 1.0)])
    assert [direct(store).crowd.count_readers(least) for least in (1, 2, 3)] == [2, 2, 0]
    direct(store).readers.keep_private("bob", True)
    assert direct(store).crowd.count_readers(1) == 1
    assert {entry.reader_id for entry in direct(store).crowd.public_log().entries} == {1}
    assert (direct(store).crowd.count_since(0), direct(store).crowd.count_since(2)) == (2, 0)
    assert direct(store).crowd.state() == CrowdState(4, None, "2", 1)


def test_what_was_put_last_is_kept_until_a_reader_leaves(store: SqliteStore) -> None:
    assert direct(store).crowd.state() == CrowdState(0, None, "", 2)
    direct(store).log.append(1, [Verdict(1, "like", 1.0)])
    direct(store).log.append(3, [Verdict(1, "like", 1.0)])
    first, second = StoredCrowd(1, 1, 1, b"first"), StoredCrowd(2, 1, 2, b"the second")
    assert direct(store).crowd.put(first, n_entries=1)
    assert direct(store).crowd.put(second, n_entries=2)
    assert direct(store).crowd.get() == second
    assert direct(store).crowd.state() == CrowdState(2, (2, 1, 2, 10), "", 2)
    direct(store).readers.remove("bob")
    assert direct(store).crowd.get() is None
    assert not direct(store).crowd.put(second, n_entries=2)
    assert direct(store).crowd.put(first, n_entries=1)


def test_of_a_log_that_has_grown_an_older_crowd_may_still_be_put(store: SqliteStore) -> None:
    direct(store).log.append(1, [Verdict(1, "like", 1.0), Verdict(2, "like", 1.0)])
    assert direct(store).crowd.put(StoredCrowd(1, 1, 1, b"first"), n_entries=1)
