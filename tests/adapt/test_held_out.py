"""What the tastes of a store said, gathered as places among its texts."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from palate.adapt.held_out import (
    MAX_UNJUDGED,
    FeedbackDataset,
    TasteHistory,
    gather,
    tastes_of,
    training_feedback,
)
from palate.errors import BadValue, UnknownName
from palate.library import Library
from palate.text import Text

LONG = (
    "the committee met on tuesday in the old town hall to hear how the river had risen over the fields "
    "during spring and what farmers downstream expected the council to repair before harvest began again "
    "under heavier rain than anyone remembered"
)


@pytest.fixture
def store(words: Any, papers: list[Text]) -> Iterator[Library]:
    """Twelve papers, a text and its near-copy."""
    with Library(":memory:", encoder="words") as library:
        library.add([*papers, Text("long", "", LONG), Text("copy", "", LONG.replace("tuesday", "wednesday"))])
        yield library


def said(gathered: FeedbackDataset, taste: int = 0) -> list[tuple[str, float]]:
    """Beginnings of the texts that a taste judged, with its likings, in order."""
    one = gathered.histories[taste]
    return [
        (gathered.contents[place], float(liking))
        for place, liking in zip(one.indices, one.likings, strict=True)
    ]


def test_what_stands_is_gathered_in_the_order_in_which_it_was_said(
    store: Library, papers: list[Text]
) -> None:
    """A verdict that replaces another comes when it was said; skips, what was taken back and near-copies are
    not there.
    """
    me = store.reader("me", likes="cats", dislikes="bonds")
    me.judge_many(
        [("cats-1", "like"), ("bonds-1", "dislike"), ("copy", 0.5), ("cats-2", "skip"), ("cats-1", -0.25)]
    )
    me.judge("cats-3", "like")
    me.undo()
    found = gather(store, tastes_of(store, ["me"]), {}, seed=0)
    contents = {text.id: text.content for text in papers}
    assert said(found) == [(contents["bonds-1"], -1.0), (LONG, 0.5), (contents["cats-1"], -0.25)]
    (one,) = found.histories
    assert (one.reader, one.kind, one.descriptions) == ("me", "contest", (("cats", 1.0), ("bonds", -1.0)))
    assert one.n_learned == 3
    assert one.n_held_out == 0


def test_texts_that_nobody_judged_are_beside_with_their_vectors(store: Library) -> None:
    store.reader("me").judge("cats-1", "like")
    found = gather(store, tastes_of(store, ["me"]), {}, seed=0)
    assert len(found.contents) == 13  # all but the near-copy
    np.testing.assert_array_equal(found.vectors, store.encode(found.contents))
    assert found.hashes[0] == store.text("cats-1").content_hash


def test_no_more_than_a_number_of_them_are(store: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("palate.adapt.held_out.MAX_UNJUDGED", 4)
    store.reader("me").judge_many([("cats-1", "like"), ("search-4", "like")])
    drawn = {gather(store, tastes_of(store, ["me"]), {}, seed=seed).contents for seed in range(8)}
    assert {len(contents) for contents in drawn} == {6}
    assert len(drawn) > 1
    assert gather(store, tastes_of(store, ["me"]), {}, seed=3).contents in drawn
    assert MAX_UNJUDGED > 4


def test_the_latest_quarter_is_held_out(store: Library) -> None:
    ids = [f"{subject}-{part}" for part in (1, 2, 3, 4) for subject in ("cats", "bonds", "search")]
    store.reader("me").judge_many([(id, "like" if id.startswith("cats") else "dislike") for id in ids])
    store.reader("you").judge_many([(id, "like") for id in ids[:7]])
    me, you = gather(store, tastes_of(store, []), {}, seed=0).histories
    assert (me.n_learned, me.n_held_out) == (9, 3)
    assert (you.n_learned, you.n_held_out) == (7, 0)
    both = training_feedback([me, you], 13)
    assert both.readers.tolist() == [0] * 9 + [1] * 7
    assert both.likings.tolist() == [*me.likings[:9], *you.likings]


def test_what_was_begun_is_gathered_once_more_whatever_came_since(store: Library) -> None:
    me = store.reader("me")
    me.judge_many([("cats-1", "like"), ("bonds-1", "dislike")])
    first = gather(store, tastes_of(store, ["me"]), {}, seed=0)
    me.judge_many([("cats-1", "dislike"), ("search-1", "like")])
    me.undo()
    store.add(["a text that comes later"])
    again = gather(
        store, tastes_of(store, ["me"]), {"head": first.last_entry, "last": first.last_row}, seed=0
    )
    assert again.contents == first.contents
    assert said(again) == said(first)
    now = gather(store, tastes_of(store, ["me"]), {}, seed=0)
    assert (len(now.contents), said(now)[-1][1]) == (14, -1.0)


def test_whose_feedback_it_is(store: Library) -> None:
    store.reader("me")
    store.reader("me", taste="news")
    store.reader("you")
    store.reader("other", private=True)
    assert [(row.reader, row.name) for row in tastes_of(store, [])] == [
        ("me", "main"),
        ("me", "news"),
        ("you", "main"),
    ]
    assert [row.reader for row in tastes_of(store, ["you"])] == ["you"]
    with pytest.raises(UnknownName, match=r"no reader called 'nobody' \(there are: me, you, other\)"):
        tastes_of(store, ["me", "nobody"])
    with pytest.raises(
        BadValue, match="'other' is private, and an encoder tuned on it would serve the others too"
    ):
        tastes_of(store, ["other"])


def test_the_only_reader_may_be_private(store: Library) -> None:
    store.reader("me", private=True)
    assert (
        [row.reader for row in tastes_of(store, [])]
        == [row.reader for row in tastes_of(store, ["me"])]
        == ["me"]
    )


def test_unjudged_texts_stand_in_where_there_are_hardly_any_dislikes() -> None:
    """One after each like; those that were said stay in their order, and none is of a text that was
    judged.
    """
    likings = np.array([1.0, 0.5, -1.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    one = TasteHistory("me", "contest", (), np.arange(10, 18), likings, n_learned=6)
    more = one.with_stand_ins(40, np.random.default_rng(0))
    assert more.indices[::2].tolist() == one.indices.tolist()
    assert more.likings[::2].tolist() == likings.tolist()
    assert set(more.likings[1::2]) == {-1.0}
    assert not set(more.indices[1::2]) & set(one.indices)
    assert len(set(more.indices[1::2])) == 8
    assert (more.n_learned, more.n_held_out) == (12, 4)
    few = TasteHistory("me", "contest", (), one.indices, np.where(np.arange(8) < 3, -1.0, 1.0), n_learned=6)
    assert few.with_stand_ins(40, np.random.default_rng(0)) is few
    assert one.with_stand_ins(8, np.random.default_rng(0)).indices[1::2].max() < 8
