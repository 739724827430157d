"""Tastes by name, with the settings that readers are served."""

from collections.abc import Callable

from palate.errors import UnknownName
from palate.features import Features
from palate.parts import Taste
from palate.taste.bayes import BayesTaste
from palate.taste.profile import ProfileTaste

DEFAULT_TASTE = "bayes"


def bayes(background: Features | None = None) -> BayesTaste:
    return BayesTaste({"semantic": 0.15, "keyword": 0.85}, background=background)


def profile(_: Features | None = None) -> ProfileTaste:
    return ProfileTaste()


TASTES: dict[str, Callable[..., Taste]] = {"bayes": bayes, "profile": profile}


def make_taste(kind: str, background: Features | None = None) -> Taste:
    """A taste that has learned nothing yet. background: the average of the corpus it will value, one row.

    Raises UnknownName for a kind that is not there.
    """
    if kind not in TASTES:
        raise UnknownName(f"there is no taste of kind {kind!r}; choose one of: {', '.join(sorted(TASTES))}")
    return TASTES[kind](background)
