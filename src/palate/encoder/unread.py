"""Unread: whether a store has many texts in languages that its encoder cannot read, and what mends it."""

from collections.abc import Mapping
from pathlib import Path

from palate.language import language_code, language_name

ENGLISH = frozenset({"en"})
MIN_TEXTS = 20  # of languages that are not read, from which it is told
SHARE = 0.2  # of all texts, above which it is
MAX_LANGUAGES = 3  # named
MEND = "pip install 'palate[multilingual]' && palate encoder use multilingual"


def languages_read(name: str) -> frozenset[str] | None:
    """Returns the codes of the languages that an encoder reads, by its name; None where it reads all, or
    nobody says which.

    A sentence-transformers folder says it in the head of its README.md.

    >>> sorted(languages_read("static") or ()), languages_read("multilingual")
    (['en'], None)
    """
    if name in ("static", "minilm"):
        return ENGLISH
    card = Path(name.removeprefix("sbert:")) / "README.md"
    return (
        _of_card(card.read_text("utf-8", "replace")) if name.startswith("sbert:") and card.is_file() else None
    )


def unread(texts: Mapping[str, int], name: str) -> str:
    """Returns one sentence on the texts that an encoder cannot read; "" where they are few.

    texts: how many there are in each language, "" for those it is not known of.

    >>> unread({"en": 688, "zh": 200, "de": 112}, "static")
    "312 of 1,000 texts are Chinese or German, which 'static' does not read"
    >>> unread({"en": 688, "zh": 12}, "static")
    ''
    """
    read = languages_read(name)
    if read is None:
        return ""
    others = {code: count for code, count in texts.items() if code and code not in read}
    count, total = sum(others.values()), sum(texts.values())
    if count < MIN_TEXTS or count <= SHARE * total:
        return ""
    most = sorted(others, key=lambda code: -others[code])
    named = [language_name(code) for code in most[:MAX_LANGUAGES]]
    named += ["others"] if len(most) > MAX_LANGUAGES else []
    listed = " or ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)
    return f"{count:,} of {total:,} texts are {listed}, which {name!r} does not read"


def _of_card(card: str) -> frozenset[str] | None:
    """Returns the languages that a model card's head lists."""
    head = card.split("---")[1] if card.startswith("---") and card.count("---") > 1 else ""
    stated: list[str] = []
    listing = False
    for line in head.splitlines():
        key, _, value = line.partition(":")
        if not line.startswith((" ", "-")):
            listing = key == "language"
            stated += value.strip(" []").split(",") if listing else []
        elif listing:
            stated.append(line.strip(" -"))
    names = [name.strip(" '\"") for name in stated if name.strip(" '\"")]
    codes = frozenset(filter(None, map(language_code, names)))
    return codes if names and len(codes) == len(set(names)) else None
