"""Pictures of a profile: well-formed, everything escaped, all cells there."""

from xml.etree import ElementTree

import numpy as np
import pytest

from palate.insight.bars import bars_svg
from palate.insight.class_balance import class_balance
from palate.insight.heat_map import MAX_NUMBERED, heat_map_svg, signed_colour


@pytest.mark.parametrize("n", [1, MAX_NUMBERED, MAX_NUMBERED + 1])
def test_a_heat_map_has_a_cell_for_each_pair(n: int) -> None:
    matrix = np.eye(n)
    matrix[0, -1] = np.nan
    svg = heat_map_svg([f"<b>&{at}" for at in range(n)], matrix, 'r "of" <all>')
    root = ElementTree.fromstring(svg)
    hints = [element.text for element in root.iter() if element.tag.endswith("title")]
    assert len(hints) == n * n
    assert hints[n - 1] == f"<b>&0 and <b>&{n - 1}: ?"


def test_colours_run_through_grey() -> None:
    assert signed_colour(0.0) == "#d0d3d8"
    assert signed_colour(5.0) == signed_colour(1.0)
    assert signed_colour(-0.01) != signed_colour(0.01)


def test_bars_are_as_many_as_counts() -> None:
    root = ElementTree.fromstring(bars_svg([0, 5, 10], "<x>", ends=(0.0, 3.0)))
    heights = [float(rect.get("height", "")) for rect in root.iter() if rect.tag.endswith("rect")]
    assert heights == [0, 20, 40]
    assert ElementTree.fromstring(bars_svg([], "none")) is not None


def test_balance_of_equal_and_of_one_class() -> None:
    assert class_balance("y", ["a", "b"] * 5).evenness == pytest.approx(1)
    one = class_balance("y", ["a", "a", None])
    assert (one.evenness, one.majority, one.missing, one.ratio) == (0, 1, 1, 1)
    assert class_balance("y", [None]).counts == ()
