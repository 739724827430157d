import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from direct import direct
from palate.errors import BadValue, UnknownName
from palate.store.log import Appended, Prediction, Undone, Verdict
from palate.store.sqlite import SqliteStore
from palate.store.tables import Tables
from palate.store.texts import PreparedText
from palate.text import Text

LIKINGS = st.one_of(st.just(None), st.floats(-1, 1))


def with_texts(store: SqliteStore, n: int = 5) -> SqliteStore:
    direct(store).texts.add(
        [PreparedText(Text.of(f"text {row}"), b"", b"", b"", None) for row in range(1, n + 1)], 1
    )
    for reader in ("ann", "bob"):
        direct(store).readers.add(reader, "main", kind="bayes", likes="", dislikes="")
    return store


@pytest.mark.slow
@settings(max_examples=25)
@given(
    deeds=st.lists(
        st.one_of(st.just("undo"), st.lists(st.tuples(st.integers(1, 5), LIKINGS), min_size=1, max_size=3)),
        max_size=15,
    )
)
def test_undo_takes_back_the_newest_that_stands(deeds: list[str | list[tuple[int, float | None]]]) -> None:
    """Against a plain stack; nothing is ever removed from the log, and another taste's log stays as it is."""
    store = with_texts(SqliteStore(":memory:"))
    direct(store).log.append(2, [Verdict(1, "like", 1.0)])
    stack: list[tuple[int, float | None]] = []
    lines = 0
    for deed in deeds:
        if isinstance(deed, str):
            undone = direct(store).log.undo(1).undone
            assert (undone and (undone.row, undone.liking)) == (stack.pop() if stack else None)
            lines += undone is not None
        else:
            verdicts = [Verdict(row, "skip" if liking is None else "rating", liking) for row, liking in deed]
            head, entries, _ = direct(store).log.append(1, verdicts)
            assert head == ([0] + [entry.entry for entry in direct(store).log.entries(1)])[-1 - len(entries)]
            stack += deed
            lines += len(deed)
    log = direct(store).log.entries(1)
    assert len(log) == lines
    assert [entry.entry for entry in log] == sorted(entry.entry for entry in log)
    taken_back = {entry.undoes for entry in log}
    left = [entry for entry in log if entry.undoes is None and entry.entry not in taken_back]
    assert [(entry.row, entry.liking) for entry in left] == stack
    assert direct(store).log.state(1).head == (log[-1].entry if log else 0)
    assert len(direct(store).log.entries(2)) == 1
    assert direct(store).log.entries(3) == []


def test_many_are_appended_all_or_none(path: Path) -> None:
    store = with_texts(SqliteStore(path))
    with pytest.raises(UnknownName, match="removed before it was judged, and nothing was recorded"):
        direct(store).log.append(1, [Verdict(1, "like", 1.0), Verdict(99, "like", 1.0)])
    assert direct(store).log.entries(1) == []


def test_an_entry_comes_back_as_it_was_told(path: Path) -> None:
    before = datetime.now(UTC)
    _, made, _ = direct(with_texts(SqliteStore(path))).log.append(
        1, [Verdict(2, "rating", 0.1), Verdict(3, "skip", None)]
    )
    assert direct(SqliteStore(path)).log.entries(1) == made
    assert [(entry.row, entry.kind, entry.liking, entry.weight) for entry in made] == [
        (2, "rating", 0.1, 1.0),
        (3, "skip", None, 1.0),
    ]
    assert all(before <= entry.given_at <= datetime.now(UTC) for entry in made)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda store: direct(store).log.append(1, [Verdict(1, "like", 1.5)]),
        lambda store: direct(store).log.append(1, [Verdict(1, "love", 1.0)]),  # type: ignore[arg-type]
        lambda store: direct(store).log.append(1, [Verdict(1, "like", None)]),
    ],
)
def test_the_store_takes_no_line_that_cannot_be(wrong: Callable[[SqliteStore], object]) -> None:
    with pytest.raises(IntegrityError):
        wrong(with_texts(SqliteStore(":memory:")))


def test_predictions_come_back_with_their_entries_and_can_be_made_anew(path: Path) -> None:
    store = with_texts(SqliteStore(path))
    said = Prediction("bayes,margin", b"\x00\x00\x80?" * 2)
    _, made, _ = direct(store).log.append(
        1, [Verdict(1, "like", 1.0), Verdict(2, "skip", None)], [said, None]
    )
    direct(store).log.append(2, [Verdict(1, "like", 1.0)], [Prediction("bayes", b"\x00" * 4)])
    assert direct(SqliteStore(path)).log.predictions(1) == {made[0].entry: said}
    other = said._replace(tastes="margin,bayes")
    direct(store).log.replace_predictions(1, {made[0].entry: other})
    assert direct(store).log.predictions(1) == {made[0].entry: other}
    assert len(direct(store).log.predictions(2)) == 1


def test_a_taste_that_was_removed_takes_no_judgement() -> None:
    store = with_texts(SqliteStore(":memory:"))
    direct(store).readers.remove("ann")
    with pytest.raises(UnknownName, match="removed"):
        direct(store).log.append(1, [Verdict(1, "like", 1.0)])
    with pytest.raises(UnknownName, match="removed"):
        direct(store).log.undo(1)


def test_a_weight_is_kept() -> None:
    store = with_texts(SqliteStore(":memory:"))
    (entry,) = direct(store).log.append(1, [Verdict(1, "like", 1.0, 0.25)]).entries
    assert entry.weight == direct(store).log.entries(1)[0].weight == 0.25
    with pytest.raises(IntegrityError):
        direct(store).log.append(1, [Verdict(1, "like", 1.0, 0.0)])


REQUESTS = st.tuples(
    st.integers(1, 2),  # the taste
    st.none() | st.sampled_from("abc"),  # the key
    st.just("undo") | st.lists(st.tuples(st.integers(1, 5), LIKINGS), max_size=3),
)


@pytest.mark.slow
@given(requests=st.lists(REQUESTS, max_size=15))
def test_a_request_that_comes_again_records_nothing(
    requests: list[tuple[int, str | None, str | list[tuple[int, float | None]]]],
) -> None:
    """Each is sent twice: with a key the second is answered like the first."""
    store = with_texts(SqliteStore(":memory:"))
    used: dict[tuple[int, str], bool] = {}
    with store.writing() as tables:
        for taste, key, request in requests:
            undo = isinstance(request, str)
            if key and used.setdefault((taste, key), undo) != undo:
                with pytest.raises(BadValue, match=r"give each request a key of its own"):
                    send(tables, taste, key, request)
                continue
            before = tables.log.entries(taste)
            first = send(tables, taste, key, request)
            after = tables.log.entries(taste)
            assert after == before if first.repeated else after[: len(before)] == before
            assert first.head_before == (before[-1].entry if before else 0)
            if key:
                second = send(tables, taste, key, request)
                assert second.repeated
                assert second[1:-1] == first[1:-1]
                assert second.head_before == tables.log.state(taste).head
                assert tables.log.entries(taste) == after


def send(
    tables: Tables, taste: int, key: str | None, request: str | list[tuple[int, float | None]]
) -> Appended | Undone:
    if isinstance(request, str):
        return tables.log.undo(taste, key=key)
    verdicts = [Verdict(row, "skip" if liking is None else "rating", liking) for row, liking in request]
    return tables.log.append(taste, verdicts, key=key)


def test_what_was_forgotten_is_not_recorded_again_by_its_key() -> None:
    store = with_texts(SqliteStore(":memory:"))
    verdicts = [Verdict(1, "like", 1.0), Verdict(2, "like", 1.0)]
    with store.writing() as tables:
        tables.log.append(1, verdicts, key="a")
        tables.log.undo(1, key="b")
        tables.texts.remove([2], forget=True)
        assert [entry.row for entry in tables.log.append(1, verdicts, key="a").entries] == [1]
        assert tables.log.undo(1, key="b") == (1, None, None, True)
        assert len(tables.log.entries(1)) == 1
        tables.readers.remove("ann")


def test_the_log_can_be_followed_from_an_entry_on() -> None:
    store = with_texts(SqliteStore(":memory:"))
    made = Prediction("bayes", b"\x00" * 4)
    for row in (1, 2, 3):
        direct(store).log.append(1, [Verdict(row, "like", 1.0)], [made])
    assert [entry.row for entry in direct(store).log.entries(1, after=1)] == [2, 3]
    assert set(direct(store).log.predictions(1, after=2)) == {3}
    assert direct(store).log.entries(1, after=3) == []


def test_many_writers_take_back_last_in_first_out(path: Path) -> None:
    """Each undo takes back the newest that stood when it was recorded, and none is taken back twice."""
    with_texts(SqliteStore(path)).close()

    def work(number: int) -> None:
        store = SqliteStore(path)
        for turn in range(10):
            if (turn + number) % 3:
                direct(store).log.append(1, [Verdict(number, "like", 1.0)])
            else:
                direct(store).log.undo(1)
        store.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log, stack = direct(SqliteStore(path)).log.entries(1), list[int]()
    for entry in log:
        if entry.undoes is None:
            stack.append(entry.entry)
        else:
            assert stack.pop() == entry.undoes
    assert sum(entry.undoes is None for entry in log) == 27
