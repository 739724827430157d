"""Tastes by name, with the settings that readers are served."""

from collections.abc import Callable

from palate.errors import UnknownName
from palate.parts import Taste
from palate.taste.bayes import BayesTaste
from palate.taste.profile import ProfileTaste

DEFAULT_TASTE = "bayes"

TASTES: dict[str, Callable[[], Taste]] = {
    "bayes": lambda: BayesTaste({"semantic": 0.15, "keyword": 0.85}),
    "profile": ProfileTaste,
}


def make_taste(kind: str) -> Taste:
    """A taste that has learned nothing yet. Raises UnknownName for a kind that is not there."""
    if kind not in TASTES:
        raise UnknownName(f"there is no taste of kind {kind!r}; choose one of: {', '.join(sorted(TASTES))}")
    return TASTES[kind]()
