"""Reasons: why a text has its value, in a sentence and in words."""

from collections.abc import Iterable, Mapping

from palate.feature.terms import is_stop
from palate.value import Why

LIKELY, POSSIBLE = 0.5, 0.2  # probabilities of a like from which a sentence says so
MOST_WORDS, MOST_CHARACTERS = 3, 60  # that a sentence names; of a title
LEAST_SHARE = 0.1  # in log odds, of a word that a sentence names
LEAST_FIT = 0.5  # score of an interest that a text is said to fit
NEAR = 0.3  # cosine from which a judged text is said to be near


def reason(why: Why) -> str:
    """Returns one sentence that says why a text has its value: what the reader wrote, words, and the nearest
    judged text, those that pull the way the value goes.
    """
    mean, shares = why.hit.value.mean, word_shares(why)
    up = mean >= POSSIBLE
    names = [word for word, amount in shares if (amount if up else -amount) >= LEAST_SHARE]
    names = sorted(names, key=lambda word: -abs(dict(shares)[word]))[:MOST_WORDS]
    parts = []
    if up and why.fits is not None and why.fits.score >= LEAST_FIT:
        parts.append(f"it fits what you wrote, “{why.fits.phrase}”")
    if not up and why.fits is not None and why.fits.score < LEAST_FIT:
        parts.append(f"it has little of what you wrote, “{why.fits.phrase}”")
    if names:
        parts.append(f"{'it has the words' if up else 'against it are the words'} {_listed(names)}")
    near = why.liked if up else why.disliked
    if near and near[0].similarity >= NEAR:
        title = near[0].text.title or near[0].text.body
        cropped = title[: MOST_CHARACTERS - 1] + "…" if len(title) > MOST_CHARACTERS else title
        parts.append(f"it is near “{cropped}”, which you {'liked' if up else 'disliked'}")
    chance = "Likely" if mean >= LIKELY else "Possible" if up else "Unlikely"
    if not parts:
        return f"{chance}: nothing that you wrote or judged says much of it."
    return f"{chance}, since {_listed(parts)}."


def word_shares(why: Why) -> list[tuple[str, float]]:
    """Returns the share of each word in the log odds, largest first: of all blocks added up, inflections of
    one word under the form that weighs most, and without words that say little.
    """
    words: dict[str, float] = {}
    for block, name, amount in why.contributions:
        if block not in (name, "rule") and any(map(str.isalnum, name)):
            words[name] = words.get(name, 0.0) + amount
    said = {word: amount for word, amount in words.items() if not all(map(_is_little, word.split()))}
    return sorted(joined(said).items(), key=lambda share: -abs(share[1]))


def _is_little(word: str) -> bool:
    return is_stop(word) or (word.isascii() and len(word) == 1)


def joined(words: Mapping[str, float]) -> dict[str, float]:
    """Returns the amounts of words with those of their inflections added up, each under the form that weighs
    most; English ones, by Porter's second stemmer.

    >>> joined({"rank": 0.25, "ranking": 0.5, "rankings": -0.25, "cat": 1.0})
    {'ranking': 0.5, 'cat': 1.0}
    """
    from snowballstemmer import stemmer

    stems = dict(
        zip(words, map(" ".join, map(stemmer("english").stemWords, map(str.split, words))), strict=True)
    )
    forms: dict[str, list[str]] = {}
    for word, stem in stems.items():
        forms.setdefault(stem, []).append(word)
    return {
        max(group, key=lambda word: abs(words[word])): sum(words[word] for word in group)
        for group in forms.values()
    }


def _listed(parts: Iterable[str]) -> str:
    """Returns parts with commas, and "and" before the last.

    >>> _listed(["a", "b", "c"]), _listed(["a"])
    ('a, b and c', 'a')
    """
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last
