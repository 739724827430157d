import pytest

from palate.errors import BadValue
from palate.language import known_language, language_code, language_name


@pytest.mark.parametrize(
    ("code", "stated"),
    [
        ("en", ["en-US", "eng", "English", "EN", "en_GB", "English (US)", " en. ", "eng; fre"]),
        ("de", ["de", "ger", "deu", "German", "Deutsch"]),
        ("zh", ["zh-Hans-CN", "chi", "zho", "cmn", "Chinese", "中文"]),
        ("el", ["gre", "ell", "Greek"]),
        ("he", ["iw", "heb", "Hebrew"]),
        ("", ["", "?", "unknown", "xx", "null", "-"]),
    ],
)
def test_what_sources_state_becomes_one_code(code: str, stated: list[str]) -> None:
    assert {language_code(each) for each in stated} == {code}


def test_a_code_has_its_name_and_an_unknown_language_is_refused() -> None:
    assert known_language(language_name("th")) == "th"
    with pytest.raises(BadValue, match="English name or code"):
        known_language("Klingon")
