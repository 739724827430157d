"""What adapting is given of a library."""

from pathlib import Path
from typing import Any

import pytest

from palate.adapt.library_access import all_tastes, newest_entry, standing_likings
from palate.library import Library


@pytest.mark.parametrize("in_memory", [True, False])
def test_of_a_removed_text_no_liking_is_given(words: Any, path: Path, in_memory: bool) -> None:
    """Whether its numbers are still in a segment, as in memory, or not."""
    with Library(":memory:" if in_memory else path, encoder="words") as library:
        library.add([{"id": f"t{number}", "text": f"word{number} of text {number}"} for number in range(6)])
        library.reader().judge_many([("t1", "like"), ("t2", "dislike"), ("t3", 0.5)])
        library.remove(["t2"])
        (taste,) = all_tastes(library)
        found = standing_likings(library, taste, newest_entry(library, [taste]))
        assert found == {library.row_of("t1"): 1.0, library.row_of("t3"): 0.5}
