"""Learners: the learners of a store that are in memory, up to a limit in bytes."""

from collections import Counter, OrderedDict
from threading import Lock

from palate.learner import Learner
from palate.store.readers import TasteRow
from palate.workspace.workspace import Workspace

# uses of a learner between two looks at what it holds; before them it is looked at after 1, 2, 4 and 8
MEASURED_EVERY = 16


class Learners:
    """One learner for each taste, shared by all who ask for it.

    limit_bytes: of what all of them hold together. Beyond it those that were not used for longest let go of
    what they learned, and learn it again from the log when they are used next: some milliseconds for 100
    judgements."""

    def __init__(self, workspace: Workspace, limit_bytes: int) -> None:
        self._workspace, self._limit_bytes = workspace, limit_bytes
        self._lock = Lock()
        self._learners: OrderedDict[int, Learner] = OrderedDict()
        self._nbytes: dict[int, int] = {}
        self._uses = Counter[int]()

    def get(self, row: TasteRow) -> Learner:
        """Returns the learner of a taste."""
        with self._lock:
            learner = self._learners.get(row.taste_id)
            if learner is None:
                learner = self._learners[row.taste_id] = Learner(self._workspace, row, self.used)
            return learner

    def used(self, learner: Learner) -> None:
        """Notes that a learner was used, and lets others go where all hold too much. A learner calls it."""
        with self._lock:
            self._learners.move_to_end(learner.taste_id)
            self._uses[learner.taste_id] += 1
            uses = self._uses[learner.taste_id]
            if uses % MEASURED_EVERY and uses.bit_count() > 1:
                return
            self._nbytes[learner.taste_id] = learner.nbytes
            excess = sum(self._nbytes.values()) - self._limit_bytes
            idle = [other for other in self._learners.values() if other is not learner]
        for other in idle:
            if excess <= 0:
                return
            if other.release_if_idle():
                with self._lock:
                    excess -= self._nbytes.pop(other.taste_id, 0)
                    self._uses.pop(other.taste_id, None)
