"""Rule: what a reader says outright of texts, beside what is learned from verdicts."""

import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple, get_args
from urllib.parse import urlsplit

from palate.errors import BadValue
from palate.text import Text, well_formed

Action = Literal["block", "keep", "boost"]
Field = Literal["word", "author", "source", "pattern"]
State = Literal["accepted", "pending", "vetoed"]

MOST = 20.0  # logits that a boost may add or take
LONGEST = 1000  # characters of a value
READS: dict[Field, tuple[str, ...]] = {  # what of a Text each is matched against
    "word": ("title", "body"),
    "author": ("extra",),
    "source": ("source", "url"),
    "pattern": ("title", "body"),
}
AUTHORS = ("author", "authors", "first_authors")  # what sources call them in Text.extra
LETTER = r"[\w\u0300-\u036f]"  # a combining accent belongs to its word


@dataclass(frozen=True)
class Rule:
    """What is done to the texts that match. All matching but that of a pattern takes no notice of case.

    action: block (never shown), keep (shown above all others, also if a rule blocks it) or boost (amount is
    added to the log odds of a like). amount: for a boost from -20 to 20 and not 0, for the others 0.
    field: word (whole words or a phrase in title or body), author (a name with all of its words), source
    (what it is called, or the host of the address, with its subdomains) or pattern (a regular expression,
    found anywhere in title and body). Matching costs time linear in the text, whatever the pattern: RE2 has
    no look-around and no back-references. Raises BadValue for what cannot be matched.
    Source: Cox, Regular expression matching can be simple and fast (2007), for RE2.

    >>> rule = Rule("boost", "word", "neural network", 1.5)
    >>> rule.matches(Text.of("A Neural\\nnetwork learns.")), rule.matches(Text.of("Neural networks learn."))
    (True, False)
    >>> str(rule)
    'boost word "neural network" by +1.5'
    """

    action: Action
    field: Field
    value: str
    amount: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "value", " ".join(self._checked().split()) if self.field != "pattern" else self._checked()
        )
        _ = self.speaks_of  # a pattern that RE2 does not take is refused here

    @property
    def key(self) -> tuple[str, str]:
        """What is matched; there is one rule for each."""
        return self.field, self.value if self.field == "pattern" else unicodedata.normalize(
            "NFC", self.value
        ).casefold()

    @cached_property
    def speaks_of(self) -> Callable[..., bool]:
        """Takes what a text has under the names of READS, and says whether the rule speaks of that text."""
        return FINDERS[self.field](self.value)

    def matches(self, text: Text) -> bool:
        return self.speaks_of(*(getattr(text, name) for name in READS[self.field]))

    def __str__(self) -> str:
        return f'{self.action} {self.field} "{self.value}"' + (
            f" by {self.amount:+g}" if self.action == "boost" else ""
        )

    def _checked(self) -> str:
        value = well_formed(self.value)
        if self.action not in get_args(Action) or self.field not in get_args(Field):
            actions, fields = ", ".join(get_args(Action)), ", ".join(get_args(Field))
            raise BadValue(f"a rule is to {actions} by {fields}; got {self.action!r} by {self.field!r}")
        if self.action == "boost" and not (math.isfinite(self.amount) and 0 < abs(self.amount) <= MOST):
            raise BadValue(
                f"a boost is a number of logits from -{MOST:g} to {MOST:g} that is not 0, got {self.amount}"
            )
        if self.action != "boost" and self.amount:
            raise BadValue(f"only a boost has an amount, got {self.amount} to {self.action}")
        if len(value) > LONGEST or not (self.field == "pattern" or any(map(str.isalnum, value))):
            raise BadValue(
                f"a rule's {self.field} needs a letter or digit, and at most {LONGEST} characters; got {value[:80]!r}"
            )
        return value


@dataclass(frozen=True)
class Evidence:
    """Why a rule is suggested. chance: p-value, how often as much would be seen if the two had nothing to do
    with each other.

    liked of of_liked liked texts match, and disliked of of_disliked disliked ones.
    """

    liked: int
    of_liked: int
    disliked: int
    of_disliked: int
    chance: float


class StoredRule(NamedTuple):
    """A rule of a taste, with the key by which a store knows it. evidence: None where the reader wrote it."""

    rule_id: int
    rule: Rule
    state: State
    evidence: Evidence | None


def authors(extra: Mapping[str, Any]) -> Iterator[str]:
    """The names of a text's authors, as its source wrote them. extra: that of the Text.

    >>> list(authors({"author": "Doe, Jane and Roe, Richard"}))
    ['Doe, Jane', 'Roe, Richard']
    >>> list(authors({"authors": ["Jane Doe"], "author": "R. Roe, P. Moe"}))
    ['R. Roe', 'P. Moe', 'Jane Doe']
    """
    for key in AUTHORS:
        said = extra.get(key)
        for names in said if isinstance(said, list) else [said]:
            if isinstance(names, str):
                yield from _names(names)


def _names(names: str) -> Iterator[str]:
    """A list by semicolons, by "and", or by commas where they do not stand between family and given name."""
    for several in re.split(r";|\band\b|&|\|", names):
        parts = [part.strip() for part in several.split(",") if part.strip()]
        if len(parts) > 1 and all(len(part.split()) > 1 for part in parts):
            yield from parts
        elif len(parts) > 2 and len(parts) % 2 == 0:  # family, given, family, given
            yield from (f"{family}, {given}" for family, given in zip(parts[::2], parts[1::2], strict=True))
        elif parts:
            yield ", ".join(parts)


def _words(name: str) -> list[str]:
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", name).casefold())


def _word(value: str) -> Callable[[str, str], bool]:
    value = unicodedata.normalize("NFC", value)
    before = f"(?<!{LETTER})" if re.match(LETTER, value) else ""
    after = f"(?!{LETTER})" if re.search(f"{LETTER}$", value) else ""
    search = re.compile(before + r"\s+".join(map(re.escape, value.split())) + after, re.IGNORECASE).search
    return lambda *parts: any(search(unicodedata.normalize("NFC", part)) is not None for part in parts)


def _author(value: str) -> Callable[[Mapping[str, Any]], bool]:
    wanted = frozenset(_words(value))
    return lambda extra: any(wanted.issubset(_words(name)) for name in authors(extra))


def _source(value: str) -> Callable[[str, str], bool]:
    name = value.casefold()
    return lambda source, url: (
        " ".join(source.split()).casefold() == name or f".{_host(url)}".endswith(f".{name}")
    )


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").casefold()
    except ValueError:  # brackets that no address can have
        return ""


def _pattern(value: str) -> Callable[[str, str], bool]:
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        compiled: Any = re2.compile(value, options)
    except re2.error as error:
        said = error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else error
        raise BadValue(
            f"RE2 cannot match the pattern {value!r} ({said}); see github.com/google/re2/wiki/Syntax"
        ) from None
    if compiled.search(""):
        raise BadValue(
            f"the pattern {value!r} is found in every text, also an empty one; write what must be there"
        )
    return lambda *parts: compiled.search("\n".join(filter(None, parts))) is not None


FINDERS: dict[Field, Callable[[str], Callable[..., bool]]] = {
    "word": _word,
    "author": _author,
    "source": _source,
    "pattern": _pattern,
}
