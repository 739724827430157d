import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.source.judgement import JudgementsAlong, judgement_of
from palate.text import Text


def liking(extra: dict[str, object], highest: float = 5) -> float | None:
    return judgement_of(Text.of("", title="Cats", extra=extra), highest)


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ({"included": "1.0"}, 1),
        ({"Included": 0}, -1),
        ({"label_included": True, "label_abstract_screening": 0}, 1),
        ({"asreview_label": "0"}, -1),
        ({"asreview_label": -1}, None),
        ({"included": ""}, None),
        ({"Decision": "Excluded"}, -1),
        ({"decision": "Maybe"}, None),
        ({"included": "", "label": "relevant"}, 1),
        ({"notes": 'RAYYAN-INCLUSION: {"Ann"=>"Included"} | RAYYAN-LABELS: Excluded'}, 1),
        ({"notes": ['x | RAYYAN-INCLUSION: {"Ann"=>"Included", "Bob"=>"Excluded", "Cy"=>"Excluded"}']}, -1),
        ({"notes": 'RAYYAN-INCLUSION: {"Ann"=>"Included", "Bob"=>"Excluded"}'}, None),
        ({"notes": 'RAYYAN-INCLUSION: {"Ann"=>"Maybe"}'}, None),
        ({"Notes": "Exclusion reason: Wrong population; "}, -1),
        ({"Exclusion Reason": "Wrong population"}, -1),
        ({"is_starred": 1, "is_archived": 1}, 1),
        ({"is_starred": 0, "is_archived": 1}, None),
        ({"favorite": "true"}, 1),
        ({"starred": False}, None),
        ({"Folder": "Starred"}, 1),
        ({"folder": "Archive"}, None),
        ({"status": "archive"}, None),
        ({"My Rating": "0"}, None),
        ({"Average Rating": "4.2"}, None),
        ({"rating": "4/5"}, 0.5),
        ({"rating": "★★☆☆☆"}, -0.5),
        ({"stars": "★★★★★"}, 1),
        ({"rating": "PG-13"}, None),
        ({"rating": 0.5}, -1),
        ({}, None),
    ],
)
def test_what_an_export_says_is_a_liking(extra: dict[str, object], expected: float | None) -> None:
    assert liking(extra) == expected


@given(ratings=st.lists(st.integers(1, 100), min_size=1, max_size=20))
def test_ratings_rise_with_the_liking_on_the_scale_of_their_column(ratings: list[int]) -> None:
    texts = [Text.of(f"text {n}", extra={"Rating": rating}) for n, rating in enumerate(ratings)]
    along = JudgementsAlong()
    list(along.collected(list(along.measured(texts))))
    likings = [liking for _, liking in along.likings]
    top = 5 if max(ratings) <= 5 else 10 if max(ratings) <= 10 else 100
    low = 0 if top == 100 else 1
    middle, half = (top + low) / 2, (top - low) / 2
    assert likings == pytest.approx([(rating - middle) / half for rating in ratings])


def test_numbers_beyond_every_scale_are_no_ratings() -> None:
    assert liking({"rating": 12345}, 12345) is None
