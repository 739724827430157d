"""Tastes by name, with the settings that readers are served."""

from collections.abc import Callable, Mapping

from scipy.sparse import csr_array

from palate.description.description import Description
from palate.errors import UnknownName
from palate.features import Background, Features
from palate.parts import Taste
from palate.taste.aging import AgingTaste
from palate.taste.bandit import BanditTaste
from palate.taste.bayes import BayesTaste
from palate.taste.contest import ContestTaste
from palate.taste.counts import CountsTaste
from palate.taste.described import DescribedTaste
from palate.taste.evolved import EvolvedTaste
from palate.taste.gradient import GradientTaste
from palate.taste.margin import MarginTaste
from palate.taste.neighbour import NeighbourTaste
from palate.taste.neural import NeuralTaste
from palate.taste.profile import ProfileTaste
from palate.taste.rate import Stream
from palate.taste.scaled import ScaledTaste

CONTEST = "contest"
DESCRIBED = "described"  # the member of a contest that goes by what the reader wrote
DEFAULT_TASTE = CONTEST
SERVINGS = ("blend", "champion")
# of `gradient` alone: in a kernel so small a block still outweighs few shared words
EXTRA_SCALES = {"sentiment": 0.02, "freshness": 0.05}
CONTENT_SCALES = {"semantic": 0.15, "keyword": 0.85}  # prior variance that each block brings to a liking
# the same beside a crowd of likes alone
LIKED_CROWD_SCALES = {"crowd": 0.5, "semantic": 0.075, "keyword": 0.425}
# and beside one that rates: its block has a scale of its own
RATED_CROWD_SCALES = {"crowd": 1.0, "semantic": 0.05, "keyword": 0.07}
NO_BACKGROUND = Background(Features({}), Features({}), {})
# members of a contest, and what each counts before any feedback: of content, and what a crowd adds
CONTENT_MEMBERS = {"bayes": 0.33, "margin": 0.66, "gradient": 0.005, "scaled": 0.005}
CROWD_MEMBERS = {"bayes": 0.8, "crowd": 0.2}
# judgements of others per text with which the crowd's tastes and those of content count the same
EVEN_JUDGEMENTS_PER_TEXT = 0.5


def bayes(background: Background) -> BayesTaste:
    """Of content, and of what the crowd says where there is one."""
    return bayes_on(scales_of(background), background)


def content(background: Background) -> BayesTaste:
    return bayes_on(CONTENT_SCALES, background)


def crowd(background: Background) -> BayesTaste:
    """Of what the crowd says alone, where there is one; else of content."""
    return bayes_on({"crowd": 1.0}, background) if "crowd" in background.prior else content(background)


def scales_of(background: Background) -> Mapping[str, float]:
    """What `bayes` goes by, and the prior variance that each block brings."""
    if "crowd" not in background.prior:
        return CONTENT_SCALES
    return RATED_CROWD_SCALES if is_rated(background) else LIKED_CROWD_SCALES


def bayes_on(scales: Mapping[str, float], background: Background) -> BayesTaste:
    """A BayesTaste on these blocks. Where the crowd among them rates, likes and dislikes count the same, as
    they do in it, and its log odds are to be believed nearly as they are."""
    if "crowd" not in scales:
        return BayesTaste(scales, background=background.average if background.average.blocks else None)
    if is_rated(background):
        return BayesTaste(
            scales, bias=0.02, dislike=1.0, balance=0.0, slope=2.1, spread=0.3, prior=background.prior
        )
    return BayesTaste(scales, background=background.average, prior=background.prior)


def is_rated(background: Background) -> bool:
    """Whether the crowd gave likes and dislikes: its block is dense then (see feature/crowd.py)."""
    return not isinstance(background.average.blocks["crowd"], csr_array)


def profile(_: Background) -> ProfileTaste:
    return ProfileTaste()


def margin(background: Background) -> MarginTaste:
    return MarginTaste({"tfidf": 1.0}, background=background if background.sample.blocks else None)


def counts(_: Background) -> CountsTaste:
    return CountsTaste(block="tfidf")


def gradient(background: Background) -> GradientTaste:
    others = {name: scale for name, scale in EXTRA_SCALES.items() if name in background.sample.blocks}
    return GradientTaste({"semantic": 0.5, "keyword": 0.5, **others}, background=background)


def scaled(background: Background) -> ScaledTaste:
    return ScaledTaste({"semantic": 0.3, "keyword": 0.7}, background=background)


def bandit(background: Background) -> BanditTaste:
    return BanditTaste({"semantic": 1.0}, background=background)


def neighbour(background: Background) -> NeighbourTaste:
    return NeighbourTaste({"semantic": 0.5, "keyword": 0.5}, background=background)


def neural(background: Background) -> NeuralTaste:
    return NeuralTaste({"semantic": 1.0}, background=background)


def aging(background: Background) -> AgingTaste:
    return AgingTaste(lambda: content(background), half_life=100.0)


def evolved(background: Background) -> EvolvedTaste:
    def make(genes: Mapping[str, float]) -> BayesTaste:
        scales = {name: genes[name] for name in CONTENT_SCALES}
        average = background.average if background.average.blocks else None
        return BayesTaste(
            scales, noise=genes["noise"], dislike=genes["dislike"], slope=genes["slope"], background=average
        )

    return EvolvedTaste(
        make, {**CONTENT_SCALES, "noise": 1.0, "dislike": 0.3, "slope": 4.0}, tuple(CONTENT_SCALES)
    )


TASTES: dict[str, Callable[[Background], Taste]] = {
    "aging": aging,
    "bandit": bandit,
    "bayes": bayes,
    "content": content,
    "counts": counts,
    "crowd": crowd,
    "evolved": evolved,
    "gradient": gradient,
    "margin": margin,
    "neighbour": neighbour,
    "neural": neural,
    "profile": profile,
    "scaled": scaled,
}


def make_taste(kind: str, background: Background = NO_BACKGROUND) -> Taste:
    """A taste of one kind that has learned nothing yet. background: of the texts it will value.

    Raises UnknownName for a kind that is not there, MissingExtra where it needs one.
    """
    if kind == CONTEST or "," in kind:
        return make_contest(kind, background)
    if kind not in TASTES:
        raise UnknownName(
            f"there is no taste of kind {kind!r}; choose one of: {', '.join(sorted([*TASTES, CONTEST]))}"
        )
    return TASTES[kind](background)


def make_contest(
    kind: str,
    background: Background = NO_BACKGROUND,
    serving: str = "blend",
    description: Description | None = None,
) -> ContestTaste:
    """The contest of a reader's taste.

    kind: contest, for all that suit the background; or one kind, or several with commas between, which then
    start level. serving: blend, champion or the name of a member, which is then served whatever the others
    do. description: of the reader; all learn it, and in a contest of all it takes part, and comes first.
    Raises UnknownName for a kind or serving that is not there."""
    prior = members_of(kind, background, described=description is not None)
    has_texts = bool(background.sample.blocks) and len(background.sample) > 0
    usual = background.sample if has_texts else None
    members: dict[str, Taste] = {name: make_taste(name, background) for name in prior if name != DESCRIBED}
    stream = None
    if usual is not None and not ("crowd" in background.prior and is_rated(background)):
        stream = Stream(usual)
    if description is not None and DESCRIBED in prior:
        described = DescribedTaste(description, usual)
        members = {DESCRIBED: described, **members}
        stream = stream and Stream(stream.usual, described.log_odds)
    if serving not in (*SERVINGS, *members):
        raise UnknownName(
            f"this contest cannot serve {serving!r}; choose one of: {', '.join([*SERVINGS, *members])}"
        )
    contest = ContestTaste(
        members,
        prior,
        serving="champion" if serving == "champion" else "blend",
        pinned=serving if serving in members else None,
        rate=0.1,
        half_life=100.0,
        stream=stream,
        first=DESCRIBED if DESCRIBED in members else None,
    )
    if description is not None:
        contest.introduce(description.phrases, description.likings, description.weights)
    return contest


def members_of(kind: str, background: Background, *, described: bool = False) -> dict[str, float]:
    """The tastes of a contest of this kind, and what each counts before any feedback. described: whether the
    reader wrote what is liked, or not.
    """
    if kind != CONTEST:
        return dict.fromkeys(kind.split(","), 1.0)
    others = default_members(background)
    return {DESCRIBED: sum(others.values()), **others} if described else dict(others)


def default_members(background: Background) -> dict[str, float]:
    """Who takes part, and what each counts before any feedback: the more a crowd has said, the more those
    that listen to it.
    """
    if "crowd" not in background.prior:
        return CONTENT_MEMBERS
    share = background.judgements_per_text / (background.judgements_per_text + EVEN_JUDGEMENTS_PER_TEXT)
    alone = {
        "content" if name == "bayes" else name: (1 - share) * weight
        for name, weight in CONTENT_MEMBERS.items()
    }
    return {**{name: share * weight for name, weight in CROWD_MEMBERS.items()}, **alone}
