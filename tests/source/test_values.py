import pytest

from palate.errors import BadSource
from palate.source.items import GUESSED_COLUMNS, Columns, Skipped
from palate.source.values import read_values
from palate.text import Text


def test_texts_strings_and_mappings_are_read_and_the_rest_is_skipped() -> None:
    text = Text.of("Cats sleep.")
    values = [text, "Dogs bark.", {"title": "Hens", 3: "x"}, " ", 3, None]
    same, dogs, hens, *skipped = read_values("list", values, GUESSED_COLUMNS)
    assert same is text
    assert isinstance(dogs, Text)
    assert isinstance(hens, Text)
    assert (dogs.body, hens.title, hens.extra) == ("Dogs bark.", "Hens", {"3": "x"})
    assert skipped == [
        Skipped("list, item 4", "text is empty"),
        Skipped("list, item 5", "expected an object or a string, got a number"),
        Skipped("list, item 6", "expected an object or a string, got null"),
    ]


def test_a_column_that_none_has_is_refused() -> None:
    with pytest.raises(BadSource, match=r"^list has no column 'body' to take as the text; it has: title$"):
        list(read_values("list", [{"title": "Cats"}], Columns(text="body")))
