import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.source.references.bibtex_grammar import entries

VALUE = st.text(st.characters(codec="utf-8", exclude_characters='{}\\"@')).map(str.strip)
NAME = st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True)


@pytest.mark.parametrize(
    ("bibtex", "found"),
    [
        ("@article(k, a = {b})", [("k", {"a": "b"})]),
        ('@ARTICLE { k , A = "b" , }', [("k", {"a": "b"})]),
        ("@a{k, b={{c} d}} @a{l, b = {c \\} d}}", [("k", {"b": "{c} d"}), ("l", {"b": "c \\} d"})]),
        ('@a{k, b = "c {\\"o} d"}', [("k", {"b": 'c {\\"o} d'})]),
        ("@string{x = {1}}@a{k, b = x # {2} # mar}", [("k", {"b": "12mar"})]),
        ("@comment{not read}\n% @a{no}\nmail@example.org\n@a{k, b=3}", [("k", {"b": "3"})]),
        ("@a{k}", [("k", {})]),
        ("@a{b = {no key}}", [("", {"b": "no key"})]),
        ("@a{k, b = {1}\n c = {2}}", [("k", {"b": "1", "c": "2"})]),
        ('@preamble{"\\newcommand"}\n@a{k, b={1}}', [("k", {"b": "1"})]),
    ],
)
def test_entries_are_read_as_people_write_them(bibtex: str, found: list[tuple[str, dict[str, str]]]) -> None:
    assert [(entry.key, entry.fields) for entry in entries(bibtex)] == found


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        ("@a{x, b = {1", "a brace or quote is never closed"),
        ("@a{x, b = ", "a field has no value"),
        ("@a{x, b = {1}", "it is never closed"),
        ("@a{x, b = {1}, ???}", "a field is expected before '???}'"),
    ],
)
def test_a_broken_entry_says_why_and_the_rest_is_read(broken: str, problem: str) -> None:
    first, second = entries(f"{broken}\n@a{{k, b = 1}}")
    assert (first.line, first.problem) == (1, problem)
    assert (second.line, second.key, second.problem) == (2, "k", "")


@given(st.lists(st.tuples(NAME, st.dictionaries(NAME, VALUE, min_size=1))), st.sampled_from(["{}", '""']))
def test_what_is_written_is_read_back(records: list[tuple[str, dict[str, str]]], around: str) -> None:
    bibtex = "\n".join(
        f"@article{{{key},\n"
        + ",\n".join(f"{name} = {around[0]}{value}{around[1]}" for name, value in fields.items())
        + "\n}"
        for key, fields in records
    )
    assert [(entry.key, entry.fields) for entry in entries(bibtex)] == records


@given(st.text('@{}"a=,# \n\\(k)'))
def test_any_text_is_read_to_its_end(text: str) -> None:
    for entry in entries(text):
        assert entry.problem or all("\0" not in value for value in entry.fields.values())
