"""Pile: the same texts and vectors from a file and from a store."""

from pathlib import Path

import numpy as np
import pytest

from palate.errors import BadSource
from palate.library import Library
from palate.report.pile import likings_of, pile_of, read_pile, stored_pile, values_of
from palate.text import Text


def test_a_file_and_a_store_give_the_same_pile(tmp_path: Path) -> None:
    source = tmp_path / "papers.csv"
    source.write_text("id,title,text,topic\na,Cats,They sleep all day.,pets\nb,Bonds,Yields fell.,money\n")
    from_file = read_pile(source)
    with Library(tmp_path / "s.db") as library:
        library.add(source)
        stored = stored_pile(library)
        library.reader().judge("a", "like")
        assert np.array_equal(likings_of(stored, library.reader()), [1, np.nan], equal_nan=True)
        assert values_of(stored, library.reader())[0] > values_of(stored, library.reader())[1]
    assert [text.id for text in stored.texts] == [text.id for text in from_file.texts] == ["a", "b"]
    assert np.allclose(stored.vectors, from_file.vectors, atol=1e-3)
    assert stored.encoder == from_file.encoder
    assert from_file.column("topic") == ["pets", "money"]
    with pytest.raises(BadSource, match="it has: topic"):
        from_file.column("colour")


def test_no_texts_are_a_pile_too() -> None:
    pile = pile_of([])
    assert pile.vectors.shape == (0, 256)
    assert pile.moments.shape == (0,)


def test_removed_texts_are_not_in_it() -> None:
    with Library(":memory:") as library:
        library.add([Text("a", "", "two cats"), Text("b", "", "bond yields")])
        library.remove(["a"])
        assert [text.id for text in stored_pile(library).texts] == ["b"]
