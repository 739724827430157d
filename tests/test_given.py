"""One text is one text: a string's letters are never valued, encoded or removed, and a hit names its text."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import palate
from palate.errors import BadValue, UnknownName
from palate.given import one_text, texts_of
from palate.library import Library
from palate.parts import Encoder
from palate.report.duplicates import ask_duplicates
from palate.report.pile import pile_of
from palate.source import open_source
from palate.text import Text
from palate.value import Hit, Value

CATS = {"id": "ab", "title": "Cats", "text": "A cat and her kittens asleep in the garden."}
BONDS = {"id": "a", "title": "Bonds", "text": "Yields of long bonds rose as banks sold them."}
ROOFS = {"id": "b", "title": "Roofs", "text": "Snow loads on flat roofs in mountain villages."}


@pytest.fixture
def library(static: Encoder) -> Iterator[Library]:
    with palate.open(":memory:") as opened:
        opened.add([CATS, BONDS, ROOFS])
        yield opened


def test_a_string_is_one_text(library: Library) -> None:
    me = library.reader(likes="cats")
    one = me.value("kittens")
    assert isinstance(one, Value)
    assert [one] == me.value(["kittens"]) == me.value(("kittens",))
    assert me.value([]) == []
    np.testing.assert_array_equal(library.encode("kittens"), library.encode(["kittens"])[0])
    assert library.encode(["kittens", "bonds"]).shape == (2, library.encoder.dims)
    assert len(me.logits("kittens").given) == 1
    assert me.explain("kittens").value == one
    assert library.drafts(me).value("kittens") == one
    assert ask_duplicates(library, "Which kittens sleep?").n_questions == 1
    assert len(pile_of("kittens")) == 1


def test_a_hit_is_the_text_that_it_shows(library: Library) -> None:
    me = library.reader(likes="cats")
    hit = me.rank(limit=1)[0]
    assert me.value(hit) == me.value(hit.text) == me.value([hit])[0]
    assert me.value(hit).mean == pytest.approx(hit.value.mean)
    assert library.ids_of(hit) == ["ab"]
    with palate.open(":memory:") as other:
        assert other.add(hit).added == 1
        assert other.add([hit, library.find("snow", limit=1)[0]]).known == 1
        assert other["ab"].content == hit.text.content


@pytest.mark.parametrize("given", [3, None, ["a"], {"title": "a"}, b"a"])
def test_what_is_no_text_is_refused(given: Any) -> None:
    with pytest.raises(TypeError, match="a text is a string, a Text or a hit"):
        one_text(given)
    with pytest.raises(TypeError, match="a text is a string, a Text or a hit"):
        texts_of([given])


@pytest.mark.parametrize("given", [3, {"title": "a"}, b"a"])
def test_what_is_no_source_is_refused(given: Any) -> None:
    with pytest.raises(TypeError, match="one row or text is given in a list"):
        open_source(given)


def test_a_judgement_takes_an_id_a_hit_or_a_text(library: Library) -> None:
    me = library.reader()
    hit, text = me.rank()[0], Text.of(CATS["text"], title="Cats", id="whatever")
    assert me.judge(hit, "like").text_id == hit.text.id
    assert me.judge(text, "dislike").text_id == "ab"
    judged = me.judge_many([(library["a"], "like"), ("b", 0.5), (library.find("cats", limit=1)[0], "skip")])
    assert [(one.text_id, one.liking) for one in judged] == [("a", 1.0), ("b", 0.5), ("ab", None)]
    assert me.judge_new([(library["a"], "like"), (library["b"], "dislike")])[0].text_id == "b"
    assert me.why(library["a"]).hit == me.why("a").hit
    assert library.find_like(library["a"], limit=1) == library.find_like("a", limit=1)


def test_another_text_with_the_same_id_is_not_taken_for_it(library: Library) -> None:
    me = library.reader()
    stranger = Text("a", "", "Nothing that any of the stored texts says.")
    with pytest.raises(UnknownName, match="add it first"):
        me.judge(stranger, "like")
    report = library.add([stranger])
    assert report.added == 1
    assert me.judge(stranger, "like").text_id not in ("a", "b", "ab")


def test_a_hit_from_before_a_small_change_still_names_its_text(library: Library) -> None:
    me, before = library.reader(), library["a"]
    library.update("a", text=f"{BONDS['text']} More tomorrow.")
    assert me.judge(before, "like").text_id == "a"


@pytest.mark.parametrize("verdicts", ["ab", ("a", "like"), [Hit(Text.of("x"), Value(0.5, 0.1))]])
def test_one_judgement_is_not_taken_for_many(library: Library, verdicts: Any) -> None:
    with pytest.raises(TypeError, match="one alone is judge"):
        library.reader().judge_many(verdicts)


def test_removing_one_id_does_not_remove_its_letters(library: Library) -> None:
    assert library.remove("ab").removed == 1
    assert [text.id for text in library] == ["a", "b"]
    assert library.remove(library["a"], dry_run=True).removed == 1
    assert library.remove([library["a"], "b"]).removed == 2


def test_a_library_is_a_container(library: Library) -> None:
    assert len(library) == 3
    assert list(library) == list(library.texts()) == [library[id] for id in ("ab", "a", "b")]
    assert "a" in library
    assert library["a"] in library
    assert Text.of("Not there.") not in library
    assert "c" not in library
    assert 3 not in library
    with pytest.raises(UnknownName, match="no text with the id 'c'"):
        library["c"]
    with palate.open(":memory:") as empty:
        assert bool(empty)
        assert len(empty) == 0


def test_readers_lists_tastes_with_their_counts(library: Library) -> None:
    library.reader("ann").judge("a", "like")
    library.reader("ann", taste="work")
    assert [(one.reader, one.taste, one.judgements) for one in library.readers()] == [
        ("ann", "main", 1),
        ("ann", "work", 0),
    ]


def test_new_words_keep_id_judgements_and_fields(library: Library) -> None:
    me = library.reader()
    me.judge("a", "like")
    changed = library.update("a", title="Whales", text="  Grey whales sing in cold deep water. ")
    assert library["a"] == changed
    assert (changed.id, changed.title, changed.source) == ("a", "Whales", "list")
    assert changed.body == "Grey whales sing in cold deep water."
    assert [one.text_id for one in me.judged()] == ["a"]
    assert library.find("singing whales", limit=1)[0].text.id == "a"
    assert not [found for found in library.find("yields", limit=3) if "Yields" in found.text.body]
    assert [me.value(hit) == hit.value for hit in me.rank(all=True)] == [True] * 3
    assert len(library) == 3
    assert library.update("a", title="Whales") == changed


def test_the_language_of_new_words_is_told_anew(library: Library) -> None:
    assert library["a"].language == "en"
    german = "Das Wetter ist heute schön, und wir gehen mit den Kindern in den Wald."
    assert library.update("a", title="", text=german).language == "de"
    assert library["a"].language == "de"


def test_words_that_cannot_be_replaced(library: Library) -> None:
    with pytest.raises(BadValue, match="would have no words"):
        library.update("a", title="", text=" ")
    with pytest.raises(BadValue, match="'b' has just these words"):
        library.update("a", title="Roofs", text=ROOFS["text"])
    with pytest.raises(UnknownName):
        library.update("c", title="New")
    assert library["a"].title == "Bonds"
