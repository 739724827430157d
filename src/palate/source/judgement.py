"""What an export says of its reader's judgement of a text -> a liking."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from palate.authors import folded
from palate.source.items import Items, Skipped
from palate.table.cells import cell_text
from palate.text import Text

# columns and fields, folded; of several the first that says something counts
INCLUSION_FIELDS = (
    "finalincluded", "labelincluded", "included", "asreviewlabel", "include", "inclusion", "decision",
    "finaldecision", "screeningdecision", "consensus", "label",
)  # fmt: skip
EXCLUSION_REASONS = ("exclusionreason", "exclusionreasons", "reasonforexclusion")
RATING_FIELDS = ("rating", "myrating", "yourrating", "userrating", "stars")
FAVOURITE_FIELDS = (
    "starred", "isstarred", "favorite", "favourite", "isfavorite", "isfavourite", "favorited", "favourited",
    "liked", "isliked", "loved",
)  # fmt: skip
FOLDER_FIELDS = ("folder", "folders", "collection")
FAVOURITE_FOLDERS = ("starred", "favorites", "favourites", "liked")
YES = ("1", "yes", "y", "true", "include", "included", "relevant", "accept", "accepted")
NO = ("0", "no", "n", "false", "exclude", "excluded", "irrelevant", "notrelevant", "reject", "rejected")
RAYYAN = re.compile(r"RAYYAN-INCLUSION:\s*\{([^{}]*)\}")
RAYYAN_DECISION = re.compile(r"=>\s*\"+\s*(Included|Excluded)\b", re.IGNORECASE)
COVIDENCE_REASON = re.compile(r"\bExclusion reason:\s*\S", re.IGNORECASE)
RATING = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:/\s*(\d+)|stars?)?", re.IGNORECASE)
NUMBER = re.compile(r"-?\d{1,9}(?:\.\d{1,9})?")
SCALES = {5: 1, 10: 1, 100: 0}  # the highest rating -> the lowest


def judgement_of(text: Text, highest: float = 5) -> float | None:
    """Returns the liking, in [-1, 1], that the fields of a text in extra tell; None where they tell none.

    Reads decisions of screening (included, ASReview's labels, Covidence, Rayyan by majority), ratings, and
    stars and favourites. What was read, archived or not starred is not judged. highest: the highest rating
    that any text of the source has, which tells the scale: up to 5, 10 or 100.

    >>> rows = [{"included": "0"}, {"My Rating": 4}, {"Folder": "Starred"}, {"Folder": "Archive"}]
    >>> [judgement_of(Text.of("", title="Cats", extra=row)) for row in rows]
    [-1.0, 0.5, 1.0, None]
    """
    fields = {folded(name): value for name, value in text.extra.items()}
    for liking in (_decision(fields), _rayyan(fields), _exclusion(fields), _rated(fields, highest)):
        if liking is not None:
            return liking
    starred = any(_word(fields.get(name)) in YES for name in FAVOURITE_FIELDS)
    kept = any(_word(fields.get(name)) in FAVOURITE_FOLDERS for name in FOLDER_FIELDS)
    return 1.0 if starred or kept else None


def rating_of(text: Text) -> float:
    """Returns the rating that tells the scale of its source; 0 for none, and for one that tells its own.

    >>> rating_of(Text.of("", extra={"Rating": "8"})), rating_of(Text.of("", extra={"rating": "3/5"}))
    (8.0, 0.0)
    """
    rating, own_highest = _rating({folded(name): value for name, value in text.extra.items()})
    return 0.0 if own_highest else rating


class JudgementsAlong:
    """The judgements in texts that are gone through twice: for the scale of their ratings, then for each.

    >>> texts = [Text.of("Cats", extra={"rating": 10}), Text.of("Dogs", extra={"rating": 1}), Text.of("Fish")]
    >>> along = JudgementsAlong()
    >>> _, _ = list(along.measured(texts)), list(along.collected(texts))
    >>> [(text.body, liking) for text, liking in along.likings]
    [('Cats', 1.0), ('Dogs', -1.0)]
    """

    def __init__(self) -> None:
        self._highest = 0.0
        self.likings: list[tuple[Text, float]] = []

    def measured(self, items: Iterable[Text | Skipped]) -> Items:
        """Yields the texts, and sees how high they are rated."""
        for item in items:
            if isinstance(item, Text):
                self._highest = max(self._highest, rating_of(item))
            yield item

    def collected(self, items: Iterable[Text | Skipped]) -> Items:
        """Yields the texts again, and collects their likings."""
        for item in items:
            if isinstance(item, Text) and (liking := judgement_of(item, self._highest)) is not None:
                self.likings.append((item, liking))
            yield item


def _decision(fields: Mapping[str, Any]) -> float | None:
    for name in INCLUSION_FIELDS:
        word = _word(fields.get(name))
        if word in YES:
            return 1.0
        if word in NO:
            return -1.0
    return None


def _rayyan(fields: Mapping[str, Any]) -> float | None:
    """The majority of the raters; none where as many include as exclude."""
    for note in _notes(fields.values()):
        if said := RAYYAN.search(note):
            decisions = [decision.lower() for decision in RAYYAN_DECISION.findall(said[1])]
            balance = decisions.count("included") - decisions.count("excluded")
            return None if not balance else 1.0 if balance > 0 else -1.0
    return None


def _exclusion(fields: Mapping[str, Any]) -> float | None:
    has_reason = any(cell_text(fields.get(name)) for name in EXCLUSION_REASONS)
    return -1.0 if has_reason or any(map(COVIDENCE_REASON.search, _notes(fields.values()))) else None


def _rated(fields: Mapping[str, Any], highest: float) -> float | None:
    rating, own_highest = _rating(fields)
    top = next((scale for scale in SCALES if scale >= (own_highest or highest)), None)
    if not rating or top is None or rating > top:
        return None
    low = SCALES[top]
    return max(-1.0, 2 * (rating - low) / (top - low) - 1)


def _rating(fields: Mapping[str, Any]) -> tuple[float, float]:
    """The rating, and the highest one that it names itself ("8/10"); 0 for none of them."""
    for name in RATING_FIELDS:
        value = cell_text(fields.get(name))
        if "★" in value:
            return value.count("★"), value.count("★") + value.count("☆") if "☆" in value else 0
        if rating := RATING.fullmatch(value):
            return float(rating[1].replace(",", ".")), float(rating[2] or 0)
    return 0.0, 0.0


def _word(value: Any) -> str:
    word = cell_text(value)
    return f"{float(word):g}" if NUMBER.fullmatch(word) else folded(word)


def _notes(values: Iterable[Any]) -> Iterable[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from (part for part in value if isinstance(part, str))
