"""Interests: what a reader wrote of a taste, taken apart."""

import re
from typing import NamedTuple

# what parts one interest from the next
BETWEEN = re.compile(r"\s*(?:[;\n\u2022\u00b7]|(?<=\w)[.!?](?=\s|$))\s*")
# what turns the rest of an interest into one that is not liked
BUT_NOT = re.compile(
    r"(?:(?:^|,\s*|[,\s]+(?:but|and)\s+)(?:not|no|nothing)|[,\s]+(?:except(?:\s+for)?|excluding))"
    r"\s+(?:(?:about|on|for)\s+)?",
    re.IGNORECASE,
)
# with which a person begins a sentence on what to read
LEAD_IN = re.compile(
    r"^(?:and|also|or|plus|i\s+(?:really\s+)?(?:like|love|want|read|follow)|i(?:'m|\s+am)\s+interested\s+in"
    r"|(?:papers|articles|texts|news|posts|stories|anything|everything|something)\s+(?:about|on))\s+",
    re.IGNORECASE,
)


class Interests(NamedTuple):
    """What is liked and what is not, each a phrase of its own."""

    liked: tuple[str, ...]
    disliked: tuple[str, ...]


def read_interests(likes: str, dislikes: str = "") -> Interests:
    """Takes what a reader wrote apart: semicolons, lines, bullets and ends of sentences part one interest
    from the next; what follows "but not", ", not", "no" at the start, "except" or "excluding" is not liked.

    Commas and "and" part nothing: "search engines, ranking and recommendation" is one interest, of which
    a text may have any part.

    >>> read_interests("retrieval; ranking with feedback, but not advertising")
    Interests(liked=('retrieval', 'ranking with feedback'), disliked=('advertising',))
    >>> read_interests("I like papers on sleep. No mice.", dislikes="surveys; theses")
    Interests(liked=('sleep',), disliked=('mice', 'surveys', 'theses'))
    >>> read_interests("learning without labels, or with no labels").liked
    ('learning without labels, or with no labels',)
    """
    liked: list[str] = []
    disliked: list[str] = []
    for part in BETWEEN.split(likes):
        wanted, *unwanted = BUT_NOT.split(part)
        liked += _named(wanted)
        for phrase in unwanted:
            disliked += _named(phrase)
    for part in BETWEEN.split(dislikes):
        disliked += _named(part)
    return Interests(tuple(dict.fromkeys(liked)), tuple(dict.fromkeys(disliked)))


def _named(part: str) -> list[str]:
    """Returns the phrase without what leads to it; nothing where no word is left."""
    phrase, before = part.strip(" ,.;:!?-*"), ""
    while phrase != before:
        before, phrase = phrase, LEAD_IN.sub("", phrase)
    return [phrase] if re.search(r"\w", phrase) else []
