import gzip
import io
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Connection, Engine, event

import palate
from direct import direct
from palate.errors import BadSource, BadValue, EncoderChanged, PalateError, UnknownName
from palate.feature.terms import content_terms
from palate.features import Terms
from palate.library import Library
from palate.parts import Encoder
from palate.results import AddReport
from palate.store.health import examine
from palate.text import Text, origin_of
from palate.value import Hit

LONG = (
    "the committee met on tuesday in the old town hall to hear how the river had risen over the fields "
    "during spring and what farmers downstream expected the council to repair before harvest began again "
    "under heavier rain than anyone remembered"
)
NEAR = LONG.replace("tuesday", "wednesday")


def everything(library: Library) -> str:
    """The export, but for the generation in use, which is remade where there is no cache, and the
    checksum.
    """
    out = io.StringIO()
    library.export(out)
    lines = out.getvalue().splitlines(keepends=True)[:-1]
    return "".join(line for line in lines if not line.startswith('{"table": "generation"'))


def bits(hits: list[Hit]) -> list[tuple[str, float, float]]:
    return [(hit.text.id, hit.value.mean, hit.value.sd) for hit in hits]


@contextmanager
def dying_at_commit(number: int) -> Iterator[None]:
    """Every store stops with KeyboardInterrupt just before its write of this number, from 1, is committed."""
    seen = [0]

    def commit(connection: Connection) -> None:
        seen[0] += bool(connection.get_execution_options().get("palate_writes"))
        if seen[0] == number:
            raise KeyboardInterrupt

    event.listen(Engine, "commit", commit)
    try:
        yield
    finally:
        event.remove(Engine, "commit", commit)


def test_texts_are_ranked_judged_ranked_again_explained_and_kept(
    static: Encoder, path: Path, papers: list[Text]
) -> None:
    """The whole way, through the public names alone."""
    with palate.open(path) as library:
        report = library.add(papers)
        assert (report.added, report.known, report.grouped, report.skipped, report.seen) == (12, 0, 0, [], 12)
        assert report.texts_per_s > 0
        me = library.reader("me", likes="cats and kittens", dislikes="finance")
        first = me.rank(limit=4)
        assert {hit.text.id.split("-")[0] for hit in first} == {"cats"}
        assert all(
            isinstance(hit, palate.Hit) and 0 <= hit.value.score <= 100 and hit.group == () for hit in first
        )
        for hit in me.rank(limit=12):
            if hit.text.id in ("search-1", "search-2", "search-4"):
                me.judge(hit.text.id, "like")
            if hit.text.id in ("cats-1", "cats-2", "cats-4"):
                me.judge(hit.text.id, "dislike")
        after = me.rank(limit=12)
        assert after[0].text.id == "search-3"
        assert len(after) == 6
        why = me.why("search-3")
        assert why.liked[0].text.id.startswith("search")
        assert {share.name for share in why.contributions} & {"ranking", "search"}
        assert library.find("yields of government bonds")[0].text.id == "bonds-1"
        said = bits(after)
    with palate.open(str(path)) as library:
        assert bits(library.reader("me", create=False).rank(limit=12)) == said
        assert [judged.kind for judged in library.reader("me").judged()].count("like") == 3


def test_what_was_added_is_known_by_its_words_and_ids_of_the_world(library: Library) -> None:
    first = [
        {"id": "a", "title": "One", "text": "cats sleep"},
        {"title": "Two", "text": "dogs bark", "url": "https://a.org/two?utm_source=x"},
        {"title": "Three on birds", "text": "birds sing", "doi": "10.1000/Birds.3"},
    ]
    assert library.add(first).added == 3
    before = everything(library)
    again = [
        {"id": "x", "title": "One", "text": "cats\n  sleep"},
        {"id": "b", "title": "Two", "text": "", "url": "HTTPS://A.org/two/#top"},
        {"title": "Three on birds", "text": "", "doi": "https://doi.org/10.1000/birds.3."},
    ]
    for source in (first, again, [*again, *again]):
        report = library.add(source)
        assert (report.added, report.known, report.seen) == (0, len(source), len(source))
    assert [known.by for known in library.add(again).known_texts] == [
        "its words",
        "its address",
        "doi:10.1000/birds.3",
    ]
    assert everything(library) == before


def test_texts_that_share_an_id_or_address_but_no_words_are_different_texts(library: Library) -> None:
    first = [{"id": "1", "text": "cats sleep"}, {"text": "dogs bark", "url": "https://a.org/#one"}]
    other = [{"id": "1", "text": "bonds fell"}, {"text": "rain came", "url": "https://a.org/#two"}]
    assert library.add(first).added == library.add(other).added == 2
    assert library.add([*first, *other]).known == 4
    assert library.text("1").body == "cats sleep"


def test_a_new_version_has_the_judgements_of_the_old(path: Path, words: Encoder) -> None:
    """Also for a process that has the old one in memory, and when the new one is replaced in turn."""

    def version(body: str) -> list[Text]:
        return [Text.of(body, title="Whales at sea", id="w", origin=origin_of("https://a.org/feed", "w"))]

    with Library(path, encoder="words") as library, Library(path) as other:
        library.add(
            [*version("Whales sing."), Text.of("Bonds fell.", id="b"), Text.of("Trains run.", id="t")]
        )
        me, me_there = library.reader(), other.reader()
        me.judge("w", "like")
        assert [judged.text_id for judged in me_there.judged()] == ["w"]
        for body in ("Whales and seals sing.", "Whales, seals and gulls sing."):
            report = library.add(version(body))
            assert (report.updated, report.seen) == (1, 1)
            assert library.text("w").body == body
            for reader in (me, me_there, Library(path).reader()):
                assert [(judged.text_id, judged.kind) for judged in reader.judged()] == [("w", "like")]
                assert {hit.text.id for hit in reader.rank()} == {"b", "t"}
                assert {hit.text.body for hit in reader.rank(all=True)} >= {body}
        assert library.n_texts == 3
        assert all(finding.ok for finding in library.examine())
        me_there.judge("w", "dislike")
        assert [(judged.text_id, judged.kind) for judged in me.judged()] == [("w", "dislike")]
        undone = me.undo()
        assert undone is not None
        assert undone.text_id == "w"
        gone = library.remove(["w"], forget=True)
        assert (gone.removed, gone.judged, gone.forgotten) == (1, 1, 2)
        assert me.judged() == []
        assert all(finding.ok for finding in library.examine())


def test_the_judgement_of_an_old_version_teaches_the_new_one_to_another_encoder(
    path: Path, words: Encoder, wider: Encoder
) -> None:
    origin = origin_of("https://a.org/feed", "w")
    with Library(path, encoder="words") as library:
        library.add([Text.of("Whales sing at sea.", title="Whales", id="w", origin=origin)])
        library.add([Text(f"{n}", "", f"Bonds fell {n} times.") for n in range(3)])
        library.reader(kind="bayes").judge("w", "like")
        library.add([Text.of("Whales and gulls sing at sea.", title="Whales", id="w", origin=origin)])
        library.use_encoder("wider")
        told = library.reader().value([library.text("w")])[0].mean
    with Library(":memory:", encoder="wider") as fresh:
        fresh.add([Text("w", "Whales", "Whales and gulls sing at sea.")])
        fresh.add([Text(f"{n}", "", f"Bonds fell {n} times.") for n in range(3)])
        me = fresh.reader(kind="bayes")
        unjudged = me.value([fresh.text("w")])[0].mean
        me.judge("w", "like")
        assert told > unjudged
        assert told == pytest.approx(me.value([fresh.text("w")])[0].mean, abs=0.02)


def test_the_new_version_of_a_text_that_stands_for_a_group_stays_in_it(library: Library) -> None:
    origin = origin_of("https://a.org/feed", "1")
    first = Text.of(LONG, title="Rivers", id="first", origin=origin)
    library.add([first, Text.of(NEAR, title="Rivers", id="copy")])
    me = library.reader()
    me.judge("first", "like")
    report = library.add([Text.of("All other words of farming now.", title="Rivers", id="x", origin=origin)])
    assert report.updated == 1
    assert {hit.text.id: hit.group for hit in me.rank(all=True)} == {"copy": ("copy", "first")}
    assert [judged.text_id for judged in me.judged()] == ["first"]
    assert me.rank() == []
    assert all(finding.ok for finding in library.examine())


def test_ids_tell_under_which_name_a_text_is_there(library: Library) -> None:
    library.add(
        [{"id": "a", "text": "cats sleep"}, {"id": "b", "text": "dogs bark", "url": "https://a.org/two"}]
    )
    asked = [Text("x", "", "not there"), Text("b", "", "other words"), Text("y", "", "cats  sleep")]
    assert library.ids_of(asked) == ["a"]
    assert library.ids_of([]) == []


def test_what_comes_twice_in_one_source_is_added_once(library: Library) -> None:
    report = library.add(["one cat", "one  cat\n", Text("x", "", "two cats"), Text("x", "", "bonds fell")])
    assert (report.added, report.known) == (3, 1)


@pytest.mark.parametrize("apart", [False, True], ids=["in one source", "in two"])
def test_near_copies_are_one_group_that_one_verdict_labels(library: Library, apart: bool) -> None:
    texts = [
        Text("first", "", LONG),
        Text("other", "", "cats and dogs"),
        Text("copy", "", NEAR),
        Text("third", "", LONG + " ever"),
    ]
    grouped = sum(library.add(part).grouped for part in ([texts[:2], texts[2:]] if apart else [texts]))
    assert grouped == 2
    me = library.reader()
    assert {hit.text.id: hit.group for hit in me.rank(all=True)} == {
        "other": (),
        "first": ("first", "copy", "third"),
    }
    me.judge("third", "like")
    assert [hit.text.id for hit in me.rank()] == [hit.text.id for hit in me.ask(5)] == ["other"]
    assert len(me.rank(all=True)) == 2
    library.add([Text("late", "", LONG.replace("repair", "mend"))])
    assert [hit.text.id for hit in me.rank()] == ["other"]
    me.judge("copy", "dislike")
    assert [(judged.text_id, judged.kind) for judged in me.judged()] == [("copy", "dislike")]
    me.undo()
    assert [(judged.text_id, judged.kind) for judged in me.judged()] == [("third", "like")]
    me.undo()
    assert len(me.rank()) == 2


def test_short_texts_and_texts_with_other_words_are_no_copies(library: Library) -> None:
    report = library.add(
        [
            "a cat",
            "the cat",
            LONG,
            LONG.replace("river", "stream").replace("farmers", "growers").upper()[:120],
        ]
    )
    assert (report.added, report.grouped) == (4, 0)


def test_a_source_that_cannot_be_read_to_its_end_leaves_the_store_as_it_was(
    library: Library, tmp_path: Path
) -> None:
    library.add(["one cat"])
    before = everything(library)
    source = tmp_path / "papers.jsonl.gz"
    source.write_bytes(gzip.compress(b'{"text": "two cats"}\n' * 9999)[:-9])
    with pytest.raises(BadSource):
        library.add(source)

    def failing() -> Iterator[str]:
        yield "three cats"
        raise OSError("the network is gone")

    with pytest.raises(OSError, match="gone"):
        library.add(failing())
    assert everything(library) == before


def test_a_stop_keeps_the_chunks_that_were_finished_and_nothing_of_the_next(
    library: Library, papers: list[Text], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("palate.workspace.adding.CHUNK", 5)
    monkeypatch.setattr("palate.workspace.adding.CHUNK_SECONDS", float("inf"))  # no smaller ones when slow
    told: list[tuple[int, int]] = []

    def stop_after_second(report: AddReport, total: int) -> None:
        told.append((report.added, total))
        if len(told) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        library.add(papers, progress=stop_after_second)
    assert told == [(5, 12), (10, 12)]
    assert {hit.text.id for hit in library.reader().rank(20)} == {text.id for text in papers[:10]}
    assert all(finding.ok for finding in examine(library.workspace.store, library.encoder.fingerprint))
    report = library.add(papers)
    assert (report.added, report.known) == (2, 10)


@pytest.mark.parametrize("size", [1, 3])
def test_it_does_not_matter_in_what_chunks_texts_are_added(
    words: Encoder, papers: list[Text], size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Groups, words and vectors are the same, to the byte."""
    texts = [
        papers[0],
        Text("1", "", LONG),
        papers[1],
        Text("2", "", NEAR),
        papers[1],
        papers[2],
        Text("3", "", NEAR + " ever"),
    ]

    def stored() -> list[str]:
        with Library(":memory:", encoder="words") as library:
            report = library.add(texts)
            assert (report.added, report.known, report.grouped) == (4, 1, 2)
            lines = everything(library).splitlines()[1:]
            return [json.dumps({**json.loads(line), "added_at": "", "made_at": ""}) for line in lines]

    at_once = stored()
    monkeypatch.setattr("palate.workspace.adding.CHUNK", size)
    assert stored() == at_once


@pytest.mark.slow
def test_stopping_before_any_commit_of_adding_leaves_a_store_that_opens_and_can_go_on(
    words: Encoder, tmp_path: Path, papers: list[Text], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever transaction was the last, the store is whole, and adding again brings what lacks."""
    monkeypatch.setattr("palate.workspace.adding.CHUNK", 6)
    monkeypatch.setattr("palate.workspace.adding.CHUNK_SECONDS", float("inf"))
    for number in range(1, 100):
        path = tmp_path / f"{number}.db"
        try:
            with dying_at_commit(number), Library(path, encoder="words") as library:
                library.add(papers)
            break
        except KeyboardInterrupt:
            pass
        with Library(path, encoder="words") as library:
            assert len(library.reader().rank(20)) % 6 == 0
            assert all(finding.ok for finding in examine(library.workspace.store, "words:24"))
            library.add(papers)
            assert len(library.reader().rank(20)) == 12
    assert number > 5


def test_stopping_before_any_commit_of_a_move_leaves_a_store_that_opens(
    words: Encoder, wider: Encoder, tmp_path: Path, papers: list[Text]
) -> None:
    """With the old encoder or the new one, and what it knows of both agrees."""
    with Library(tmp_path / "before.db", encoder="words") as library:
        library.add(papers)
    for number in range(1, 100):
        path = tmp_path / f"{number}.db"
        shutil.copy(tmp_path / "before.db", path)
        try:
            with Library(path) as library, dying_at_commit(number):
                library.use_encoder("wider")
            break
        except KeyboardInterrupt:
            pass
        with Library(path) as library:
            assert len(library.reader().rank(20)) == 12
            assert all(
                finding.ok for finding in examine(library.workspace.store, library.encoder.fingerprint)
            )
    assert number > 2


def test_a_store_without_the_stop_words_of_its_texts_gets_them_when_it_is_opened(
    words: Encoder, tmp_path: Path, papers: list[Text], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an older palate left it; also after a stop before any commit of that. Then it is the store that a
    new palate makes.
    """
    monkeypatch.setattr("palate.workspace.workspace.RENEWED_AT_ONCE", 5)
    with Library(tmp_path / "old.db", encoder="words") as library:
        library.add(papers)
        library.reader("me", likes="cats").judge_many([("cats-1", "like"), ("bonds-1", "dislike")])
        said, before = bits(library.reader("me").rank(20)), everything(library)
        encoder_id = direct(library.workspace.store).encoders.register(words)
        columns = direct(library.workspace.store).texts.raw(encoder_id, words.dims, 0, 100)
        terms = content_terms(Terms(columns.ids, columns.counts, columns.starts))
        made = dict(zip(columns.rows.tolist(), terms.to_bytes(), strict=True))
        direct(library.workspace.store).texts.put_terms(made)
        with library.workspace.store.writing() as tables:
            tables.connection.exec_driver_sql("delete from setting where key = 'terms'")
        assert everything(library) != before
    for number in range(1, 100):
        path = tmp_path / f"{number}.db"
        shutil.copy(tmp_path / "old.db", path)
        try:
            with dying_at_commit(number):
                Library(path).close()
            break
        except KeyboardInterrupt:
            pass
        with Library(path) as library:
            assert bits(library.reader("me").rank(20)) == said
            assert everything(library) == before
    assert number == 5  # three of terms, one of the setting
    with Library(path) as library:
        assert everything(library) == before


def test_a_library_opens_with_the_encoder_of_its_store(words: Encoder, wider: Encoder, path: Path) -> None:
    Library(path, encoder="words").close()
    with Library(path) as library:
        assert library.encoder is words
    with pytest.raises(EncoderChanged, match=r"come from words:24, not from wider:31.*encoder use wider"):
        Library(path, encoder="wider")
    with Library(path) as library:
        assert library.encoder is words


def test_a_store_whose_encoder_changed_under_its_name_is_refused(words: Any, path: Path) -> None:
    Library(path, encoder="words").close()
    words.fingerprint = "words:other weights"
    with pytest.raises(EncoderChanged, match="words:other weights"):
        Library(path)
    with Library(path, any_encoder=True) as library:
        library.use_encoder("words")
    Library(path).close()


def test_moving_to_another_encoder_and_back_changes_nothing(
    words: Any, wider: Any, path: Path, papers: list[Text]
) -> None:
    """Every text is encoded anew, tastes are learned anew; the way back needs no encoding, its vectors were
    kept.
    """
    with Library(path, encoder="words") as library:
        library.add(papers)
        me = library.reader("me", likes="cats")
        me.judge_many([("bonds-1", "like"), ("cats-1", "dislike")])
        first = bits(me.rank(20, all=True))
        told: list[tuple[int, int]] = []
        assert library.use_encoder("wider", progress=lambda done, total: told.append((done, total))) == 12
        assert told == [(12, 12)]
        second = bits(me.rank(20, all=True))
        assert second != first
        assert {name for name, *_ in second} == {name for name, *_ in first}
        assert library.find("bonds")
        with Library(path) as other:
            assert other.encoder is wider
            assert bits(other.reader("me").rank(20, all=True)) == second
        words.seen.clear()
        assert library.use_encoder("words") == 0
        assert bits(me.rank(20, all=True)) == first
        assert set(words.seen) <= {"cats"}  # the description


def test_stopping_a_move_leaves_the_library_with_the_old_encoder(
    words: Any, wider: Any, path: Path, papers: list[Text]
) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with Library(path, encoder="words") as library:
        library.add(papers)
        me = library.reader("me", likes="cats")
        before = bits(me.rank(20))
        with pytest.raises(KeyboardInterrupt):
            library.use_encoder("wider", progress=stop)
        assert bits(me.rank(20)) == before
        assert library.find("cats")
        assert library.add(["one more cat"]).added == 1
        assert len(me.rank(20)) == 13
        wider.seen.clear()
        assert library.use_encoder("wider") == 1
        assert wider.seen == ["one more cat"]
    with Library(path) as library:
        assert library.encoder is wider


def test_two_libraries_on_one_file_see_what_the_other_did_at_the_next_call(
    words: Encoder, path: Path, papers: list[Text]
) -> None:
    with Library(path, encoder="words") as one, Library(path) as other:
        mine, theirs = one.reader("me", likes="cats"), other.reader("me")
        one.add(papers[:6])
        assert len(theirs.rank(20)) == 6
        other.add(papers[6:])
        assert len(mine.rank(20)) == 12
        mine.judge("cats-1", "like")
        assert bits(theirs.rank(20)) == bits(mine.rank(20))
        theirs.judge("bonds-1", "dislike")
        theirs.judge("cats-1", 0.25)
        assert bits(theirs.rank(20)) == bits(mine.rank(20))
        assert mine.judged() == theirs.judged()
        undone = mine.undo()
        assert undone
        assert (undone.text_id, undone.liking) == ("cats-1", 0.25)
        assert bits(theirs.rank(20)) == bits(mine.rank(20))
        assert [judged.liking for judged in theirs.judged()] == [1.0, -1.0]
        assert one.find("bonds") == other.find("bonds")


def test_a_text_that_another_adds_while_it_is_encoded_is_known(words: Any, path: Path) -> None:
    """Two `palate add` of the same feed at once: no text twice, none lost, no error."""
    with Library(path, encoder="words") as mine, Library(path) as theirs:

        def other_adds() -> None:
            words.before_encoding = lambda: None
            theirs.add([Text("a", "", "cats sleep"), Text("z", "", LONG)])

        words.before_encoding = other_adds
        report = mine.add([Text("a", "", "cats sleep"), Text("b", "", "dogs bark"), Text("c", "", NEAR)])
        assert (report.added, report.known, report.grouped) == (1, 1, 1)
        assert {hit.text.id: hit.group for hit in mine.reader().rank()} == {"a": (), "z": ("z", "c"), "b": ()}
        assert all(finding.ok for finding in examine(mine.workspace.store, "words:24"))


def test_many_may_add_at_once(words: Encoder, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("palate.workspace.adding.CHUNK", 3)
    Library(path, encoder="words").close()
    failed, added = [], []

    def add(number: int) -> None:
        try:
            with Library(path) as library:
                added.append(
                    library.add(
                        [f"text {n} of all, word{n} again{n * 7}" for n in range(number * 5, number * 5 + 20)]
                    ).added
                )
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=add, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with Library(path) as library:
        assert len(library.reader().rank(99)) == sum(added) == 30
        assert all(finding.ok for finding in examine(library.workspace.store, "words:24"))


def test_a_judgement_of_a_removed_text_can_be_taken_back(library: Library) -> None:
    """It is counted on until then, and the text has no id any more."""
    library.add([Text.of("cats sleep all day", id="cat"), Text.of("bond yields rose", id="bond")])
    me = library.reader("me")
    before = me.rank(9)[0].value
    me.judge("cat", 1)
    library.remove(["cat"])
    assert [ranked.text.id for ranked in me.rank(9)] == ["bond"]
    undone = me.undo()
    assert undone is not None
    assert (undone.text_id, undone.liking) == ("", 1)
    assert me.undo() is None
    assert me.rank(9)[0].value == pytest.approx(before)


def test_of_a_group_that_is_removed_one_judgement_goes_on_standing(library: Library) -> None:
    """A like that a dislike of a near-copy replaced does not come back."""
    long = " ".join(f"long{n}" for n in range(40))
    library.add([{"id": "first", "text": f"{long} one"}, {"id": "copy", "text": f"{long} two"}])
    library.add([f"text {n} of some" for n in range(9)])
    me = library.reader("me")
    me.judge("first", "like")
    me.judge("copy", "dislike")
    before = me.value([long, "text 3 of some"])
    library.remove(["first", "copy"])
    assert me.value([long, "text 3 of some"]) == before


def test_an_empty_library_has_nothing_to_show(library: Library) -> None:
    me = library.reader("me", likes="cats", dislikes="bonds")
    assert not any([me.rank(), me.rank(all=True), me.ask(3), me.judged(), library.find("cats")])
    assert me.undo() is None
    assert me.value([]) == []
    (value,) = me.value(["a cat"])
    assert 0 < value.mean < 1
    with pytest.raises(UnknownName, match="no text with the id 'x'"):
        me.why("x")
    assert library.add([]).added == 0


@pytest.mark.parametrize("content", ["cats", "?!", "the of and", "\0", "中", "\ud800", "́", "a" * 20_000])
def test_a_library_of_one_text_works_whatever_it_says(library: Library, content: str) -> None:
    """Also where it has no word, no word piece, or one no file can hold."""
    library.add([Text.of(content)])
    me = library.reader("me", likes="cats")
    (hit,) = me.rank()
    assert me.why(hit.text.id).hit == hit
    assert [asked.text for asked in me.ask()] == [hit.text]
    assert me.value([hit.text])[0].mean == pytest.approx(hit.value.mean, abs=1e-6)
    me.judge(hit.text.id, "dislike")
    assert me.rank() == []
    assert [found.text for found in library.find(content)] == [hit.text]
    assert library.find_like(hit.text.id) == []


def test_a_text_that_says_nothing_ranks_beside_others(library: Library, papers: list[Text]) -> None:
    library.add([*papers, "…", "---"])
    me = library.reader("me", likes="cats", dislikes="bonds")
    me.judge_many([("cats-1", "like"), ("bonds-1", "dislike")])
    hits = me.rank(20)
    assert len(hits) == 12
    assert all(np.isfinite([hit.value.mean, hit.value.sd]).all() for hit in hits)


def test_find_finds_rare_words_and_meaning(static: Encoder, papers: list[Text]) -> None:
    with Library(":memory:") as library:
        library.add([*papers, Text("code", "Error XK1177", "It says so when the pump is blocked.")])
        assert library.find("xk1177", limit=1)[0].text.id == "code"
        assert library.find("feline pets", limit=3)[0].text.id.startswith("cats")
        assert library.find("stock market investment", limit=2)[0].text.id.startswith("bonds")
        found = library.find("a cat", limit=5)
        query = static.encode(["a cat"])[0]
        for one in found:
            assert one.similarity == pytest.approx(
                float(static.encode([one.text.content])[0] @ query), abs=2e-3
            )


@pytest.mark.parametrize(
    "query",
    [
        '"',
        "*",
        "OR",
        "cats OR",
        "NEAR(",
        "NEAR(cats bonds)",
        "cats AND",
        "^cats",
        "{",
        "title:cats",
        "-",
        "'",
        "a_b",
        "_",
        "cats*",
        "²",
        "\0",
        "\ud800",
        "",
        " ",
        "cats\0",
        "😀",
        "中文",
        "word " * 30_000,
        " ".join(f"w{n}" for n in range(5000)),
    ],
)
def test_no_query_is_special(library: Library, papers: list[Text], query: str) -> None:
    library.add(papers)
    assert len(library.find(query, limit=3)) == 3
    assert len(library.find(f"{query} sleep", limit=3)) == 3


def test_find_like_leaves_the_text_itself_out(library: Library, papers: list[Text]) -> None:
    library.add(papers)
    for text in papers:
        found = library.find_like(text.id, limit=20)
        assert len(found) == 11
        assert text.id not in {one.text.id for one in found}
    assert len(library.find_like("cats-1", limit=2)) == 2
    subjects = [
        library.find_like(text.id, limit=1)[0].text.id.split("-")[0] == text.id.split("-")[0]
        for text in papers
    ]
    assert sum(subjects) >= 6  # four by chance


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_below_one_is_refused(library: Library, papers: list[Text], limit: int) -> None:
    library.add(papers)
    me = library.reader()
    calls: list[Callable[[], object]] = [
        lambda: me.rank(limit),
        lambda: me.ask(limit),
        lambda: library.find("cats", limit=limit),
        lambda: library.find_like("cats-1", limit=limit),
    ]
    for call in calls:
        with pytest.raises(BadValue, match=f"got {limit}"):
            call()


def test_unknown_names_are_told_with_those_there_are(library: Library) -> None:
    library.add(["one cat"])
    with pytest.raises(UnknownName, match=r"no reader called 'ann' \(there are: none yet\)"):
        library.reader("ann", create=False)
    library.reader("ann", kind="profile")
    library.reader("ann", taste="work")
    with pytest.raises(UnknownName, match=r"no reader called 'bob' \(there are: ann\)"):
        library.reader("bob", create=False)
    with pytest.raises(UnknownName, match=r"'ann' has no taste called 'play', only: main, work"):
        library.reader("ann", taste="play", create=False)
    with pytest.raises(UnknownName, match=r"choose one of: .*bayes.*contest"):
        library.reader("cleo", kind="magic")
    with pytest.raises(UnknownName, match="is of kind profile, not bayes"):
        library.reader("ann", kind="bayes")
    for call in (library.text, library.row_of, library.find_like):
        with pytest.raises(UnknownName, match="no text with the id 'x'"):
            call("x")
    assert [taste.reader for taste in direct(library.workspace.store).readers.tastes()] == ["ann", "ann"]


def test_what_a_reader_wrote_is_replaced_or_left(library: Library) -> None:
    library.reader("ann", likes="cats", dislikes="bonds")
    library.reader("ann")
    library.reader("ann", likes="dogs")
    (row,) = direct(library.workspace.store).readers.tastes()
    assert (row.likes, row.dislikes) == ("dogs", "bonds")
    library.reader("ann", likes="", dislikes="")
    (row,) = direct(library.workspace.store).readers.tastes()
    assert (row.likes, row.dislikes) == ("", "")


def test_a_text_comes_back_with_all_its_fields(library: Library) -> None:
    text = Text.of(
        "body\0 😀",
        title="Title",
        id="x",
        url="https://a.org/",
        language="en",
        extra={"deep": [1, {"a": None}]},
    )
    library.add([text])
    found = library.text("x")
    assert (found.id, found.title, found.body, found.url, found.language, found.extra) == (
        "x",
        "Title",
        "body\0 😀",
        "https://a.org/",
        "en",
        {"deep": [1, {"a": None}]},
    )


def test_broken_unicode_spoils_neither_the_texts_beside_it_nor_later_calls(
    library: Library, tmp_path: Path
) -> None:
    """JSON may hold half a character, an escape that no file can."""
    source = tmp_path / "posts.jsonl"
    source.write_text(
        '{"id": "a", "text": "half \\ud83d smile", "tag": "\\ud83d"}\n{"id": "b", "text": "a cat"}\n'
    )
    assert library.add(source).added == 2
    me = library.reader("me", likes="cats")
    assert len(me.rank()) == 2
    assert me.value(["\udfff cat", Text("x", "\ud800", "cat")])
    assert library.find("\ud83d")
    assert [json.loads(line) for line in everything(library).encode().decode().splitlines()]


def test_every_error_that_a_person_can_cause_is_a_palate_error(path: Path) -> None:
    wrong: list[Callable[[], object]] = [
        lambda: Library(path, create=False),
        lambda: Library(path.parent),
        lambda: Library(""),
        lambda: Library(path, encoder="bow"),
    ]
    for call in wrong:
        with pytest.raises(PalateError):
            call()


def test_an_unknown_encoder_leaves_no_store_behind(path: Path) -> None:
    with pytest.raises(UnknownName, match="no encoder called 'bow'; choose one of: "):
        Library(path, encoder="bow")
    assert not path.exists()


def test_judgements_come_along_with_new_known_and_repeated_texts(library: Library) -> None:
    """A text that is known by its DOI, and one that comes twice, are judged as the stored one."""
    library.add([Text.of("They sleep all day.", title="Cats", id="cats", extra={"doi": "10.1000/cats"})])
    rows = [
        {"title": "Cats", "text": "They sleep.", "doi": "https://doi.org/10.1000/Cats", "starred": "yes"},
        {"title": "Dogs", "text": "They bark.", "rating": 1},
        {"title": "Dogs", "text": "They bark.", "rating": 10},
        {"title": "Fish", "text": "They swim."},
    ]
    me = library.reader()
    report = library.add(rows, judgements=me)
    stored = library.ids_of([Text.of("They bark.", title="Dogs")])[0]
    assert [(each.text_id, each.liking) for each in me.judged()] == [("cats", 1.0), (stored, 1.0)]
    assert report.judged == 3
    assert library.add(rows, judgements=me).judged == 0
    assert library.add(rows).judged is None
