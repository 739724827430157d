import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.authors import authors, names_in

NAMES = st.lists(st.from_regex(r"[A-Z][a-z]{3,8} [A-Z][a-z]{2,8}", fullmatch=True), max_size=4)


@given(
    NAMES, st.sampled_from(["authors", "Author", "AUTHOR(S)", "Author Names", "first_authors", "creators"])
)
def test_names_come_out_of_every_way_to_list_them(names: list[str], key: str) -> None:
    turned = [", ".join(reversed(name.split())) for name in names]
    lists = names, "; ".join(names), " and ".join(names), ", ".join(names), "\n".join(names), str(names)
    for written in (*lists, [{"name": name} for name in names]):
        assert list(authors({key: written})) == names
    assert list(authors({key: " and ".join(turned)})) == turned


@pytest.mark.parametrize(
    "person",
    [
        {"family": "Doe", "given": "Jane"},
        {"lastName": "Doe", "firstName": "Jane"},
        {"author": {"display_name": "Doe, Jane"}, "author_position": "first"},
        {"literal": "Doe, Jane"},
    ],
)
def test_a_person_may_be_an_object_as_json_apis_give_it(person: dict[str, object]) -> None:
    assert list(names_in([person])) == ["Doe, Jane"]


@pytest.mark.parametrize("value", [None, 3, [None, 3], {}, {"name": " "}, "", []])
def test_what_is_no_name_gives_none(value: object) -> None:
    assert list(names_in(value)) == []


def test_other_keys_hold_no_authors() -> None:
    assert list(authors({"Author(s) ID": "57", "editor": "Doe", "Authors with affiliations": "Roe"})) == []
