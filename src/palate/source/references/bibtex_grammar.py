"""BibTeX -> its entries: the grammar alone, with values as they stand."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

ENTRY = re.compile(r"[\s,]*@[ \t]*([A-Za-z]+)\s*([{(])\s*")
ENTRY_ON_NEW_LINE = re.compile(r"^[ \t]*(?=@[ \t]*[A-Za-z]+\s*[{(])", re.MULTILINE)
KEY = re.compile(r"([^\s,={}\"]*(?:[ \t]+[^\s,={}\"]+)*)\s*(?:,|(?=\}))")
FIELD_NAME = re.compile(r"[\s,]*([A-Za-z_][\w:.+/-]*)\s*=\s*")
BARE = re.compile(r"[^\s,#{}()\"=]+")
BETWEEN = re.compile(r"\s*#\s*")  # joins two parts of a value
END = re.compile(r"[\s,]*[})]")
STRUCTURE = {"}": re.compile(r"\\.|[{}]", re.DOTALL), '"': re.compile(r'\\.|[{}"]', re.DOTALL)}


@dataclass(frozen=True)
class Entry:
    """One entry. line: its first line, from 1. kind, and the names of fields, in lower case.

    problem: what is wrong with it, else "". Of two fields with one name the first counts.
    """

    line: int
    kind: str = ""
    key: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    problem: str = ""


def entries(bibtex: str) -> Iterator[Entry]:
    """Yields the entries in their order, also broken ones: an entry ends at the latest where a line begins
    another one. Costs time linear in the text.

    >>> text = '@string{js = "J "}\\n@article(a, title="On " # js # {cats}, year=2020)\\n@misc{b, title={no'
    >>> [(entry.line, entry.key, entry.problem or entry.fields) for entry in entries(text)]
    [(2, 'a', {'title': 'On J cats', 'year': '2020'}), (3, '', 'a brace or quote is never closed')]
    """
    macros: dict[str, str] = {}
    line, counted = 1, 0
    starts = [match.end() for match in ENTRY_ON_NEW_LINE.finditer(bibtex)]
    for at, end in zip(starts, [*starts, len(bibtex)][1:], strict=True):
        while head := ENTRY.match(bibtex, at, end):
            line, counted = line + bibtex.count("\n", counted, head.start(1)), head.start(1)
            kind, at = head[1].lower(), head.end()
            if kind in ("comment", "preamble"):
                break
            try:
                if kind == "string":
                    fields, at = _fields(bibtex, at, end, macros)
                    macros |= fields
                    continue
                key = KEY.match(bibtex, at, end)
                fields, at = _fields(bibtex, key.end() if key else at, end, macros)
                yield Entry(line, kind, key[1] if key else "", fields)
            except _Broken as broken:
                yield Entry(line, kind, problem=str(broken))
                break


class _Broken(Exception):
    """An entry against the grammar; says what is wrong with it."""


def _fields(text: str, at: int, end: int, macros: dict[str, str]) -> tuple[dict[str, str], int]:
    """Reads fields up to the end of the entry; returns them and where the entry ends."""
    fields: dict[str, str] = {}
    while name := FIELD_NAME.match(text, at, end):
        value, at = _value(text, name.end(), end, macros)
        fields.setdefault(name[1].lower(), value)
    close = END.match(text, at, end)
    if not close:
        rest = text[at:end].strip(", \t\n").split(maxsplit=1)
        raise _Broken(f"a field is expected before {rest[0][:40]!r}" if rest else "it is never closed")
    return fields, close.end()


def _value(text: str, at: int, end: int, macros: dict[str, str]) -> tuple[str, int]:
    parts = list[str]()
    while True:
        if text[at : at + 1] in ("{", '"'):
            part, at = _delimited(text, at, end)
        elif bare := BARE.match(text, at, end):
            part, at = macros.get(bare[0].lower(), bare[0]), bare.end()
        else:
            raise _Broken("a field has no value")
        parts.append(part)
        if not (between := BETWEEN.match(text, at, end)):
            return "".join(parts), at
        at = between.end()


def _delimited(text: str, at: int, end: int) -> tuple[str, int]:
    """Reads a value in braces or quotes; quotes inside braces belong to the value."""
    closing = "}" if text[at] == "{" else '"'
    depth = 0
    for sign in STRUCTURE[closing].finditer(text, at + 1, end):
        if sign[0] == closing and depth == 0:
            return text[at + 1 : sign.start()], sign.end()
        depth += (sign[0] == "{") - (sign[0] == "}")
    raise _Broken("a brace or quote is never closed")
