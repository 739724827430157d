from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from direct import direct
from palate.errors import UnknownName
from palate.store.log import Prediction, Verdict, standing_entries
from palate.store.sqlite import SqliteStore
from palate.store.texts import PreparedText
from palate.text import Text

LIKINGS = st.one_of(st.just(None), st.floats(-1, 1))


def with_texts(store: SqliteStore, n: int = 5) -> SqliteStore:
    direct(store).texts.add(
        [PreparedText(Text.of(f"text {row}"), b"", b"", [], None) for row in range(1, n + 1)], 1
    )
    for reader in ("ann", "bob"):
        direct(store).readers.add(reader, "main", kind="bayes", likes="", dislikes="")
    return store


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
    assert [(entry.row, entry.liking) for entry in standing_entries(log)] == stack
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
        lambda store: direct(store).log.append(1, [Verdict(1, "love", 1.0)]),  # type: ignore[list-item]
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
