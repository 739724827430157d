"""BIO tags against a slow reading of the definition."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score

from palate.training.entities import entities_of, tagging_figures

Tags = st.lists(st.sampled_from(["O", "B-a", "I-a", "B-b", "I-b-c", "B-b-c"]), min_size=0, max_size=9)


def slow(tags: Sequence[str]) -> set[tuple[str, int, int]]:
    """All spans that begin where the definition says so, are of one kind throughout, and cannot be longer."""
    found = set()
    for begin in range(len(tags)):
        kind = tags[begin][2:]
        begins = tags[begin].startswith("B-") or (
            tags[begin].startswith("I-") and (begin == 0 or tags[begin - 1] not in (f"B-{kind}", f"I-{kind}"))
        )
        end = begin + 1
        while end < len(tags) and tags[end] == f"I-{kind}":
            end += 1
        if begins:
            found.add((kind, begin, end))
    return found


@given(Tags)
def test_entities_are_those_of_the_definition(tags: list[str]) -> None:
    found = [tuple(one) for one in entities_of(tags)]
    assert set(found) == slow(tags)
    assert len(found) == len(set(found))


@given(st.lists(Tags, min_size=1, max_size=6))
def test_figures_count_entities_that_agree_in_kind_and_place(truth: list[list[str]]) -> None:
    predicted = [tags[::-1] for tags in truth]
    figures = tagging_figures(truth, predicted)
    pairs = [(slow(one), slow(other)) for one, other in zip(truth, predicted, strict=True)]
    right, said, true = (sum(map(len, sets)) for sets in zip(*((a & b, b, a) for a, b in pairs), strict=True))
    assert figures["precision"] == (right / said if said else 0)
    assert figures["recall"] == (right / true if true else 0)
    assert figures["f1"] == (2 * right / (said + true) if said + true else 0)
    if words := [tag for tags in truth for tag in tags]:
        assert figures["accuracy"] == accuracy_score(words, [tag for tags in predicted for tag in tags])
    assert sum(one["support"] for one in figures["per_class"].values()) == true


def test_all_right_is_1() -> None:
    tags = [["B-a", "I-a", "O"], ["O"], ["B-b"]]
    figures = tagging_figures(tags, tags)
    assert (figures["precision"], figures["recall"], figures["f1"], figures["accuracy"]) == (1, 1, 1, 1)
