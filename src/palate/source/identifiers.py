"""Ids of a row: those of the world (DOI, PubMed, arXiv, Web of Science), and those of its own list."""

import re
from collections.abc import Mapping
from typing import Any

from palate.identity import without_tail
from palate.source.column_names import field_of
from palate.table.cells import cell_text

DOI = re.compile(r"10\.\d{4,9}/\S+")
WORLD_FIELDS = {  # field -> how its value begins
    "doi": re.compile(r".*?10\.\d{4,9}/\S"),
    "pmid": re.compile(r"(?:pmid:?\s*|https?://\S+/)?\d{1,9}/?$", re.IGNORECASE),
    "pmcid": re.compile(r"(?:PMC)?\d{3,9}\b", re.IGNORECASE),
    "arxiv": re.compile(r".*?(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})", re.IGNORECASE),
    "wos": re.compile(r"\w+:\w+"),
}
NAMED_ID = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S")  # a URI, "pmid:1", "urn:…"


def world_ids(
    row: Mapping[str, Any], columns: Mapping[str, tuple[str, ...]]
) -> tuple[dict[str, str], set[str]]:
    """Returns the ids that name a text in the whole world, as they were written, by field; and the columns
    that were used up for them. columns: as `columns_by_field` gives them.

    >>> columns = {field: () for field in WORLD_FIELDS} | {"doi": ("DOI",), "identifiers": ("externalIds",)}
    >>> world_ids({"DOI": "NA", "externalIds": {"ArXiv": "2003.00001", "PubMed": 7}}, columns)
    ({'arxiv': '2003.00001', 'pmid': '7'}, set())
    """
    ids: dict[str, str] = {}
    used: set[str] = set()
    for field, pattern in WORLD_FIELDS.items():
        for name in columns[field]:
            if pattern.match(value := cell_text(row[name])):
                ids[field] = value
                used.add(name)
                break
    for name in columns["identifiers"]:
        inner = row[name]
        for key, value in inner.items() if isinstance(inner, Mapping) else ():
            field = field_of(str(key))
            if field in WORLD_FIELDS and WORLD_FIELDS[field].match(text := cell_text(value)):
                ids.setdefault(field, text)
    return ids, used


def shown_id(ids: Mapping[str, str]) -> str:
    """Returns the id to show of world_ids: the DOI in lower case, else "pmid:" and the number, else "".

    >>> shown_id({"doi": "https://doi.org/10.1000/Cats"}), shown_id({"pmid": "7"}), shown_id({})
    ('10.1000/cats', 'pmid:7', '')
    """
    if doi := DOI.search(ids.get("doi", "")):
        return without_tail(doi[0]).lower()
    digits = re.sub(r"\D", "", ids.get("pmid", ""))
    return f"pmid:{digits}" if digits else ""


def is_bare(id: str) -> bool:
    """Tells whether an id names a text in its own list only.

    >>> is_bare("17"), is_bare("10.1000/cats"), is_bare("https://example.org/17"), is_bare("pmid:7")
    (True, False, False, False)
    """
    return bool(id) and not DOI.search(id) and not NAMED_ID.match(id)
