"""Tastes by name, with the settings that readers are served."""

from collections.abc import Callable

from palate.errors import UnknownName
from palate.features import Background
from palate.parts import Taste
from palate.taste.bayes import BayesTaste
from palate.taste.contest import ContestTaste
from palate.taste.profile import ProfileTaste

CONTEST = "contest"
DEFAULT_TASTE = CONTEST
SERVINGS = ("blend", "champion")
ROSTER = {"bayes": 0.8, "profile": 0.2}  # who takes part, and what each counts before any feedback


def bayes(background: Background | None = None) -> BayesTaste:
    return BayesTaste({"semantic": 0.15, "keyword": 0.85}, background=background.average if background else None)


def profile(_: Background | None = None) -> ProfileTaste:
    return ProfileTaste()


TASTES: dict[str, Callable[..., Taste]] = {"bayes": bayes, "profile": profile}


def make_taste(kind: str, background: Background | None = None) -> Taste:
    """A taste of one kind that has learned nothing yet. background: of the texts it will value.

    Raises UnknownName for a kind that is not there.
    """
    if kind == CONTEST:
        return make_contest(kind, background)
    if kind not in TASTES:
        raise UnknownName(f"there is no taste of kind {kind!r}; choose one of: {', '.join(sorted([*TASTES, CONTEST]))}")
    return TASTES[kind](background)


def make_contest(kind: str, background: Background | None = None, serving: str = "blend") -> ContestTaste:
    """The contest of a reader's taste: of all in ROSTER for the kind contest, else of the one.

    serving: blend, champion or the name of a member, which is then served whatever the others do.
    Raises UnknownName for a kind or serving that is not there.
    """
    prior = ROSTER if kind == CONTEST else {kind: 1.0}
    members = {name: make_taste(name, background) for name in prior}
    if serving not in (*SERVINGS, *members):
        raise UnknownName(f"this contest cannot serve {serving!r}; choose one of: {', '.join([*SERVINGS, *members])}")
    pinned = serving if serving in members else None
    return ContestTaste(members, prior, serving="champion" if serving == "champion" else "blend", pinned=pinned)
