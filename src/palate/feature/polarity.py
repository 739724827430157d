"""Polarity: whether a text speaks well or ill, by the words in it, and which words say so."""

import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|[!?]")
NEGATIONS = frozenset(
    "not no never nor neither none nobody nothing nowhere hardly scarcely barely without lacks lacking lack"
    " isn't aren't wasn't weren't don't doesn't didn't can't cannot couldn't won't wouldn't shouldn't hasn't"
    " haven't hadn't ain't isnt dont doesnt didnt cant wont n't".split()
)
BOOSTERS = frozenset(
    "very really extremely absolutely completely deeply highly incredibly particularly so too totally truly"
    " utterly remarkably exceptionally".split()
)
DAMPENERS = frozenset("slightly somewhat fairly partly almost marginally occasionally kind sort".split())
TURNS = frozenset("but however yet although though".split())
NEGATED, BOOSTED, DAMPENED = -0.74, 1.3, 0.7
BEFORE_TURN, AFTER_TURN = 0.5, 1.5
REACH = 3  # words before one that may negate or boost it
QUIET = 15.0  # how much feeling in all makes a text half as polar as can be, squared
STRENGTH = 0.02  # of a share that is worth naming


class Polarity(NamedTuple):
    """value: -1 to 1, 0 where no word says anything. words: with their shares, the strongest first."""

    value: float
    words: tuple[tuple[str, float], ...]


def polarity(content: str) -> Polarity:
    """Returns the polarity of a text by the valences of its words, English ones alone.

    A negation up to three words before turns a word round, an adverb boosts or dampens it, and what comes
    after "but" counts more than what comes before.
    Source: the rules and valences of VADER, Hutto and Gilbert (ICWSM 2014), its normalisation x / sqrt(x^2 +
    15).

    >>> polarity("A delightful film.").value > 0 > polarity("Not a delightful film.").value
    True
    >>> polarity("It was slow, but wonderful!").words[0][0], polarity("A film about trains.")
    ('wonderful', Polarity(value=0.0, words=()))
    """
    tokens = WORD.findall(content.lower().replace("’", "'"))
    valences = _valences()
    shares: dict[str, float] = {}
    turn = max((index for index, token in enumerate(tokens) if token in TURNS), default=-1)
    for index, token in enumerate(tokens):
        valence = valences.get(token, 0.0)
        if not valence:
            continue
        before = tokens[max(0, index - REACH) : index]
        if any(word in NEGATIONS for word in before):
            valence *= NEGATED
        if any(word in BOOSTERS for word in before[-2:]):
            valence *= BOOSTED
        elif any(word in DAMPENERS for word in before[-2:]):
            valence *= DAMPENED
        if turn >= 0 and len(tokens) < 60:  # of a single sentence or two
            valence *= AFTER_TURN if index > turn else BEFORE_TURN
        shares[token] = shares.get(token, 0.0) + valence
    total = sum(shares.values())
    value = total / (total * total + QUIET) ** 0.5
    words = sorted(shares.items(), key=lambda share: -abs(share[1]))
    return Polarity(value, tuple((word, share) for word, share in words if abs(share) > STRENGTH))


@cache
def _valences() -> dict[str, float]:
    lines = (files("palate.feature") / "valence.tsv").read_text("ascii").splitlines()
    return {word: float(valence) for word, valence in (line.split("\t") for line in lines)}
