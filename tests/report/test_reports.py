"""Reports over a library agree with what its readers and its encoder say one by one."""

import math
from collections.abc import Iterator
from typing import Literal

import numpy as np
import pytest

from palate.errors import BadValue
from palate.library import Library
from palate.report.position import positions
from palate.report.xray import xray_report
from palate.text import Text

TEXT = "Unbelievably, bond yields rose."


@pytest.fixture
def library(papers: list[Text], static: object) -> Iterator[Library]:
    with Library(":memory:") as library:
        library.add(papers)
        library.reader().judge_many([("cats-1", "dislike"), ("bonds-2", "like")])
        yield library


def test_an_explanation_is_of_the_value(library: Library) -> None:
    me = library.reader()
    value, shares, features = me.explain(TEXT)
    assert [value] == me.value([TEXT])
    assert math.log(value.mean / (1 - value.mean)) == pytest.approx(sum(share.amount for share in shares))
    amounts = [abs(share.amount) for share in shares]
    assert amounts == sorted(amounts, reverse=True)
    assert len(features) == 1


def test_logits_are_those_of_the_values(library: Library) -> None:
    me = library.reader()
    given, stored, rows = me.logits([TEXT])
    assert 1 / (1 + np.exp(-given[0])) == pytest.approx(me.value([TEXT])[0].mean, abs=1e-6)
    values = me.value(library.texts_at(rows.tolist()))
    np.testing.assert_allclose(1 / (1 + np.exp(-stored)), [value.mean for value in values], atol=1e-6)
    assert len(values) == library.n_texts


def test_nearest_texts_have_the_highest_cosines(library: Library) -> None:
    found = library.nearest(TEXT, limit=4)
    corpus = library.corpus()
    vectors = corpus.vectors(np.arange(len(corpus)))
    cosines = np.sort(vectors @ library.encode([TEXT])[0])[::-1][:4]
    np.testing.assert_allclose([match.similarity for match in found], cosines, atol=1e-4)
    with pytest.raises(BadValue):
        library.nearest(TEXT, limit=0)


def test_an_xray_tells_the_library_and_the_reader_only_where_there_are_any(library: Library) -> None:
    picture, alone = xray_report(TEXT, None, "static", None)
    assert (alone.store, alone.value, alone.nearest) == (None, None, ())
    me = library.reader()
    _, outcome = xray_report(TEXT, None, None, (library, me))
    assert outcome.number == alone.number
    assert outcome.agreement == pytest.approx(1)
    assert [outcome.value] == me.value([TEXT])
    assert list(outcome.nearest) == library.nearest(TEXT)
    assert picture.texts == (TEXT,)


@pytest.mark.parametrize("axis", ["axis", "taste"])
def test_a_position_lies_between_its_ends(library: Library, axis: Literal["axis", "taste"]) -> None:
    (number,), facts = positions(library, library.reader(), [Text.of(TEXT)], axis)
    assert number is not None
    assert 0 <= number <= 1000
    assert facts["texts"] == library.n_texts
    assert facts["low"]["id"] != facts["high"]["id"]


@pytest.mark.parametrize("axis", ["axis", "taste"])
def test_many_positions_are_those_of_each_alone(library: Library, axis: Literal["axis", "taste"]) -> None:
    texts, reader = [Text.of(TEXT), Text.of("Two cats sleep."), Text.of("Bonds.")], library.reader()
    together, _ = positions(library, reader, texts, axis)
    assert together == [positions(library, reader, [text], axis)[0][0] for text in texts]


def test_a_text_that_says_nothing_has_no_position_on_the_axis(library: Library) -> None:
    numbers, _ = positions(library, library.reader(), [Text.of(" "), Text.of(TEXT)], "axis")
    assert numbers[0] is None
    assert numbers[1] is not None


def test_a_position_needs_two_texts(static: object) -> None:
    with Library(":memory:") as empty, pytest.raises(BadValue, match="needs two"):
        positions(empty, empty.reader(), [Text.of(TEXT)], "taste")
