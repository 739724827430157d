import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.description.interests import read_interests

PHRASES = st.lists(
    st.sampled_from(["retrieval", "ranking with feedback", "deep-sea fish", "bread", "C++ templates"]),
    min_size=1,
    unique=True,
)


@given(liked=PHRASES, disliked=PHRASES, between=st.sampled_from(["; ", "\n", "\n- ", ". ", " • "]))
def test_phrases_that_are_joined_come_apart_again(
    liked: list[str], disliked: list[str], between: str
) -> None:
    found = read_interests(between.join(liked), between.join(disliked))
    assert (found.liked, found.disliked) == (tuple(liked), tuple(disliked))


@pytest.mark.parametrize(
    ("wrote", "liked", "disliked"),
    [
        ("sleep, but not in mice", ("sleep",), ("in mice",)),
        ("I'm interested in sleep. Not mice!", ("sleep",), ("mice",)),
        ("papers on sleep except mice and rats", ("sleep",), ("mice and rats",)),
        ("search engines, ranking and recommendation", ("search engines, ranking and recommendation",), ()),
        ("models that do not forget", ("models that do not forget",), ()),
        ("state-of-the-art vs. older methods", ("state-of-the-art vs", "older methods"), ()),
        ("", (), ()),
        (" ;;; \n . ", (), ()),
        ("no", ("no",), ()),
    ],
)
def test_what_people_write(wrote: str, liked: tuple[str, ...], disliked: tuple[str, ...]) -> None:
    found = read_interests(wrote)
    assert (found.liked, found.disliked) == (liked, disliked)


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_is_read_and_no_phrase_is_empty(likes: str, dislikes: str) -> None:
    found = read_interests(likes, dislikes)
    assert all(phrase.strip() for phrase in (*found.liked, *found.disliked))
