"""A store moves to another encoder: who reads meanwhile has the old one, wherever it is stopped or killed."""

import multiprocessing
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import palate.workspace.reencoding
from direct import direct
from palate.encoder.cached import CachedEncoder
from palate.errors import UnknownName
from palate.library import Library
from palate.store.health import examine
from palate.text import Text
from palate.workspace.reencoding import encode_missing


@pytest.fixture(autouse=True)
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(palate.workspace.reencoding, "ENCODED_AT_ONCE", 4)


@pytest.fixture
def store(words: Any, path: Path, papers: list[Text]) -> Path:
    """Twelve texts with vectors of "words", and two judgements of a reader without a description."""
    with Library(path, encoder="words") as library:
        library.add(papers)
        library.reader("me").judge_many([("cats-1", "like"), ("bonds-1", "dislike")])
    return path


class Gate:
    """Holds an encoder between two batches until it is let go."""

    def __init__(self) -> None:
        self.waits, self.open = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self.waits.set()
        assert self.open.wait(30)


def ranked(library: Library) -> list[tuple[str, float]]:
    return [(hit.text.id, hit.value.mean) for hit in library.reader("me").rank(50, all=True)]


def lacking(library: Library) -> int:
    return len(
        direct(library.workspace.store).texts.lacking_vector(
            direct(library.workspace.store).encoders.register(library.encoder)
        )
    )


def test_while_a_move_is_under_way_readers_rank_with_the_old_encoder_and_then_with_the_new(
    store: Path, words: Any, wider: Any, tmp_path: Path
) -> None:
    with Library(store) as library, Library(store) as other:
        old = ranked(library)
        wider.before_encoding = gate = Gate()
        library.begin_encoder("wider")
        assert gate.waits.wait(30)
        under_way = library.moving()
        assert under_way is not None
        assert (under_way.name, under_way.done) == ("wider", 0)
        assert ranked(library) == ranked(other) == old
        assert library.encoder is other.encoder is words
        with Library(store) as late:
            assert ranked(late) == old
        gate.open.set()
        library.workspace.encoding.background.wait()
        assert library.moving() is None
        new = ranked(library)
        assert new != old
        assert ranked(other) == new
        assert library.encoder is other.encoder is wider
        library.use_encoder("words")
        assert ranked(other) == ranked(library) == old


def test_a_move_in_the_background_ends_as_one_in_the_foreground(
    store: Path, wider: Any, tmp_path: Path
) -> None:
    with Library(store) as library:
        library.begin_encoder("wider")
        library.workspace.encoding.background.wait()
        aside = ranked(library)
        library.use_encoder("words")
        direct(library.workspace.store).encoders.remove(
            direct(library.workspace.store).encoders.find("wider").encoder_id
        )
        assert library.use_encoder("wider") == 12
        assert ranked(library) == aside


def test_texts_that_come_during_a_move_have_vectors_of_the_encoder_that_is_in_use_after_it(
    store: Path, wider: Any
) -> None:
    with Library(store) as library, Library(store) as other:
        wider.before_encoding = gate = Gate()
        library.begin_encoder("wider")
        assert gate.waits.wait(30)
        assert other.add(["a text that comes late", "and one more"]).added == 2
        gate.open.set()
        library.workspace.encoding.background.wait()
        assert library.corpus() is library.corpus()
        assert library.encoder is wider
        assert lacking(library) == 0
        assert len(ranked(other)) == 14


def test_texts_whose_adding_outlasts_a_move_get_the_new_vectors_too(
    store: Path, words: Any, wider: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("palate.workspace.adding.CHUNK", 1)
    with Library(store) as library, Library(store) as other:
        told: list[int] = []

        def switch(report: Any, total: int) -> None:
            told.append(report.added)
            if report.added == 1:
                other.use_encoder("wider")

        library.add(["a text before it", "a text after it"], progress=switch)
        assert told[:2] == [1, 2]
        assert library.encoder is wider
        assert lacking(library) == 0


def test_closing_stops_a_move_and_the_next_one_goes_on(store: Path, words: Any, wider: Any) -> None:
    with Library(store) as library:
        wider.before_encoding = gate = Gate()
        library.begin_encoder("wider")
        assert gate.waits.wait(30)
        threading.Timer(0.05, gate.open.set).start()
    with Library(store) as library:
        assert library.encoder is words
        assert 0 < len(wider.seen) < 12
        left = 12 - len(wider.seen)
        wider.seen.clear()
        assert library.use_encoder("wider") == left == len(wider.seen)


def test_what_goes_wrong_in_the_background_is_told_when_asked_and_not_to_who_ranks(
    store: Path, wider: Any
) -> None:
    def fail() -> None:
        raise OSError("the model is broken")

    with Library(store) as library:
        old = ranked(library)
        wider.before_encoding = fail
        library.begin_encoder("wider")
        while library.workspace.encoding.background._thread.is_alive():  # type: ignore[union-attr]
            assert ranked(library) == old
        assert ranked(library) == old
        with pytest.raises(OSError, match="the model is broken"):
            library.moving()
        assert library.moving() is None
        with pytest.raises(UnknownName):
            library.begin_encoder("nope")
        assert ranked(library) == old


def test_a_store_in_memory_is_moved_at_once(words: Any, wider: Any, papers: list[Text]) -> None:
    with Library(":memory:", encoder="words") as library:
        library.add(papers)
        library.begin_encoder("wider")
        assert library.encoder is wider
        assert len(ranked(library)) == 12


def test_progress_counts_up_to_all_that_was_lacking(store: Path, wider: Any) -> None:
    with Library(store) as library:
        told: list[tuple[int, int]] = []

        def progress(done: int, total: int) -> None:
            if not told:
                library.add(["a text that comes while others are encoded"])
            told.append((done, total))

        assert library.use_encoder("wider", progress) == 13
        assert told == [(4, 12), (8, 12), (12, 12), (13, 13)]


def test_missing_vectors_are_those_the_encoder_makes(store: Path, wider: Any, papers: list[Text]) -> None:
    with Library(store) as library:
        cached = CachedEncoder(
            wider, library.workspace.store, direct(library.workspace.store).encoders.register(wider)
        )
        assert encode_missing(library.workspace.store, cached) == 12
        assert encode_missing(library.workspace.store, cached) == 0
        rows = range(1, len(papers) + 1)
        vectors = direct(library.workspace.store).vectors.get(cached.encoder_id, rows)
        for row, made in zip(rows, wider.encode([text.content for text in papers]), strict=True):
            assert np.array_equal(vectors[row], made.astype(np.float16))


@pytest.mark.parametrize("batches", [0, 1, 2, 3])
def test_a_store_whose_move_was_killed_ranks_and_the_next_move_goes_on(
    store: Path, words: Any, wider: Any, batches: int
) -> None:
    """SIGKILL while batch number `batches` is encoded, or right after the switch."""
    with Library(store) as library:
        old = ranked(library)
    context = multiprocessing.get_context("fork")
    told, telling = context.Pipe(duplex=False)

    def work() -> None:
        seen = [0]

        def before() -> None:
            if seen[0] == batches:
                telling.send("here")
                threading.Event().wait()
            seen[0] += 1

        wider.before_encoding = before
        with Library(store) as library:
            library.use_encoder("wider")
            telling.send("here")
            threading.Event().wait()

    process = context.Process(target=work, daemon=True)
    process.start()
    assert told.poll(30)
    process.kill()
    process.join()
    assert process.exitcode == -9
    with Library(store) as library:
        assert library.encoder is (wider if batches == 3 else words)
        assert all(finding.ok for finding in examine(library.workspace.store, library.encoder.fingerprint))
        if batches < 3:
            assert ranked(library) == old
        assert library.use_encoder("wider") == 12 - 4 * batches
        assert len(ranked(library)) == 12
