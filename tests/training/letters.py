"""Readers who like texts by their letters, which keywords cannot tell: no two texts have a word in common."""

from collections.abc import Sequence

import numpy as np

from palate.feedback import CrowdFeedback

GROUPS = ("abcdef", "ghijkl", "mnopqr", "stuvwx")


def letters(n: int, seed: int) -> tuple[list[str], list[int]]:
    """n texts of three words of three letters, most of them of one group, and the group of each."""
    rng = np.random.default_rng(seed)
    groups = [int(group) for group in rng.integers(len(GROUPS), size=n)]
    texts = []
    for group in groups:
        drawn = [
            str(rng.choice(list(GROUPS[group] if rng.random() < 0.8 else "".join(GROUPS)))) for _ in range(9)
        ]
        texts.append(" ".join("".join(drawn[begin : begin + 3]) for begin in (0, 3, 6)))
    return texts, groups


def likes(groups: Sequence[int], readers: int, each: int, seed: int) -> list[tuple[list[int], list[float]]]:
    """For each reader the places of `each` texts, in order, and their likings: every second reader likes the
    same group.
    """
    rng = np.random.default_rng(seed)
    said = []
    for reader in range(readers):
        places = rng.permutation(len(groups))[:each].tolist()
        said.append((places, [1.0 if groups[place] == reader % 2 else -1.0 for place in places]))
    return said


def as_feedback(said: Sequence[tuple[list[int], list[float]]], n_texts: int) -> CrowdFeedback:
    """What readers said, as training takes it."""
    readers = np.repeat(np.arange(len(said)), [len(places) for places, _ in said])
    places, likings = (np.concatenate([one[column] for one in said]) for column in (0, 1))
    return CrowdFeedback(readers, places.astype(np.int64), likings.astype(np.float64), n_texts)
