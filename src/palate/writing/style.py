"""Style: how a text is written, whatever it is about, in a few numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from palate.parts import Matrix

SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]*")
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
FIRST_PERSON = frozenset("i me my mine we us our ours".split())
SECOND_PERSON = frozenset("you your yours".split())
HEDGES = frozenset(
    "may might could perhaps possibly likely seems seem suggest suggests appear appears".split()
)
LONG_WORD = 8  # letters
COMPARED_WORDS = 100  # of which the share of different words is taken, so that length does not weigh

STYLE_NAMES = (
    "length",
    "words a sentence",
    "letters a word",
    "long words",
    "different words",
    "commas",
    "digits",
    "questions",
    "exclamations",
    "brackets and quotes",
    "line breaks",
    "capitals",
    "first person",
    "second person",
    "hedges",
)


def style(texts: Sequence[str]) -> Matrix:
    """Returns (n, s) numbers of n texts, in the order of STYLE_NAMES.

    Use it where what a text is about must not matter. Length is the logarithm of 1 + words, the second the
    logarithm of 1 + words a sentence; the others are shares of the words, but for capitals and digits, of the
    characters, and questions and exclamations, of the sentences. The words for persons and doubt are English.

    >>> dict(zip(STYLE_NAMES, style(["You may. We will!"])[0].round(2).tolist()))["exclamations"]
    0.5
    """
    return np.array([_numbers(text) for text in texts], dtype=np.float64).reshape(
        len(texts), len(STYLE_NAMES)
    )


def _numbers(text: str) -> list[float]:
    words = [word.lower() for word in WORD.findall(text)]
    n_words, n_characters = max(len(words), 1), max(len(text), 1)
    sentences = [sentence for sentence in SENTENCE.findall(text) if WORD.search(sentence)]
    n_sentences = max(len(sentences), 1)
    compared = words[:COMPARED_WORDS]
    return [
        np.log1p(len(words)),
        np.log1p(len(words) / n_sentences),
        sum(map(len, words)) / n_words,
        sum(len(word) >= LONG_WORD for word in words) / n_words,
        len(set(compared)) / max(len(compared), 1),
        text.count(",") / n_words,
        sum(character.isdigit() for character in text) / n_characters,
        text.count("?") / n_sentences,
        text.count("!") / n_sentences,
        sum(text.count(mark) for mark in "()[]\"“”'") / n_words,
        text.count("\n") / n_words,
        sum(character.isupper() for character in text) / n_characters,
        sum(word in FIRST_PERSON for word in words) / n_words,
        sum(word in SECOND_PERSON for word in words) / n_words,
        sum(word in HEDGES for word in words) / n_words,
    ]
