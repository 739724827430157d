"""Suggestions: rules that a reader's own likes and dislikes support."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import false_discovery_control, hypergeom

from palate.authors import authors
from palate.feature.terms import is_stop
from palate.rule import Evidence, Field, Rule
from palate.text import Text
from palate.words import is_unspaced, word_runs

MAX_FALSE_DISCOVERY_RATE = 0.05  # share of the suggestions that may be due to chance alone
MIN_TEXTS = 4  # judged texts that must have a trait
MAX_TRAIT_CHARACTERS = 60  # of a word or name
MAX_RUN_CHARACTERS = 4  # of a word in a script without blanks
WORD = re.compile(r"\b[^\W\d_]\w{2,}")
MIN_TEXTS_TO_BLOCK = 10  # with a trait, none of them liked: then at most 3 in 10 would be (95 %)
MIN_SUGGESTED_LOGITS = 0.5  # a smaller boost is not worth a rule
MAX_SUGGESTED_LOGITS = 3.0
MAX_SUGGESTIONS = 10  # at a time

Counts = np.ndarray[tuple[int], np.dtype[Any]]


@dataclass(frozen=True)
class Suggestion:
    """A rule with the evidence for it."""

    rule: Rule
    evidence: Evidence


def suggest(
    texts: Sequence[Text], likings: Sequence[float], settled: Collection[tuple[str, str]] = ()
) -> list[Suggestion]:
    """Suggests rules on words, authors and sources that tell liked texts from disliked ones, surest first, at
    most 10.

    texts: n judged ones. likings: (n,) above 0 for a like, below for a dislike, 0 for neither. settled: keys
    of rules left out. A trait of exactly the texts of a surer one is left out. A trait that 10 texts or more
    have, and none that was liked, is to be blocked; for the rest the boost is the log odds ratio's 95 % bound
    that lies nearer to 0, so weak evidence gives little. Costs O(words of all texts).
    Source: Fisher's exact test, as Dunning, Computational Linguistics 19 (1993), asks for where counts are
    small; the share of false suggestions is limited by Benjamini and Hochberg, JRSS B 57 (1995); Hanley and
    Lippman-Hand, JAMA 249 (1983), for the bound that none of n gives; Gart, Biometrics 22 (1966), for the
    interval of the log odds ratio.

    >>> texts = [Text.of(f"{words} {n}") for words in ("kittens", "bond yields") for n in range(12)]
    >>> suggestions = suggest(texts, [1.0] * 12 + [-1.0] * 12)
    >>> [(str(suggestion.rule), suggestion.evidence.disliked) for suggestion in suggestions]
    [('block word "bond"', 12), ('boost word "kittens" by +2.4', 0)]
    """
    judged = [(text, liking > 0) for text, liking in zip(texts, likings, strict=True) if liking]
    of_liked = sum(liked for _, liked in judged)
    of_disliked = len(judged) - of_liked
    having: dict[tuple[Field, str], list[int]] = {}
    for index, (text, _) in enumerate(judged):
        for trait in _traits(text):
            having.setdefault(trait, []).append(index)
    traits = [
        trait
        for trait, indices in having.items()
        if len(indices) >= MIN_TEXTS and len(trait[1]) <= MAX_TRAIT_CHARACTERS
    ]
    liked = np.array([sum(judged[index][1] for index in having[trait]) for trait in traits], dtype=np.int64)
    disliked = np.array([len(having[trait]) for trait in traits], dtype=np.int64) - liked
    if not len(traits):
        return []
    p_values = fisher(liked, disliked, of_liked, of_disliked)
    significant = false_discovery_control(p_values) <= MAX_FALSE_DISCOVERY_RATE
    log_odds = nearer_bounds(liked, disliked, of_liked, of_disliked)
    suggestions, covered = list[Suggestion](), set[tuple[int, ...]]()
    for i in sorted(
        np.flatnonzero(significant).tolist(), key=lambda i: (p_values[i], _shortness(traits[i]), traits[i])
    ):
        evidence = Evidence(int(liked[i]), of_liked, int(disliked[i]), of_disliked, float(p_values[i]))
        rule = _rule(*traits[i], evidence, float(log_odds[i]))
        matching = tuple(having[traits[i]])
        if rule and rule.key not in settled and matching not in covered:
            covered.add(matching)
            suggestions.append(Suggestion(rule, evidence))
    return suggestions[:MAX_SUGGESTIONS]


def fisher(liked: Counts, disliked: Counts, of_liked: int, of_disliked: int) -> Counts:
    """Returns (m,) two-sided p-values of Fisher's exact test, twice the smaller tail, for m traits that so
    many texts have.
    """
    drawn = liked + disliked
    below = hypergeom.cdf(liked, of_liked + of_disliked, of_liked, drawn)
    above = hypergeom.sf(liked - 1, of_liked + of_disliked, of_liked, drawn)
    return np.asarray(np.minimum(1.0, 2 * np.minimum(below, above)))


def nearer_bounds(liked: Counts, disliked: Counts, of_liked: int, of_disliked: int) -> Counts:
    """Returns (m,) the bound of each log odds ratio's 95 % interval that is nearer to 0; 0 where the interval
    holds 0.
    """
    cells = np.stack([liked, disliked, of_liked - liked, of_disliked - disliked]) + 0.5
    ratio = np.log(cells[0] * cells[3] / (cells[1] * cells[2]))
    return np.asarray(
        np.sign(ratio) * np.maximum(0.0, np.abs(ratio) - 1.96 * np.sqrt((1 / cells).sum(axis=0)))
    )


def _shortness(trait: tuple[Field, str]) -> int:
    """Puts longer runs of a script without blanks first: of those in the same texts they say most."""
    return -len(trait[1]) if trait[0] == "word" and is_unspaced(trait[1]) else 0


def _rule(field: Field, value: str, evidence: Evidence, bound: float) -> Rule | None:
    if not evidence.liked and evidence.disliked >= MIN_TEXTS_TO_BLOCK:
        return Rule("block", field, value)
    amount = round(float(np.clip(bound, -MAX_SUGGESTED_LOGITS, MAX_SUGGESTED_LOGITS)), 1)
    return Rule("boost", field, value, amount) if abs(amount) >= MIN_SUGGESTED_LOGITS else None


def _words(content: str) -> Iterator[str]:
    """Yields words of three letters or more that begin with one, and of scripts without blanks all runs of
    two to four characters.
    """
    if content.isascii():
        yield from WORD.findall(content.lower())
        return
    for run in word_runs(content):
        if len(run) > 1:
            lengths = range(2, MAX_RUN_CHARACTERS + 1)
            yield from ("".join(run[i : i + n]) for n in lengths for i in range(len(run) - n + 1))
        elif len(run[0]) > 2 and not run[0][0].isdigit():
            yield run[0]


def _traits(text: Text) -> Iterator[tuple[Field, str]]:
    """Yields what a text has that a rule could match, each once."""
    for word in dict.fromkeys(_words(f"{text.title}\n{text.body}")):
        if not is_stop(word):
            yield "word", word
    for name in dict.fromkeys(authors(text.extra)):
        yield "author", name
    if text.source:
        yield "source", text.source
