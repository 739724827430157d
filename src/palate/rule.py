"""Rule: what a reader decides outright about texts, beside what is learned from verdicts."""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple, get_args
from urllib.parse import urlsplit

from palate.authors import authors
from palate.errors import BadValue
from palate.language import known_language
from palate.text import Text, well_formed
from palate.words import fold, phrase_words, whole_word

Action = Literal["block", "keep", "boost"]
Field = Literal["word", "author", "source", "pattern", "language"]
State = Literal["accepted", "pending", "vetoed"]

MAX_BOOST_LOGITS = 20.0  # added or taken
MAX_VALUE_CHARACTERS = 1000
TEXT_FIELDS: dict[Field, tuple[str, ...]] = {  # the fields of a Text that each is matched against
    "word": ("title", "body"),
    "author": ("extra",),
    "source": ("source", "url"),
    "pattern": ("title", "body"),
    "language": ("language",),
}


@dataclass(frozen=True)
class Rule:
    """What is done to the texts that match. All matching but that of a pattern ignores case.

    action: block (never shown), keep (shown above all others, also if a rule blocks it) or boost (amount is
    added to the log odds of a like). amount: for a boost from -20 to 20 and not 0, for the others 0.
    field: word (whole words or a phrase in title or body, whatever their case and accents; in scripts without
    blanks between words wherever the characters stand), author (a name with all of its words), source
    (its name, or the host of the address, with its subdomains), pattern (a regular expression, found anywhere
    in title and body) or language (its English name or code). Matching costs time linear in the text,
    whatever the pattern: RE2 has no look-around and no back-references. Raises BadValue for what cannot be
    matched.
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
        value = self._checked()
        object.__setattr__(self, "value", value if self.field == "pattern" else " ".join(value.split()))
        _ = self.matches_fields  # raises for a pattern that RE2 does not take

    @property
    def key(self) -> tuple[str, str]:
        """What is matched; a taste has one rule for each key."""
        if self.field == "pattern":
            return self.field, self.value
        return self.field, fold(self.value)

    @cached_property
    def matches_fields(self) -> Callable[..., bool]:
        """Tells from the values of a text's TEXT_FIELDS whether the rule matches the text."""
        return MATCHERS[self.field](self.value)

    def matches(self, text: Text) -> bool:
        """Tells whether the rule matches a text."""
        return self.matches_fields(*(getattr(text, name) for name in TEXT_FIELDS[self.field]))

    def __str__(self) -> str:
        amount = f" by {self.amount:+g}" if self.action == "boost" else ""
        return f'{self.action} {self.field} "{self.value}"{amount}'

    def _checked(self) -> str:
        value = well_formed(self.value)
        if self.action not in get_args(Action) or self.field not in get_args(Field):
            actions, fields = ", ".join(get_args(Action)), ", ".join(get_args(Field))
            raise BadValue(
                f"a rule is one of {actions}, on one of {fields}; got {self.action!r} on {self.field!r}"
            )
        if self.action == "boost" and not (
            math.isfinite(self.amount) and 0 < abs(self.amount) <= MAX_BOOST_LOGITS
        ):
            raise BadValue(
                f"a boost is a number of logits from -{MAX_BOOST_LOGITS:g} to {MAX_BOOST_LOGITS:g}"
                f" that is not 0, got {self.amount}"
            )
        if self.action != "boost" and self.amount:
            raise BadValue(f"only a boost has an amount, got {self.amount} to {self.action}")
        if len(value) > MAX_VALUE_CHARACTERS or not (self.field == "pattern" or phrase_words(value)):
            raise BadValue(
                f"a rule's {self.field} needs a letter or digit,"
                f" and at most {MAX_VALUE_CHARACTERS} characters; got {value[:80]!r}"
            )
        return known_language(value) if self.field == "language" else value


@dataclass(frozen=True)
class Evidence:
    """Why a rule is suggested: liked of of_liked liked texts match, and disliked of of_disliked disliked
    ones.

    chance: the p-value, how often counts as uneven would be seen if matching and liking were independent.
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


def _words(name: str) -> list[str]:
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", name).casefold())


def _word_matcher(value: str) -> Callable[[str, str], bool]:
    search = re.compile(whole_word(value)).search
    return lambda *parts: any(search(fold(part)) is not None for part in parts)


def _author_matcher(value: str) -> Callable[[Mapping[str, Any]], bool]:
    wanted = frozenset(_words(value))
    return lambda extra: any(wanted.issubset(_words(name)) for name in authors(extra))


def _source_matcher(value: str) -> Callable[[str, str], bool]:
    name = value.casefold()
    return lambda source, url: (
        " ".join(source.split()).casefold() == name or f".{_host(url)}".endswith(f".{name}")
    )


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").casefold()
    except ValueError:  # brackets that no address can have
        return ""


def _language_matcher(value: str) -> Callable[[str], bool]:
    return lambda language: language == value


def _pattern_matcher(value: str) -> Callable[[str, str], bool]:
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        compiled: Any = re2.compile(value, options)
    except re2.error as error:
        message = error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else error
        raise BadValue(
            f"RE2 cannot match the pattern {value!r} ({message}); see github.com/google/re2/wiki/Syntax"
        ) from None
    if compiled.search(""):
        raise BadValue(
            f"the pattern {value!r} matches every text, also an empty one; write what must be there"
        )
    return lambda *parts: compiled.search("\n".join(filter(None, parts))) is not None


MATCHERS: dict[Field, Callable[[str], Callable[..., bool]]] = {
    "word": _word_matcher,
    "author": _author_matcher,
    "source": _source_matcher,
    "pattern": _pattern_matcher,
    "language": _language_matcher,
}
