"""Names of authors, however a source wrote them."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

# names of the columns and fields that hold them, folded; the first with a value counts
AUTHOR_KEYS = (
    "authors", "author", "authornames", "authorlist", "au", "a1", "authorfullnames", "authorfullname", "af",
    "authorname", "firstauthors", "firstauthor", "primaryauthors", "creators", "creator", "contributors",
    "byline", "dccreator", "authorships", "authorshipsauthordisplayname", "bookauthor",
)  # fmt: skip
SEPARATORS = re.compile(r";|\band\b|&|\||\n")
QUOTED = re.compile(r"'([^']+)'|\"([^\"]+)\"")  # a name in a list that was written as text


def authors(extra: Mapping[str, Any]) -> Iterator[str]:
    """Yields the names of a text's authors. extra: that of the Text; keys count in any case of letters.

    >>> list(authors({"Author": "Doe, Jane and Roe, Richard", "journal": "Acta"}))
    ['Doe, Jane', 'Roe, Richard']
    """
    for key, value in extra.items():
        if is_author_key(key):
            yield from names_in(value)


@lru_cache(4096)
def folded(name: str) -> str:
    """Returns the name of a column or field without case, blanks and signs, so that one spelling stands for
    all.

    >>> folded("\\ufeffDate_Published "), folded("UT (Unique WOS ID)")
    ('datepublished', 'utuniquewosid')
    """
    return "".join(filter(str.isalnum, name.casefold()))


def is_author_key(key: str) -> bool:
    """Tells whether a column or field of this name holds authors.

    >>> [is_author_key(key) for key in ("Author(s)", "first_authors", "Author(s) ID")]
    [True, True, False]
    """
    return folded(key) in AUTHOR_KEYS


def names_in(value: Any) -> Iterator[str]:
    """Yields the names in a cell: a text with several, a list of them, or objects as JSON APIs give them.

    >>> list(names_in(["Jane Doe", {"name": "R. Roe"}, {"family": "Moe", "given": "P."}, None]))
    ['Jane Doe', 'R. Roe', 'Moe, P.']
    >>> list(names_in("R. Roe, P. Moe")), list(names_in("['R. Roe', 'P. Moe']"))
    (['R. Roe', 'P. Moe'], ['R. Roe', 'P. Moe'])
    """
    if isinstance(value, str):
        if value.startswith("[") and value.endswith("]"):
            yield from (single or double for single, double in QUOTED.findall(value))
        else:
            yield from _names_in_text(value)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from names_in(part)
    elif isinstance(value, Mapping):
        yield from _name_of_object(value)


def _names_in_text(names: str) -> Iterator[str]:
    """Splits at semicolons, at "and", and at commas where they do not stand between family and given name."""
    for part_of_list in SEPARATORS.split(names):
        parts = [part.strip() for part in part_of_list.split(",") if part.strip()]
        if len(parts) > 1 and all(len(part.split()) > 1 for part in parts):
            yield from parts
        elif len(parts) > 2 and len(parts) % 2 == 0:  # family, given, family, given
            yield from (f"{family}, {given}" for family, given in zip(parts[::2], parts[1::2], strict=True))
        elif parts:
            yield ", ".join(parts)


def _name_of_object(person: Mapping[str, Any]) -> Iterator[str]:
    """The names that CSL, Crossref, OpenAlex and Semantic Scholar give a person."""
    if isinstance(person.get("author"), Mapping):
        person = person["author"]
    parts = [person.get("family") or person.get("lastName"), person.get("given") or person.get("firstName")]
    name = ", ".join(part for part in parts if isinstance(part, str) and part)
    whole = (person.get(key) for key in ("name", "display_name", "literal", "fullName"))
    name = name or next((part for part in whole if isinstance(part, str)), "")
    if name.strip():
        yield name.strip()
