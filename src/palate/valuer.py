"""Valuer: what texts are worth to a reader that need not be in the library."""

from collections.abc import Sequence

import numpy as np

from palate.answers import stored_indices
from palate.explain import shares_of
from palate.features import Features
from palate.learner import Learner
from palate.parts import Vector
from palate.retrieval import Retrieval, View
from palate.rules.matcher import shifted
from palate.text import Text
from palate.value import Explanation, LibraryLogits, Value
from palate.workspace.corpus import Corpus
from palate.workspace.reading import moment_of
from palate.workspace.workspace import Workspace

TEXTS_AT_ONCE = 4096  # whose features are in memory


class Valuer:
    """Values texts by a reader's taste and rules. Nothing is stored; a text with the words of a stored one
    counts as that.
    """

    def __init__(self, workspace: Workspace, learner: Learner, retrieval: Retrieval) -> None:
        self._workspace, self._learner, self._retrieval = workspace, learner, retrieval

    def values(self, given: Sequence[Text]) -> list[Value]:
        """See `Reader.value`."""
        with self._learner.lock:
            view = self._retrieval.view(all=True)
            stored = stored_indices(self._workspace.store, view.corpus, given)
            new = [index for index, text in enumerate(given) if text.content_hash not in stored]
            mean, sd = np.zeros(len(given)), np.zeros(len(given))
            known = [index for index, text in enumerate(given) if text.content_hash in stored]
            if known:
                indices = np.array([stored[given[index].content_hash] for index in known])
                mean[known], sd[known] = self._retrieval.value(view, indices)
            if new:
                texts_of_new = [given[index] for index in new]
                features = self._features_of_new(view.corpus, texts_of_new)
                mean[new], sd[new] = self._value_of_new(view, texts_of_new, features)
        return [Value(float(m), float(s)) for m, s in zip(mean, sd, strict=True)]

    def explain(self, given: Text) -> Explanation:
        """See `Reader.explain`."""
        with self._learner.lock:
            view = self._retrieval.view(all=True)
            corpus = view.corpus
            index = stored_indices(self._workspace.store, corpus, [given]).get(given.content_hash)
            if index is None:
                features, row = self._features_of_new(corpus, [given]), None
                mean, sd = self._value_of_new(view, [given], features)
            else:
                indices = np.array([index])
                features, row = corpus.features(indices), int(corpus.rows[index])
                mean, sd = self._retrieval.value(view, indices)
            shares = shares_of(given, row, features, view, self._learner.taste, self._workspace)
        return Explanation(Value(float(mean[0]), float(sd[0])), shares, features)

    def logits(self, given: Sequence[Text]) -> LibraryLogits:
        """See `Reader.logits`."""
        with self._learner.lock:
            corpus, taste = self._learner.corpus(), self._learner.taste
            of_given = taste.logits(self._features_of_new(corpus, given))
            present = np.flatnonzero(~corpus.removed)
            parts = [
                present[first : first + TEXTS_AT_ONCE] for first in range(0, len(present), TEXTS_AT_ONCE)
            ]
            stored = [taste.logits(corpus.features(part)) for part in parts]
        return LibraryLogits(of_given, np.concatenate([np.zeros(0), *stored]), corpus.rows[present])

    def _features_of_new(self, corpus: Corpus, texts: Sequence[Text]) -> Features:
        moments = [moment_of(text.published) for text in texts]
        return self._workspace.features(corpus, [text.content for text in texts], moments)

    def _value_of_new(self, view: View, texts: Sequence[Text], features: Features) -> tuple[Vector, Vector]:
        boosts = [rule for rule in view.rules if rule.action == "boost"]
        added = [sum(rule.amount for rule in boosts if rule.matches(text)) for text in texts]
        return shifted(*self._learner.taste.value(features), np.array(added, dtype=np.float64))
