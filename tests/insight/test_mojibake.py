"""Mojibake: whatever was spoiled is found and comes back; real text stays."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from palate.insight.mojibake import encoding_trouble, has_mojibake, without_controls, without_mojibake

LETTERS = st.text(st.sampled_from("abc é ñ ü ß ł ő Ж я 中 ’ “ — 😀"), min_size=1, max_size=30)
SYMBOLS = st.text(st.sampled_from("abc é ß ł Ж 中 ’ — € ™ ¿"), min_size=1, max_size=30)


@given(LETTERS | SYMBOLS, st.sampled_from(["cp1252", "latin-1"]))
def test_what_was_spoiled_comes_back(text: str, encoding: str) -> None:
    assume(not text.isascii() and not has_mojibake(text))  # as "é€—", which 逗 becomes
    try:
        spoiled = text.encode().decode(encoding)
    except UnicodeDecodeError:
        assume(False)
    assert has_mojibake(spoiled)
    assert without_mojibake(spoiled) == text


@given(LETTERS)
def test_real_text_stays(text: str) -> None:
    assert not has_mojibake(text)
    assert without_mojibake(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "São Paulo",
        "NÃO É",
        "café—€5",
        "Â",
        "à â ã",
        "L’ÎLE D’ÂGE",
        "Übergrößenträger",
        "«Où ça?»",
        "MAÇÃ”",
        "Привет",
        "Spaß“ und Fuß—naïve café",
        "±5 °C",
    ],
)
def test_accents_of_many_languages_stay(text: str) -> None:
    assert without_mojibake(text) == text


def test_twice_spoiled_text_comes_back() -> None:
    spoiled = "café".encode().decode("cp1252").encode().decode("cp1252")
    assert without_mojibake(spoiled) == "café"


def test_control_characters_of_windows_become_their_letters() -> None:
    assert without_controls("it\x92s \x96 a\x07b\x81\tc\n") == "it’s – ab\tc\n"


def test_each_trouble_is_counted_apart() -> None:
    cells = ["fine", None, 3.5, "cafÃ©", "lost \ufffd", "bell\x07", "Ã© and \ufffd"]
    found = encoding_trouble(cells)
    assert (found.mojibake, found.replaced, found.controls) == ((3, 6), (4, 6), (5,))
    assert not encoding_trouble(["fine", "naïve"])
