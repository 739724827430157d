"""Questions by name."""

from collections.abc import Callable

from palate.errors import UnknownName
from palate.parts import Question
from palate.question.diverse import Diverse
from palate.question.expected import Expected
from palate.question.explore import Explore
from palate.question.random_choice import RandomChoice
from palate.question.thompson import Thompson
from palate.question.uncertainty import Uncertainty
from palate.question.variance import Variance

DEFAULT_QUESTION = "explore"

QUESTIONS: dict[str, Callable[[], Question]] = {
    "diverse": Diverse,
    "expected": Expected,
    "explore": Explore,
    "random": RandomChoice,
    "thompson": Thompson,
    "uncertainty": Uncertainty,
    "variance": Variance,
}


def make_question(name: str) -> Question:
    """Returns a new question strategy. Raises UnknownName for a name that is not in QUESTIONS."""
    if name not in QUESTIONS:
        raise UnknownName(
            f"there is no question strategy {name!r}; choose one of: {', '.join(sorted(QUESTIONS))}"
        )
    return QUESTIONS[name]()
