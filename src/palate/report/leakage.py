"""Leakage: texts of one file that are in another, too, as they are or nearly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from palate.report.near_pairs import near_pairs

if TYPE_CHECKING:
    from palate.report.table_of_texts import TextTable


class Leakage(NamedTuple):
    """other: the second file. exact, near: rows of the first that have a copy, or a near-copy, in the second;
    each with the row there.
    """

    other: str
    exact: tuple[tuple[int, int], ...]
    near: tuple[tuple[int, int], ...]

    def shape(self) -> dict[str, Any]:
        """Returns one object, for JSON."""
        return {
            "against": self.other,
            "exact": list(map(list, self.exact)),
            "near": list(map(list, self.near)),
        }


def leakage_of(table: TextTable, other: TextTable) -> Leakage:
    """Finds the texts of a table that are in another."""
    n = len(table)
    pairs = near_pairs([*table.contents, *other.contents])
    exact, near = {}, {}
    for group in pairs.exact:
        there = [index for index in group if index >= n]
        exact.update({index: there[0] - n for index in group if index < n and there})
    for group in pairs.groups(n + len(other)):
        there = [index for index in group if index >= n]
        near.update({index: there[0] - n for index in group if index < n and there and index not in exact})
    return Leakage(other.name, tuple(exact.items()), tuple(near.items()))
