"""Languages: which one each text is in, by what its source says, its script, or its letters."""

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from palate.language import LANGUAGES, language_code
from palate.text import Text

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

LOOKED_AT = 400  # characters of a text, in which English words and scripts are looked for
LOOKED_AT_LONGER = 2000  # of one without English words in these
CLASSIFIED = 200  # characters of them that the classifier reads
SURE = 0.2  # probability below which a language is not told
ENGLISH = frozenset(
    "the and of for with that this from by are we which to on an is in as be can it how".split()
)
ENGLISH_ALONE = frozenset("the and with that this from which by are how".split())  # no other language's words
COMMONEST = (" and ", " of ", " to ", " in ", " with ", " is ", " for ")  # all of them among the first
ENGLISH_WORDS = 3  # of the first, one of the second among them, that make a text English
DENSE_SHARE = 0.2  # of the letters, that names the language of a script of which one letter says much
SHARE = 0.5  # likewise, of another
# scripts that one language alone, or one above all, is written in
SCRIPTS = {
    "ja": "\u3041-\u30ff",  # kana: Chinese has none
    "ko": "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3",
    "zh": "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003fffd",
    "th": "\u0e01-\u0e4e",
    "lo": "\u0e81-\u0ece\u0edc-\u0edf",
    "km": "\u1780-\u17d3",
    "my": "\u1000-\u109f",
    "bo": "\u0f40-\u0fbc",
    "he": "\u05d0-\u05ea",
    "el": "\u0370-\u03ff\u1f00-\u1fff",
    "hy": "\u0531-\u0587",
    "ka": "\u10a0-\u10ff\u1c90-\u1cbf",
    "ta": "\u0b82-\u0bcd",
    "te": "\u0c01-\u0c56",
    "kn": "\u0c81-\u0cd6",
    "ml": "\u0d01-\u0d57",
    "si": "\u0d82-\u0df3",
    "gu": "\u0a81-\u0acd",
    "pa": "\u0a01-\u0a51",
    "or": "\u0b01-\u0b57",
}
DENSE = ("ja", "ko", "zh", "th", "lo", "km", "my", "bo")
SHARING = {"zh": ("ja", "ko"), "he": ("yi",), "bo": ("dz",)}  # may be written in the letters of another
WORDS = re.compile("[a-z]+")


def languages(texts: Sequence[Text]) -> list[str]:
    """Returns the ISO 639-1 code of the language of each text, "" where it cannot be told.

    What the source states counts, unless the script is that of another language. A text without such a
    statement that has three common English words is English, at 15 microseconds; others cost 100.
    Source: langid.py (Lui and Baldwin, 2012), by the package py3langid, for what script does not tell.

    >>> languages([Text.of(body) for body in ("Wie man gutes Brot backt", "The cat sat with us", "42")])
    ['de', 'en', '']
    >>> languages([Text.of("x", language="ger"), Text.of("ต้มยำกุ้ง", language="en-US")])
    ['de', 'th']
    """
    return [_language(text, language_code(text.language)) for text in texts]


def _language(text: Text, stated: str) -> str:
    sample = _beginning(text, LOOKED_AT)
    by_script = "" if sample.isascii() else _by_script(sample)
    if by_script:
        return stated if stated in SHARING.get(by_script, ()) else by_script
    if stated:
        return stated
    if _has_english_words(sample) or _has_english_words(_beginning(text, LOOKED_AT_LONGER)):
        return "en"
    code, probability = _identifier().classify(sample[:CLASSIFIED])
    return code if probability >= SURE else ""


def _beginning(text: Text, n: int) -> str:
    return f"{text.title}\n{text.body[:n]}"[:n]


def _has_english_words(sample: str) -> bool:
    sample = sample.lower()
    if " the " in sample and sum(word in sample for word in COMMONEST) >= ENGLISH_WORDS - 1:
        return True  # as the words below would tell, at a fifth of their cost
    known = ENGLISH.intersection(WORDS.findall(sample))
    return len(known) >= ENGLISH_WORDS and not known.isdisjoint(ENGLISH_ALONE)


def _by_script(sample: str) -> str:
    """Returns the language whose script enough of the letters have, "" where none has."""
    any_script, of_language = _scripts()
    if not any_script.search(sample):
        return ""
    letters = sum(map(str.isalpha, sample)) or 1
    for language, pattern in of_language.items():
        share = len(pattern.findall(sample)) / letters
        if share > (DENSE_SHARE if language in DENSE else SHARE):
            return language
    return ""


@cache
def _scripts() -> tuple[re.Pattern[str], dict[str, re.Pattern[str]]]:
    """Patterns of a letter of any script, and of each. Takes 8 ms, once a text is there that is not ASCII."""
    of_language = {language: re.compile(f"[{letters}]") for language, letters in SCRIPTS.items()}
    return re.compile(f"[{''.join(SCRIPTS.values())}]"), of_language


@cache
def _identifier() -> "LanguageIdentifier":
    """Takes half a second, and 60 MB."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([code for code in identifier.labels if f"{code}/" in LANGUAGES])
    return identifier
