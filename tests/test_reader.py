from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palate.errors import BadValue, PalateError, UnknownName
from palate.library import Library
from palate.parts import Encoder
from palate.reader import Reader
from palate.sample import SAMPLE
from palate.store.log import LogTable
from palate.store.texts import TextTable
from palate.taste.bayes import BayesTaste
from palate.taste.choose import TASTES
from palate.taste.neighbour import NeighbourTaste
from palate.text import Text
from palate.value import Hit

VERDICTS = st.sampled_from(["like", "dislike", "skip", 0.5, -0.25, 0.0])


def bits(hits: list[Hit]) -> list[tuple[str, float, float]]:
    return [(hit.text.id, hit.value.mean, hit.value.sd) for hit in hits]


def before_next(patch: pytest.MonkeyPatch, owner: Any, name: str, deed: Callable[[], object]) -> None:
    """Let a deed, as of another process, come just before the next call of a method."""
    method = getattr(owner, name)

    def call(*args: Any, **more: Any) -> Any:
        patch.undo()
        deed()
        return method(*args, **more)

    patch.setattr(owner, name, call)


@pytest.fixture
def filled(library: Library, papers: list[Text]) -> Library:
    library.add(papers)
    return library


def test_without_feedback_the_newest_come_first(filled: Library, papers: list[Text]) -> None:
    hits = filled.reader().rank(20)
    assert [hit.text.id for hit in hits] == [text.id for text in papers[::-1]]
    assert {hit.value.score for hit in hits} == {8}, "as rare as likes usually are"


def test_what_the_reader_wrote_moves_the_ranking(static: Encoder, papers: list[Text]) -> None:
    with Library(":memory:") as library:
        library.add(papers)
        for subject, wrote in (
            ("cats", "cats and kittens"),
            ("bonds", "bonds, investors, inflation"),
            ("search", "search, ranking, retrieval"),
        ):
            likes, dislikes = (
                library.reader(f"{subject} +", likes=wrote),
                library.reader(f"{subject} -", dislikes=wrote),
            )
            assert {hit.text.id.split("-")[0] for hit in likes.rank(3)} == {subject}
            assert subject not in {hit.text.id.split("-")[0] for hit in dislikes.rank(6)}


def test_a_shorter_ranking_is_the_top_of_a_longer_one(filled: Library) -> None:
    me = filled.reader("me", likes="cats")
    me.judge_many([("cats-1", "like"), ("bonds-1", "dislike"), ("bonds-2", "skip")])
    whole = me.rank(99)
    assert len(whole) == 9
    for limit in (1, 2, 5, 9):
        assert [hit.text.id for hit in me.rank(limit)] == [hit.text.id for hit in whole[:limit]]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["bayes", "profile"])
@settings(max_examples=15)
@given(
    deeds=st.lists(
        st.one_of(st.tuples(st.integers(0, 11), VERDICTS), st.sampled_from(["undo", "rank", "ask"])),
        max_size=12,
    )
)
def test_a_taste_is_what_stands_in_its_log_and_nothing_else(
    kind: str, deeds: list[Any], words: Encoder, papers: list[Text]
) -> None:
    """Judging again, taking back and looking in between leave the bits of a reader who gave the verdicts that
    stand, at once.
    """
    with Library(":memory:", encoder="words") as library:
        library.add(papers)
        me, stack = library.reader("me", likes="cats", dislikes="bonds", kind=kind), list[tuple[str, Any]]()
        for deed in deeds:
            if deed == "undo":
                undone = me.undo()
                assert (undone and undone.text_id) == (stack.pop()[0] if stack else None)
            elif deed == "rank":
                me.rank()
            elif deed == "ask":
                me.ask(2)
            else:
                text_id = papers[deed[0]].id
                assert me.judge(text_id, deed[1]).text_id == text_id
                stack.append((text_id, deed[1]))
        once = library.reader("once", likes="cats", dislikes="bonds", kind=kind)
        once.judge_many(stack)
        assert bits(me.rank(20, all=True)) == bits(once.rank(20, all=True))
        assert bits(me.rank(20)) == bits(once.rank(20))
        last = dict(stack)
        assert {judged.text_id: judged.kind for judged in me.judged()} == {
            judged.text_id: judged.kind for judged in once.judged()
        }
        assert {judged.text_id for judged in me.judged()} == set(last)
        assert {hit.text.id for hit in me.rank(20)} == {text.id for text in papers} - set(last)


def test_taking_everything_back_is_as_if_nothing_had_been_judged(filled: Library) -> None:
    me = filled.reader("me", likes="cats")
    before = bits(me.rank(20))
    for text_id, verdict in (
        ("cats-1", "like"),
        ("bonds-1", "dislike"),
        ("cats-1", "dislike"),
        ("search-1", "skip"),
        ("bonds-2", 0.5),
    ):
        me.judge(text_id, verdict)
    undone = [me.undo() for _ in range(6)]
    assert [one and (one.text_id, one.kind) for one in undone] == [
        ("bonds-2", "rating"),
        ("search-1", "skip"),
        ("cats-1", "dislike"),
        ("bonds-1", "dislike"),
        ("cats-1", "like"),
        None,
    ]
    assert bits(me.rank(20)) == before
    assert me.judged() == []


def test_a_new_verdict_replaces_the_old_one_and_taking_it_back_restores_it(filled: Library) -> None:
    me = filled.reader()
    me.judge("cats-1", "like")
    liked = bits(me.rank(20, all=True))
    me.judge("cats-1", "dislike")
    assert [(judged.text_id, judged.kind) for judged in me.judged()] == [("cats-1", "dislike")]
    assert bits(me.rank(20, all=True)) != liked
    me.undo()
    assert bits(me.rank(20, all=True)) == liked


def test_a_skipped_text_counts_as_seen_and_teaches_nothing(filled: Library) -> None:
    me, other = filled.reader("me"), filled.reader("other")
    for reader in (me, other):
        reader.judge("cats-1", "like")
    feedback = me.judge("bonds-1", "skip")
    assert (feedback.kind, feedback.liking, feedback.entry, feedback.reader) == ("skip", None, 3, "me")
    assert bits(me.rank(20, all=True)) == bits(other.rank(20, all=True))
    assert "bonds-1" not in {hit.text.id for hit in me.rank(20)}
    assert "bonds-1" not in {hit.text.id for hit in me.ask(20)}
    me.judge("cats-1", "skip")
    assert {hit.value.score for hit in me.rank(20, all=True)} == {8}


def test_liking_raises_what_is_like_it(static: Encoder, papers: list[Text]) -> None:
    with Library(":memory:") as library:
        library.add(papers)
        me = library.reader()
        me.judge_many(
            [("search-1", "like"), ("search-2", "like"), ("cats-1", "dislike"), ("bonds-3", "dislike")]
        )
        assert {hit.text.id for hit in me.rank(2)} == {"search-3", "search-4"}


def test_likes_alone_raise_what_is_like_them_above_the_rest(static: Encoder) -> None:
    """A reader who imports what they like, and dislikes nothing yet."""
    with Library(":memory:") as library:
        library.add(SAMPLE)
        texts = list(library.texts())
        wanted = [text for text in texts if text.extra["subject"] == "search and ranking"]
        others = [text for text in texts if text not in wanted]
        gaps = []
        for likes in (1, 5, 15):
            reader = library.reader(f"{likes} likes")
            reader.judge_many([(text.id, "like") for text in wanted[:likes]])
            mean = [np.mean([value.mean for value in reader.value(part)]) for part in (wanted[15:], others)]
            gaps.append(mean[0] - mean[1])
        assert gaps[0] < gaps[1] < gaps[2]
        assert gaps[2] > 0.05


def test_tastes_and_readers_do_not_touch_each_other(filled: Library) -> None:
    readers = [
        filled.reader("ann"),
        filled.reader("ann", taste="work"),
        filled.reader("bob"),
        filled.reader("bob", kind=None),
    ]
    before = bits(readers[1].rank(20))
    readers[0].judge("cats-1", "like")
    assert bits(readers[1].rank(20)) == bits(readers[2].rank(20)) == before
    assert readers[1].undo() is readers[2].undo() is None
    readers[2].judge("bonds-1", "dislike")
    assert [judged.text_id for judged in readers[0].judged()] == ["cats-1"]
    assert [judged.text_id for judged in readers[3].judged()] == ["bonds-1"]
    assert bits(readers[2].rank(20)) == bits(readers[3].rank(20)) != bits(readers[0].rank(20))


@pytest.mark.parametrize("kind", ["bayes", "profile"])
def test_contributions_sum_to_the_logit_of_the_value_that_rank_shows(filled: Library, kind: str) -> None:
    """With an encoder that tells the share of each word, and with one that cannot."""
    me = filled.reader("me", likes="cats", kind=kind)
    me.judge_many([("cats-1", "like"), ("bonds-1", "dislike"), ("search-1", 0.5), ("bonds-2", "skip")])
    for hit in me.rank(20, all=True):
        why = me.why(hit.text.id)
        assert why.hit.text == hit.text
        assert why.hit.value.mean == pytest.approx(hit.value.mean, abs=1e-6)
        assert sum(share.amount for share in why.contributions) == pytest.approx(why.logit, abs=1e-6)
        assert why.logit == pytest.approx(np.log(hit.value.mean / (1 - hit.value.mean)), abs=1e-5)
        assert sum(why.blocks.values()) == pytest.approx(why.logit, abs=1e-6)
        amounts = [abs(share.amount) for share in why.contributions]
        assert amounts == sorted(amounts, reverse=True)
        content = hit.text.content.lower()
        assert all(
            share.name in content or " " in share.name or share.name in {*why.blocks}
            for share in why.contributions
        )


def test_why_names_the_nearest_judged_texts_and_not_the_text_itself(filled: Library) -> None:
    me = filled.reader()
    me.judge_many(
        [("cats-1", "like"), ("cats-2", 0.5), ("bonds-1", "dislike"), ("bonds-2", "skip"), ("search-1", 0.0)]
    )
    why = me.why("cats-1")
    assert [found.text.id for found in why.liked] == ["cats-2"]
    assert [found.text.id for found in why.disliked] == ["bonds-1"]
    why = me.why("search-2", neighbours=1)
    assert (len(why.liked), len(why.disliked)) == (1, 1)
    corpus = filled.corpus()
    rows = [filled.row_of(text_id) for text_id in ("cats-1", "cats-2", "search-2")]
    first, second, search = corpus.vectors(corpus.indices_of(rows))
    cosine = {"cats-1": float(first @ search), "cats-2": float(second @ search)}
    assert why.liked[0].text.id == max(cosine, key=lambda text_id: cosine[text_id])
    assert why.liked[0].similarity == pytest.approx(max(cosine.values()), abs=1e-6)


@pytest.mark.parametrize("kind", ["bayes", "profile"])
def test_a_text_need_not_be_stored_to_have_its_value(filled: Library, kind: str, papers: list[Text]) -> None:
    me = filled.reader("me", likes="cats", kind=kind)
    me.judge_many([("cats-1", "like"), ("bonds-1", "dislike")])
    shown = {hit.text.id: hit.value for hit in me.rank(20, all=True)}
    for text, value, again in zip(
        papers, me.value(papers), me.value([text.content for text in papers]), strict=True
    ):
        assert value == again
        assert value.mean == pytest.approx(shown[text.id].mean, abs=1e-6)
        assert value.sd == pytest.approx(shown[text.id].sd, abs=1e-6)
    (unseen,) = me.value(["Nothing of this was ever stored: quarks."])
    assert 0 < unseen.mean < 1
    assert len(filled.corpus()) == len(papers)


def test_asking_goes_through_all_texts_once(filled: Library, papers: list[Text]) -> None:
    filled.add([Text("copy", papers[0].title, papers[0].body + " Really.")])
    me = filled.reader("me", likes="cats")
    asked = []
    while hits := me.ask(2):
        asked += [hit.text.id for hit in hits]
        me.judge_many([(hit.text.id, ["like", "dislike", "skip"][len(asked) % 3]) for hit in hits])
    assert sorted(asked) == sorted({hit.text.id for hit in me.rank(20, all=True)})
    assert len(asked) == len(set(asked))


def test_it_asks_first_about_what_is_nearest_to_even_odds(filled: Library) -> None:
    me = filled.reader("me", likes="cats")
    me.judge_many([("cats-1", "like"), ("bonds-1", "dislike"), ("search-1", "dislike")])
    everything = me.rank(20)
    asked = [abs(hit.value.mean - 0.5) for hit in me.ask(20, strategy="uncertainty")]
    assert asked == sorted(asked)
    assert asked == pytest.approx(sorted(abs(hit.value.mean - 0.5) for hit in everything), abs=1e-6)


@pytest.mark.parametrize("verdict", ["love", "nan", 2.0, float("nan"), ""])
def test_a_verdict_that_is_none_changes_nothing(filled: Library, verdict: str | float) -> None:
    me = filled.reader()
    with pytest.raises(BadValue):
        me.judge_many([("cats-1", "like"), ("cats-2", verdict)])
    with pytest.raises(UnknownName, match="no text with the id 'dogs-1'"):
        me.judge_many([("cats-1", "like"), ("dogs-1", "like")])
    assert me.judged() == []
    assert me.judge_many([]) == []


def test_feedback_tells_what_was_taken_in(filled: Library) -> None:
    me = filled.reader("ann", taste="work")
    like, rating = me.judge_many([("cats-1", 1), ("bonds-1", "-0.5")])
    assert (like.reader, like.taste, like.text_id, like.kind, like.liking, like.weight) == (
        "ann",
        "work",
        "cats-1",
        "like",
        1.0,
        1.0,
    )
    assert (rating.kind, rating.liking, rating.entry) == ("rating", -0.5, like.entry + 1)
    assert me.judged() == [like, rating]
    assert like.given_at <= rating.given_at
    assert like.given_at.tzname() == "UTC"


def test_the_same_text_twice_in_one_call_has_the_last_verdict(filled: Library) -> None:
    me, once = filled.reader("me"), filled.reader("once")
    me.judge_many([("cats-1", "like"), ("bonds-1", "like"), ("cats-1", "dislike")])
    once.judge_many([("bonds-1", "like"), ("cats-1", "dislike")])
    assert bits(me.rank(20, all=True)) == bits(once.rank(20, all=True))


@pytest.mark.slow
@given(
    first=st.lists(st.tuples(st.integers(0, 11), VERDICTS), max_size=8),
    undone=st.tuples(st.integers(0, 11), VERDICTS),
)
@settings(max_examples=15, deadline=None)
def test_a_contest_that_took_back_its_newest_judgement_never_had_it(
    words: Encoder, papers: list[Text], first: list[tuple[int, str | float]], undone: tuple[int, str | float]
) -> None:
    """Shares, champions and values, to the last bit; also for one who opens the store anew."""
    with Library(":memory:", encoder="words") as library:
        library.add(papers)
        me, other = library.reader("me"), library.reader("other")
        for place, verdict in dict(first).items():
            me.judge(papers[place].id, verdict)
            other.judge(papers[place].id, verdict)
        if undone[0] not in dict(first):
            me.judge(papers[undone[0]].id, undone[1])
            me.undo()
        assert me.contest() == other.contest() == library.reader("me").contest()
        assert bits(me.rank(20)) == bits(other.rank(20)) == bits(library.reader("me").rank(20))


def test_what_a_contest_predicted_is_kept_and_can_be_measured_again(filled: Library) -> None:
    me = filled.reader()
    me.judge_many([("cats-1", "like"), ("bonds-1", "dislike"), ("cats-2", "like"), ("bonds-2", "skip")])
    before = me.contest()
    assert [place.n for place in before] == [3] * len(before)
    assert sum(place.share for place in before) == pytest.approx(1)
    me.measure_again()
    assert me.contest() == before
    with filled.workspace.store.writing() as tables:
        tables.connection.exec_driver_sql("delete from prediction")
    forgetful = filled.reader()
    assert [place.n for place in forgetful.contest()] == [0] * len(before)
    forgetful.measure_again()
    assert forgetful.contest() == before


def test_one_member_can_be_pinned_and_let_go(filled: Library) -> None:
    me = filled.reader()
    me.judge_many([("cats-1", "like"), ("bonds-1", "dislike")])
    blended = bits(me.rank(20))
    me.serve("scaled")
    assert {place.name: place.share for place in filled.reader().contest()}["scaled"] == 1.0
    assert bits(me.rank(20)) == bits(filled.reader().rank(20)) != blended
    me.serve("blend")
    assert bits(me.rank(20)) == blended
    with pytest.raises(UnknownName, match="blend, champion"):
        me.serve("nobody")


@pytest.fixture
def libraries(words: Encoder, path: Path, papers: list[Text]) -> Iterator[tuple[Library, Library]]:
    """Two libraries on one file."""
    with Library(path, encoder="words") as one, Library(path) as other:
        one.add(papers)
        yield one, other


@pytest.fixture
def two(libraries: tuple[Library, Library]) -> tuple[Reader, Reader]:
    """The same reader in two libraries on one file."""
    one, other = libraries
    return one.reader("me"), other.reader("me")


@pytest.mark.parametrize("first", ["rank", "nothing"])
def test_a_judgement_of_another_process_while_one_is_given_is_learned_too(
    libraries: tuple[Library, Library],
    two: tuple[Reader, Reader],
    monkeypatch: pytest.MonkeyPatch,
    first: str,
) -> None:
    mine, theirs = two
    if first == "rank":
        mine.rank()
    before_next(
        monkeypatch, libraries[0].workspace.store, "writing", lambda: theirs.judge("bonds-1", "dislike")
    )
    mine.judge("cats-1", "like")
    assert [judged.text_id for judged in mine.judged()] == ["bonds-1", "cats-1"]
    assert bits(mine.rank(20)) == bits(theirs.rank(20))


def test_a_text_that_another_process_adds_and_judges_in_between_breaks_nothing(
    libraries: tuple[Library, Library], two: tuple[Reader, Reader], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the log is read, but after the texts were."""
    mine, theirs = two

    def other() -> None:
        libraries[1].add([Text("new", "", "a new cat that nobody knew")])
        theirs.judge("new", "like")

    before_next(monkeypatch, LogTable, "entries", other)
    mine.rank()
    assert [judged.text_id for judged in mine.judged()] == ["new"]
    assert bits(mine.rank(20, all=True)) == bits(theirs.rank(20, all=True))


def test_a_text_that_another_process_adds_during_a_search_breaks_nothing(
    libraries: tuple[Library, Library], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs = libraries
    before_next(monkeypatch, TextTable, "with_word", lambda: theirs.add([Text("new", "", "zebra crossing")]))
    assert len(mine.find("zebra", limit=20)) >= 12
    assert mine.find("zebra")[0].text.id == "new"


def test_a_reader_that_was_removed_is_told_so(filled: Library) -> None:
    me = filled.reader("me")
    me.judge("cats-1", "like")
    filled.remove_reader("me")
    with pytest.raises(PalateError):
        me.judge("cats-2", "like")


def test_a_new_reader_of_a_removed_ones_name_starts_afresh(filled: Library) -> None:
    filled.reader("me").judge_many([("cats-1", "like"), ("cats-2", "dislike")])
    filled.remove_reader("me")
    assert {hit.value.score for hit in filled.reader("me").rank(20)} == {8}


def test_broken_unicode_in_what_a_reader_wrote_is_mended(library: Library) -> None:
    """A shell gives bytes that are no UTF-8 as lone surrogates."""
    library.add(["one cat"])
    me = library.reader("me\udcff", likes="cats \ud800", dislikes="\udfff")
    assert len(me.rank()) == 1
    assert library.reader("me\udcff", create=False).name == me.name


def test_a_reader_says_how_many_judgements_no_longer_weigh_in(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library(":memory:")
    library.add([f"text number {number} about {'cats' if number % 2 else 'dogs'}" for number in range(7)])
    monkeypatch.setitem(TASTES, "neighbour", lambda _: NeighbourTaste({"semantic": 1.0}, max_judgements=4))
    monkeypatch.setitem(TASTES, "bayes", lambda _: BayesTaste({"semantic": 1.0}, max_judgements=4))
    one, other = library.reader("one", kind="neighbour"), library.reader("other", kind="bayes")
    for place, hit in enumerate(one.rank(7)):
        for each in (one, other):
            each.judge(hit.text.id, "like")
        assert one.dropped == max(0, place - 3)
        assert other.dropped == 0  # its oldest settle, and still count


def test_judgements_of_an_export_are_recorded_once_whatever_came_after(library: Library) -> None:
    library.add([Text.of("Cats sleep.", id="cats"), Text.of("Dogs bark.", id="dogs")])
    me = library.reader()
    stated: list[tuple[str, str | float]] = [("cats", 1.0), ("dogs", "dislike"), ("cats", 1.0)]
    assert [feedback.text_id for feedback in me.judge_new(stated)] == ["cats", "dogs"]
    me.judge("cats", -0.5)
    me.undo()
    me.undo()
    assert me.judge_new(stated) == []
    assert [(each.text_id, each.liking) for each in me.judged()] == [("cats", 1.0)]
    assert [each.text_id for each in me.judge_new([("dogs", 0.5)])] == ["dogs"]
