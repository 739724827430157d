"""Docstrings become reStructuredText in which nothing but code, names and lists is markup."""

from docstrings import as_rst


def weigh(text: str, limit: int, *, seed: int = 0) -> None: ...


def test_each_parameter_begins_an_item() -> None:
    lines = ["Weighs a text. text, limit: both are", "needed: say why. seed: of chance. Raises BadValue."]
    assert as_rst(lines, weigh) == [
        "Weighs a text.",
        "",
        "- **text**, **limit**: both are needed: say why.",
        "",
        "- **seed**: of chance.",
        "",
        "Raises BadValue.",
    ]


def test_other_words_before_a_colon_stay_where_they_are() -> None:
    assert as_rst(["Weighs a text. cost: linear."], weigh) == ["Weighs a text. cost: linear."]


def test_a_list_is_a_list_also_without_an_empty_line_before_it() -> None:
    assert as_rst(["Returns:", "- a", "  and more", "- b"]) == ["Returns:", "", "- a", "  and more", "- b"]


def test_stars_and_underscores_are_text_and_backticks_are_code() -> None:
    assert as_rst(["`a_` * b_ | c"]) == ["``a_`` \\* b\\_ \\| c"]


def test_an_example_stays_as_it_is() -> None:
    lines = ["An example:", ">>> 2 * 3  # seed: none", "6"]
    assert as_rst(lines, weigh) == ["An example:", "", ">>> 2 * 3  # seed: none", "6"]
