"""A store with many readers uses them: two planted camps over made-up texts, whose words say nothing of who
likes what.
"""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array

from direct import direct
from palate.errors import StoreBusy
from palate.evaluation.metrics import auc
from palate.feature.crowd import make_crowd
from palate.feature.terms import hash_terms
from palate.features import Block
from palate.feedback import standing
from palate.library import Library
from palate.parts import Encoder, Matrix, Vector
from palate.store.crowd import CrowdTable, StoredCrowd
from palate.store.log import Verdict
from palate.workspace.corpus import Corpus
from palate.workspace.crowd import CrowdSummary

N = 30
TEXTS = [{"id": f"t{n}", "text": f"word{n} topic{n // 2} matter{n // 2 % 4}"} for n in range(N)]
BEST = [25, 28]  # all like them


def likes(camp: int, n: int) -> bool:
    return n in BEST or n % 2 == camp


def fill(library: Library, readers: int = 8, each: int = 15, dislikes: bool = True) -> None:
    """Half of the readers like odd texts and half even ones; all like the BEST."""
    if not direct(library.workspace.store).state().last_row:
        library.add(TEXTS)
    for number in range(readers):
        say(
            library,
            f"r{number}",
            number % 2,
            np.random.default_rng(number).permutation(N)[:each].tolist(),
            dislikes,
        )


def say(library: Library, name: str, camp: int, places: list[int], dislikes: bool = True) -> None:
    """Judgements that go past the tastes, which would take their time."""
    verdicts = [(n + 1, likes(camp, n)) for n in places]  # rows count from 1
    entries = [
        Verdict(row, "like" if liked else "dislike", 1.0 if liked else -1.0)
        for row, liked in verdicts
        if liked or dislikes
    ]
    direct(library.workspace.store).log.append(library.reader(name).taste_id, entries)


def values(library: Library, name: str = "new", kind: str | None = "bayes") -> dict[str, float]:
    return {hit.text.id: hit.value.mean for hit in library.reader(name, kind=kind).rank(limit=100, all=True)}


def odds(corpus: Corpus) -> Vector:
    crowd = corpus.space.crowd
    assert crowd is not None
    return np.asarray(crowd.block.astype(np.float64) @ crowd.prior)


def dense(corpus: Corpus) -> Matrix:
    return whole(corpus.features(np.arange(len(corpus))).blocks["crowd"])


def whole(block: Block) -> Matrix:
    return np.asarray(block.toarray() if isinstance(block, csr_array) else block)


@pytest.fixture
def camps(words: Encoder) -> Iterator[Library]:
    """In memory, so that a crowd is there when the call that finds it due returns."""
    with Library(":memory:", encoder="words") as library:
        fill(library)
        yield library


@pytest.fixture
def stored(words: Encoder, path: Path) -> Path:
    """A closed store with a crowd that was learned."""
    with Library(path, encoder="words") as library:
        fill(library)
        assert library.refresh_crowd() is not None
    return path


# --- what it does for a reader


def test_a_reader_who_said_nothing_gets_exactly_what_the_crowd_expects(camps: Library) -> None:
    corpus = camps.corpus()
    expected = 1 / (1 + np.exp(-odds(corpus)))
    found = values(camps)
    np.testing.assert_allclose([found[f"t{n}"] for n in range(N)], expected, atol=1e-12)


@pytest.mark.parametrize("kind", ["bayes", "contest"])
def test_before_the_first_judgement_what_all_like_comes_first(camps: Library, kind: str) -> None:
    assert set(list(values(camps, kind=kind))[:2]) == {f"t{n}" for n in BEST}


@pytest.mark.parametrize("camp", [0, 1])
@pytest.mark.parametrize("dislikes", [True, False])
def test_after_three_likes_the_ranking_follows_the_camp(words: Encoder, camp: int, dislikes: bool) -> None:
    """Content alone cannot tell: an odd text has its words in common with even ones."""

    def judged(library: Library) -> float:
        reader = library.reader("new")
        reader.judge_many([(f"t{n}", "like") for n in (camp, camp + 2, camp + 4)])
        left = {hit.text.id: hit.value.mean for hit in reader.rank(limit=100)}
        places = [n for n in range(N) if f"t{n}" in left and n not in BEST]
        return auc(np.array([likes(camp, n) for n in places]), np.array([left[f"t{n}"] for n in places]))

    with Library(":memory:", encoder="words") as alone, Library(":memory:", encoder="words") as together:
        alone.add(TEXTS)
        fill(together, readers=20, dislikes=dislikes)
        crowd = together.corpus().space.crowd
        assert crowd is not None
        assert isinstance(crowd.block, csr_array) is not dislikes
        assert judged(together) > max(0.9, judged(alone) + 0.2)


# --- privacy


def test_what_a_private_reader_says_changes_nothing_for_others(words: Encoder) -> None:
    found = []
    for said in (False, True):
        with Library(":memory:", encoder="words") as library:
            fill(library)
            library.reader("ann", private=True)
            if said:
                say(library, "ann", 0, list(range(N)))
            library.refresh_crowd()
            found.append([values(library, kind="contest"), library.crowd()])
    assert found[0] == found[1]
    assert found[0][1] == CrowdSummary(8, 8 * 15, 0)


def test_a_private_reader_sees_what_the_others_think(camps: Library) -> None:
    camps.reader("ann", private=True)
    assert (
        values(
            camps,
            "ann",
            "bayes" if direct(camps.workspace.store).readers.find("ann", "main") is None else None,
        )["t25"]
        > 0.6
    )


@pytest.mark.parametrize(
    "leave",
    [
        lambda library: direct(library.workspace.store).readers.remove("r0"),
        lambda library: library.reader("r0", private=True),
    ],
)
def test_a_reader_who_leaves_is_forgotten_at_once(words: Encoder, leave: Callable[[Library], object]) -> None:
    with Library(":memory:", encoder="words") as library, Library(":memory:", encoder="words") as never:
        fill(library)
        fill(never)
        never.reader("r0", private=True)
        before = values(library)
        leave(library)
        assert library.crowd() is None
        assert values(library) == values(never) != before
        assert library.crowd() == CrowdSummary(7, 7 * 15, 0)


def test_a_crowd_that_was_begun_with_a_reader_who_has_left_is_not_stored(camps: Library) -> None:
    camps.corpus()
    stored = direct(camps.workspace.store).crowd.get()
    assert stored is not None
    entries = len(direct(camps.workspace.store).crowd.public_log().entries)
    direct(camps.workspace.store).readers.keep_private("r0", True)
    assert not direct(camps.workspace.store).crowd.put(stored, entries)
    assert direct(camps.workspace.store).crowd.get() is None


def test_other_readers_in_the_crowd_of_another_process_are_noticed(stored: Path) -> None:
    """Also where the log ends at the same entry, the readers are as many and the bytes as long."""
    with Library(stored) as library, Library(stored) as other:
        other.reader("r0", private=True)
        other.refresh_crowd()
        before = odds(library.corpus())
        other.reader("r0", private=False)
        other.reader("r2", private=True)
        other.refresh_crowd()
        assert (
            direct(library.workspace.store).crowd.state().stored
            == direct(other.workspace.store).crowd.state().stored
        )
        assert not np.array_equal(odds(library.corpus()), before)


# --- when there is one


@pytest.mark.parametrize(
    ("readers", "each", "there"), [(4, 30, False), (5, 4, False), (5, 5, True), (4, 0, False)]
)
def test_it_takes_five_readers_with_five_judgements(
    words: Encoder, readers: int, each: int, there: bool
) -> None:
    with Library(":memory:", encoder="words") as library:
        fill(library, readers, each)
        assert (library.corpus().crowd is not None) is there
        assert (library.refresh_crowd() is not None) is there


def test_tastes_of_one_reader_count_as_one_and_what_was_taken_back_or_skipped_does_not(
    words: Encoder,
) -> None:
    with Library(":memory:", encoder="words") as library:
        fill(library, 4)
        second = library.reader("r0", taste="second").taste_id
        direct(library.workspace.store).log.append(second, [Verdict(row, "like", 1.0) for row in range(1, 7)])
        fifth = library.reader("r5").taste_id
        direct(library.workspace.store).log.append(fifth, [Verdict(row, "like", 1.0) for row in range(1, 6)])
        direct(library.workspace.store).log.undo(fifth)
        direct(library.workspace.store).log.append(
            fifth, [Verdict(row, "skip", None) for row in range(9, 15)]
        )
        assert direct(library.workspace.store).crowd.count_readers(5) == 4
        assert library.corpus().crowd is None
        direct(library.workspace.store).log.append(fifth, [Verdict(8, "like", 1.0)])
        assert library.corpus().crowd is not None
        assert library.crowd() == CrowdSummary(5, 4 * 15 + 6 + 5, 0)


@pytest.mark.parametrize(("more", "anew"), [(19, False), (20, True)])
def test_of_a_short_log_twenty_more_entries_make_it_stale(camps: Library, more: int, anew: bool) -> None:
    first = camps.corpus()
    say(camps, "later", 0, list(range(more)))
    assert (camps.corpus() is not first) is anew
    heard = camps.crowd()
    assert heard is not None
    assert heard.since == (0 if anew else more)


def test_of_a_long_log_a_tenth_makes_it_stale_and_private_judgements_do_not(words: Encoder) -> None:
    with Library(":memory:", encoder="words") as library:
        fill(library, 10, 30)
        first = library.corpus()
        library.reader("ann", private=True)
        library.refresh_crowd()
        first = library.corpus()
        for name in ("ann", "later"):
            say(library, name, 0, list(range(30)))
            assert library.corpus() is first
        say(library, "last", 0, [0])
        assert library.corpus() is not first


def test_nothing_new_is_the_same_corpus(camps: Library) -> None:
    assert camps.corpus() is camps.corpus()
    heard = camps.refresh_crowd()
    assert heard == camps.crowd()


def test_another_encoder_has_another_crowd(camps: Library, wider: Encoder) -> None:
    before = camps.corpus()
    camps.use_encoder("wider")
    assert camps.crowd() is None
    after = camps.corpus()
    assert camps.crowd() == CrowdSummary(8, 120, 0)
    assert odds(after)[BEST].min() > np.median(odds(after))
    assert not np.array_equal(odds(after), odds(before))


# --- texts that come later, and near-copies


@pytest.mark.parametrize("dislikes", [True, False])
def test_texts_that_come_later_leave_the_others_as_they_were(words: Encoder, dislikes: bool) -> None:
    with Library(":memory:", encoder="words") as library:
        fill(library, dislikes=dislikes)
        before = library.corpus()
        content = ["word25 topic12 matter0", "word3 nothing else", "something new"]
        foreign = before.space.features(library.encode(content), hash_terms(content)).blocks["crowd"]
        library.add([{"id": f"later{n}", "text": text + " indeed"} for n, text in enumerate(content)])
        library.add([{"id": f"other{n}", "text": f"talk{n} word{n % 5}"} for n in range(40)])
        after = library.corpus()
        assert after is not before
        old, new = dense(before), dense(after)
        assert np.array_equal(new[:N], old)
        assert new.shape == (N + 43, old.shape[1])
        again = after.space.features(library.encode(content), hash_terms(content)).blocks["crowd"]
        np.testing.assert_allclose(whole(again), whole(foreign), atol=2e-5)


def test_a_near_copy_thinks_as_the_first_of_its_group(words: Encoder) -> None:
    long = " ".join(f"long{n}" for n in range(40))
    with Library(":memory:", encoder="words") as library:
        library.add([*TEXTS, {"id": "first", "text": long + " one"}, {"id": "copy", "text": long + " two"}])
        fill(library)
        for number in range(8):
            direct(library.workspace.store).log.append(
                library.reader(f"r{number}").taste_id, [Verdict(library.row_of("copy"), "like", 1.0)]
            )
        corpus = library.corpus()
        first, copy = corpus.index_of(library.row_of("first")), corpus.index_of(library.row_of("copy"))
        assert corpus.representatives[copy] == corpus.rows[first]
        assert np.array_equal(dense(corpus)[first], dense(corpus)[copy])
        assert odds(corpus)[first] > np.median(odds(corpus))


@pytest.mark.parametrize("gone", [["t3"], ["t29"], ["first"], ["copy"], ["first", "copy"]])
def test_of_a_removed_group_nothing_is_learned_and_of_one_that_goes_on_all(
    words: Encoder, path: Path, gone: list[str]
) -> None:
    """The same whether what was removed is still in a segment, as in memory, or not, as in a file."""
    long, crowds = " ".join(f"long{n}" for n in range(40)), []
    for where in (path, ":memory:"):
        with Library(where, encoder="words") as library:
            library.add(
                [*TEXTS, {"id": "first", "text": f"{long} one"}, {"id": "copy", "text": f"{long} two"}]
            )
            fill(library, each=N)
            for number, text_id in enumerate(["first", "copy"] * 4):
                reader, row = library.reader(f"r{number}"), library.row_of(text_id)
                direct(library.workspace.store).log.append(reader.taste_id, [Verdict(row, "like", 1.0)])
            library.remove(gone)
            left = {"t3": 8 * N, "t29": 8 * N, "first": 8 * N + 8, "copy": 8 * N + 8}[gone[0]]
            summary, stored = library.refresh_crowd(), direct(library.workspace.store).crowd.get()
            assert summary == CrowdSummary(8, left - 8 * (len(gone) - 1), 0)
            assert stored is not None
            crowds.append(stored.data)
    assert crowds[0] == crowds[1]


# --- the file, other processes, the thread


def test_it_is_the_same_to_the_bit_when_the_store_is_opened_again(stored: Path) -> None:
    with Library(stored) as library:
        first, said = dense(library.corpus()), values(library)
    with Library(stored) as library:
        assert np.array_equal(dense(library.corpus()), first)
        assert values(library, kind=None) == said


def test_only_the_crowd_is_new_where_no_text_is(stored: Path) -> None:
    with Library(stored) as library, Library(stored) as other:
        before = library.corpus()
        say(other, "r9", 1, list(range(N)))
        other.refresh_crowd()
        after = library.corpus()
        assert after is not before
        assert after.segments == before.segments
        assert not np.array_equal(dense(after), dense(before))
        assert set(after.space.background.average.blocks) == set(after.features(np.zeros(1, np.int64)).blocks)


def test_judging_goes_on_while_it_is_learned_and_the_old_one_serves(
    stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, go_on = threading.Event(), threading.Event()

    def slowly(*args: object) -> object:
        began.set()
        assert go_on.wait(20)
        return make_crowd(*args)  # type: ignore[arg-type]

    monkeypatch.setattr("palate.workspace.crowd.make_crowd", slowly)
    with Library(stored) as library:
        old = library.corpus()
        say(library, "r9", 1, list(range(N)))
        assert library.corpus() is old
        assert began.wait(20)
        reader = library.reader("me", kind="bayes")
        for n in range(3):
            reader.judge(f"t{n}", "like")
        assert library.corpus() is old
        go_on.set()
        library.workspace.crowd.wait()
        assert library.corpus() is not old
        assert len(reader.judged()) == 3
        heard = library.crowd()
        assert heard is not None
        assert (heard.readers, heard.since) == (9, 3)
    with Library(stored) as library:
        entries = direct(library.workspace.store).log.entries(library.reader("me").taste_id)
        assert len(standing(entries, int)) == 3


def test_closing_waits_for_what_is_being_learned(words: Encoder, path: Path) -> None:
    with Library(path, encoder="words") as library:
        fill(library)
        assert library.corpus().crowd is None
    with Library(path) as library:
        assert library.crowd() == CrowdSummary(8, 120, 0)


def test_what_goes_wrong_aside_is_told(words: Encoder, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*args: object) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr("palate.workspace.crowd.make_crowd", wrong)
    library = Library(path, encoder="words")
    fill(library)
    library.corpus()
    with pytest.raises(ZeroDivisionError, match="planted"):
        library.close()


def test_a_busy_store_keeps_its_old_crowd(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Library(stored) as library:
        before = library.crowd()
        assert before is not None

        def busy(table: CrowdTable, crowd: StoredCrowd, n_entries: int) -> bool:
            raise StoreBusy("another is writing")

        monkeypatch.setattr(CrowdTable, "put", busy)
        say(library, "r9", 1, list(range(N)))
        library.corpus()
    with Library(stored) as library:
        assert library.crowd() == before._replace(since=N)
