import math
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.errors import BadValue
from palate.feedback import parse_liking, standing


@given(liking=st.floats(-1, 1))
def test_a_number_is_itself_written_or_not(liking: float) -> None:
    kind = {1.0: "like", -1.0: "dislike"}.get(liking, "rating")
    assert parse_liking(liking) == parse_liking(repr(liking)) == (kind, liking)


@given(liking=st.floats(allow_nan=False).filter(lambda liking: not -1 <= liking <= 1))
def test_a_number_out_of_range_is_refused(liking: float) -> None:
    with pytest.raises(BadValue, match="from -1"):
        parse_liking(liking)


@pytest.mark.parametrize("verdict", [math.nan, "nan", "NaN", "inf", "-inf", "1.0000001", 2, -2])
def test_nan_and_infinity_are_refused(verdict: str | float) -> None:
    with pytest.raises(BadValue, match="from -1"):
        parse_liking(verdict)


@pytest.mark.parametrize("word", ["", "love", "Like", "likes", " ", "undo", "0,5", "1/2", "0x1", "\0"])
def test_other_words_are_refused_with_the_choices(word: str) -> None:
    with pytest.raises(BadValue, match="say like, dislike, skip or a number"):
        parse_liking(word)


def test_an_integer_too_large_for_a_float_is_refused() -> None:
    with pytest.raises(BadValue):
        parse_liking(10**400)


def test_skip_teaches_nothing_and_zero_is_a_rating() -> None:
    assert parse_liking("skip") == ("skip", None)
    assert parse_liking(0) == parse_liking("0") == ("rating", 0.0)


class MadeEntry(NamedTuple):
    entry: int
    row: int | None
    undoes: int | None = None


@st.composite
def logs(draw: st.DrawFn) -> list[MadeEntry]:
    """A log of judgements of rows 0 to 7; some entries undo one before them that no other has undone."""
    log: list[MadeEntry] = []
    left: list[int] = []
    for step in draw(st.lists(st.integers(-3, 7), max_size=25)):
        number = 2 * len(log) + 3  # numbers of one taste have gaps
        if step >= 0:
            log.append(MadeEntry(number, step))
            left.append(number)
        elif left:
            log.append(MadeEntry(number, None, left.pop(draw(st.integers(0, len(left) - 1)))))
    return log


groups = st.lists(st.integers(0, 3), min_size=8, max_size=8)


def replayed(log: list[MadeEntry], group: list[int]) -> list[int]:
    """Returns the entries that stand: of the log without what was undone, the last of each group."""
    undone = [entry.undoes for entry in log]
    judged = [entry for entry in log if entry.row is not None and entry.entry not in undone]
    stands = []
    for position, entry in enumerate(judged):
        assert entry.row is not None
        later = [group[other.row] for other in judged[position + 1 :] if other.row is not None]
        if group[entry.row] not in later:
            stands.append(entry.entry)
    return stands


@given(log=logs(), group=groups)
def test_the_latest_judgement_of_a_group_stands_in_the_order_of_the_log(
    log: list[MadeEntry], group: list[int]
) -> None:
    found = standing(log, lambda row: group[row])
    assert [entry.entry for entry in found.values()] == replayed(log, group)
    assert all(entry.row is not None and group[entry.row] == key for key, entry in found.items())


@given(log=logs(), group=groups, drawn=st.data())
def test_what_was_taken_back_is_as_if_it_had_never_been(
    log: list[MadeEntry], group: list[int], drawn: st.DataObject
) -> None:
    """Leaving out any undo with its entry changes nothing."""
    undos = [entry for entry in log if entry.undoes is not None]
    chosen = drawn.draw(st.lists(st.sampled_from(undos))) if undos else []
    gone = {entry.entry for entry in chosen} | {entry.undoes for entry in chosen}
    shorter = [entry for entry in log if entry.entry not in gone]
    before, after = standing(log, lambda row: group[row]), standing(shorter, lambda row: group[row])
    assert list(before.items()) == list(after.items())


@given(log=logs())
def test_where_no_text_has_a_copy_each_text_is_its_group(log: list[MadeEntry]) -> None:
    assert list(standing(log, lambda row: row)) == [
        next(entry.row for entry in log if entry.entry == number) for number in replayed(log, list(range(8)))
    ]


def test_a_skip_stands_and_an_undone_skip_gives_back_the_like() -> None:
    """A skip is an entry as any other: of a copy it silences the like of the text, until it is taken back."""
    log = [MadeEntry(1, 4), MadeEntry(2, 5), MadeEntry(3, None, 2)]
    assert standing(log[:2], lambda row: 4) == {4: log[1]}
    assert standing(log, lambda row: 4) == {4: log[0]}
    assert standing([], lambda row: row) == {}
