import pytest

from palate.table.cells import cell_text, is_missing


@pytest.mark.parametrize(
    "value",
    [
        "NA",
        "N/A",
        "n/a",
        "None",
        "null",
        "nan",
        "NaN",
        "NaT",
        "<NA>",
        "-",
        "--",
        "—",
        "",
        "  ",
        "#N/A",
        "\\N",
        "not available",
        "[Not Available].",
        "[No title]",
        "[no abstract available]",
        None,
        float("nan"),
    ],
)
def test_a_word_for_missing_is_nothing(value: object) -> None:
    assert is_missing(value)
    assert cell_text(value) == ""


@pytest.mark.parametrize("value", ["0", 0, False, "NATO", "Anna", "a - b", "NA is sodium", "None of it"])
def test_what_only_looks_like_one_is_kept(value: object) -> None:
    assert not is_missing(value)
    assert cell_text(value) == str(value)


def test_missing_words_are_left_out_of_lists() -> None:
    assert cell_text(["a", "NA", None, "b"]) == "a\nb"
