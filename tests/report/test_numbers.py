import pytest

from palate.encoder.static import StaticEncoder
from palate.errors import BadValue
from palate.insight.number import number_of
from palate.library import Library
from palate.report.numbers import Numbers, hash_numbers, position_numbers, word_numbers
from palate.report.word_weights import WordFrequencies, word_weights
from palate.text import Text

TEXTS = [Text.of("two cats sleep", id="a"), Text.of("two cats slept", id="b"), Text.of(" ", id="c")]


def test_hashes_are_those_of_each_alone(static: StaticEncoder) -> None:
    numbers = hash_numbers(TEXTS)
    assert list(numbers.numbers) == [number_of(static.sums([text.content])) for text in TEXTS]
    assert numbers.numbers[2] == 0


def test_word_numbers_do_not_change_from_one_machine_to_another() -> None:
    """Pinned: sums of whole numbers."""
    assert word_numbers([Text.of("The quick brown fox jumps over the lazy dog.")]).numbers == [
        5144297740964437376
    ]


def test_frequencies_count_texts_not_occurrences() -> None:
    found = WordFrequencies.of(["cats cats", "cats dogs", ""])
    assert (found.n_texts, found.n_with) == (3, {"cats": 2, "dogs": 1})
    assert word_weights("cats dogs dogs birds", WordFrequencies.of(["cats"] * 8 + ["dogs"])) == {
        "cats": 1,
        "dogs": 8,
        "birds": 4,
    }


def test_frequencies_of_a_store_are_those_of_its_texts(papers: list[Text], static: object) -> None:
    with Library(":memory:") as library:
        library.add(papers)
        library.remove([papers[0].id])
        expected = WordFrequencies.of(text.content for text in papers[1:])
        assert WordFrequencies.of_store(library) == expected


def test_distances_are_of_hashes_alone() -> None:
    numbers = word_numbers(TEXTS)
    assert numbers.bits_apart(0, 0) == 0
    assert 0 < numbers.bits_apart(0, 1) < 40
    with pytest.raises(BadValue, match="use hash or words"):
        Numbers("axis", TEXTS, [1, 2, 3]).bits_apart(0, 1)


def test_positions_come_with_what_they_go_by(papers: list[Text], static: object) -> None:
    with Library(":memory:") as library:
        library.add(papers)
        numbers = position_numbers(TEXTS, library, library.reader(), "axis")
    assert (numbers.numbers[2], numbers.n_without) == (None, 1)
    (first, *_) = numbers.shapes()
    assert {"id", "kind", "number", "spread", "low", "high", "texts"} <= set(first)


def test_numbers_are_frames_and_tables() -> None:
    pytest.importorskip("pandas")
    numbers = Numbers("label", TEXTS, [0, 1, 0], {"label": ["<x>", "y", "<x>"]})
    assert numbers.to_frame().columns.tolist() == ["id", "title", "number", "label"]
    assert "&lt;x&gt;" in numbers._repr_html_()
    assert [shape["label"] for shape in numbers.shapes()] == ["<x>", "y", "<x>"]
