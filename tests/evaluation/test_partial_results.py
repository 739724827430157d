import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.errors import BadValue
from palate.evaluation.partial_results import PartialResults

MADE_OF = {"seed": 0, "data": {"a": "1f"}}
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(), st.lists, max_leaves=5
)


@given(st.dictionaries(st.text(), PLAIN))
def test_results_come_back_to_the_bit(
    tmp_path_factory: pytest.TempPathFactory, results: dict[str, Any]
) -> None:
    path = tmp_path_factory.mktemp("partial") / "work"
    partial = PartialResults(path, MADE_OF)
    for task, result in results.items():
        partial.add((0, task), result)
    again = PartialResults(path, MADE_OF)
    assert len(again) == len(results)
    assert {task: again[0, task] for task in results if (0, task) in again} == results


def test_results_for_anything_else_are_thrown_away(tmp_path: Path) -> None:
    PartialResults(tmp_path / "work", MADE_OF).add(1, 2)
    different = PartialResults(tmp_path / "work", {**MADE_OF, "seed": 1})
    assert 1 not in different
    different.add(1, 3)
    assert PartialResults(tmp_path / "work", {**MADE_OF, "seed": 1})[1] == 3
    assert 1 not in PartialResults(tmp_path / "work", MADE_OF)


def test_a_line_that_was_cut_is_done_again(tmp_path: Path) -> None:
    path = tmp_path / "work"
    partial = PartialResults(path, MADE_OF)
    partial.add(1, "one")
    partial.add(2, "two")
    for cut in (1, 3):
        path.write_bytes(path.read_bytes()[:-cut])
        partial = PartialResults(path, MADE_OF)
        assert (1 in partial, 2 in partial) == (True, False)
        partial.add(2, "two")
        assert PartialResults(path, MADE_OF)[2] == "two"
    assert [json.loads(line) for line in path.read_text().splitlines()[1:]] == [[1, "one"], [2, "two"]]


def test_there_is_no_file_before_a_result_and_none_in_the_end(tmp_path: Path) -> None:
    partial = PartialResults(tmp_path / "work", MADE_OF)
    assert not list(tmp_path.iterdir())
    partial.add(1, 2)
    partial.remove()
    partial.remove()
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_kept_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(BadValue, match="folder holds what a stopped replay had done, and cannot be read"):
        PartialResults(tmp_path / "folder", MADE_OF)
    with pytest.raises(BadValue, match="nowhere/work cannot be written"):
        PartialResults(tmp_path / "nowhere/work", MADE_OF).add(1, 2)
