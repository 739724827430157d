"""Explain: a value's logit as shares of words, feature blocks and rules."""

from typing import Literal

import numpy as np
from scipy.sparse import csr_array

from palate.feature.terms import count_terms
from palate.features import Features
from palate.parts import Encoder, Taste
from palate.retrieval import View
from palate.text import Text
from palate.value import Contribution
from palate.words import merged
from palate.workspace.corpus import Corpus
from palate.workspace.workspace import Workspace

# blocks that are split over words
WORDED: dict[str, Literal["keyword", "tfidf"]] = {"keyword": "keyword", "tfidf": "tfidf"}


def shares_of(
    text: Text, row: int | None, features: Features, view: View, taste: Taste, workspace: Workspace
) -> tuple[Contribution, ...]:
    """Returns the share of every word, block and rule in a text's logit, largest first.

    row: the store's, None where the text is not stored. features: the one row of the text.
    """
    if row is None:
        matching = [rule for rule in view.rules if rule.matches(text)]
        ruled = [Contribution("rule", str(rule), rule.amount) for rule in matching]
    else:
        ruled = workspace.rules.shares(view.rules, row)
    learned = _contributions(text.content, view.corpus, features, taste, workspace.encoder)
    return tuple(sorted([*learned, *ruled], key=lambda share: -abs(share.amount)))


def _contributions(
    content: str, corpus: Corpus, features: Features, taste: Taste, encoder: Encoder
) -> list[Contribution]:
    """Every share of the logit that a taste gives a text; they sum to it.

    The semantic block is split over words where the encoder can (`attribute`); what no word accounts for (the
    corpus mean, rounding; with other encoders all of it) stands under the block's own name. What no weight
    explains stands under the name of the taste it comes from."""
    base, weights = taste.explain()
    shares = [Contribution("base", "base", base)]
    for block, given in weights.items():
        block_weights = np.asarray(given)
        row = features.blocks[block]
        dense = row.toarray()[0] if isinstance(row, csr_array) else row[0]
        total = float(dense.astype(np.float64) @ block_weights)
        if block in WORDED:
            words = {term: corpus.space.keyword.column(term, WORDED[block]) for term in count_terms(content)}
            amounts = {
                term: float(dense[column] * block_weights[column])
                for term, column in words.items()
                if column >= 0
            }
        elif block == "semantic" and hasattr(encoder, "attribute"):
            amounts = encoder.attribute(content, corpus.space.semantic.direction(block_weights))
        else:
            amounts = {}
        shares += [Contribution(block, merged(word), amount) for word, amount in amounts.items() if amount]
        shares.append(Contribution(block, block, total - sum(amounts.values())))
    shares += [
        Contribution(name, name, float(amounts[0]))
        for name, amounts in taste.nonlinear_shares(features).items()
    ]
    return shares
