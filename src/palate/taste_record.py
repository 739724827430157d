"""TasteRecord: how well a taste has predicted so far, and what was seen of all that it would like."""

import numpy as np

from palate.description.description import Description
from palate.insight.drift import TasteChange, detect_changes
from palate.learner import Learner
from palate.listed import Listed
from palate.progressive import Progressive, progressive_of
from palate.question.stopping import RecallEstimate, estimate_recall
from palate.retrieval import Retrieval
from palate.taste.leaderboard import Standing, leaderboard


class TasteRecord:
    """The contest of one taste and its progress. A `Reader` is one."""

    def __init__(self, learner: Learner, retrieval: Retrieval) -> None:
        self._learner, self._retrieval = learner, retrieval

    def described(self) -> Description | None:
        """Returns what the reader wrote, as it was understood: interests, and the words of each that texts
        of the library have; None where nothing was written.
        """
        with self._learner.lock:
            self._learner.corpus()
            return self._learner.description

    def contest(self) -> Listed[Standing]:
        """Returns how the tastes that compete for this reader stand, lowest loss first."""
        with self._learner.lock:
            self._learner.corpus()
            return leaderboard(self._learner.taste)

    def champions(self) -> list[tuple[int, str]]:
        """Returns (judgements before it, name) of each champion so far, the first first."""
        with self._learner.lock:
            self._learner.corpus()
            return list(self._learner.taste.champions)

    def progress(self) -> RecallEstimate:
        """Returns how much of what this reader would like has been seen; skipped and blocked texts do not
        count.
        """
        with self._learner.lock:
            view = self._retrieval.view(all=False)
            verdicts = self._learner.verdicts.values()
            liked = [entry.liking > 0 for entry in verdicts if entry.liking is not None]
        return estimate_recall(np.array(liked, dtype=np.bool), int(np.count_nonzero(view.candidates)))

    def changes(self) -> list[TasteChange]:
        """Returns where this reader's taste seems to have changed, in judgements that were predicted."""
        predicted, came = self.progressive()
        return detect_changes((predicted - came) ** 2)

    def progressive(self) -> Progressive:
        """Returns what was predicted of each judgement before it was learned, and what came."""
        with self._learner.lock:
            self._learner.corpus()
            return progressive_of(self._learner.taste.scoreboard)

    def serve(self, serving: str) -> None:
        """Serves the blend of the contest, its champion, or one member by its name. Raises UnknownName."""
        self._learner.serve(serving)

    def measure_again(self) -> None:
        """Holds the whole contest once more, from the first judgement: for a store that an older palate
        wrote.
        """
        self._learner.measure_again()

    @property
    def dropped(self) -> int:
        """How many of the oldest judgements no longer weigh in, since the taste can hold no more; the log
        keeps them.
        """
        with self._learner.lock:
            self._learner.corpus()
            return self._learner.taste.dropped
