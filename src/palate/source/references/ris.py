"""RIS, as Zotero, EndNote, Mendeley, Scopus, Ovid, Embase, Rayyan and Covidence write it -> texts."""

import re
from collections.abc import Iterator

from palate.document.reader import DocumentReader
from palate.source.identifiers import DOI
from palate.source.items import Columns, Items
from palate.source.references.records import (
    Record,
    abstract_of,
    first_of,
    numbered_lines,
    tagged_fields,
    texts_of,
)

FIELD = re.compile(r"([A-Z][A-Z0-9])  -(?: (.*)|\s*)$")  # as the format says: its tag and its value
LOOSE_FIELD = re.compile(r"\s*([A-Z][A-Z0-9])[ \t]{0,4}-(?:[ \t](.*)|\s*)$")  # as some programs write it
LIST_NUMBER = re.compile(r"\d+\.\s+(?=[A-Z][A-Z0-9]\s{1,2}- )")  # some lists number their records
LIST_TAGS = frozenset(["A1", "AU", "KW", "UR", "L1", "L2", "LK"])
PMID = re.compile(r"PMID:?\s*(\d{1,9})\b|\b(\d{1,9})\s*\[pmid\]", re.IGNORECASE)
OTHER_FIELDS = {  # tag -> what it is called in extra
    "TY": "type_of_reference", "JO": "journal_name", "JF": "journal_name", "T2": "secondary_title",
    "JA": "alternate_title", "VL": "volume", "IS": "number", "SP": "start_page", "EP": "end_page",
    "SN": "issn", "PB": "publisher", "DB": "name_of_database", "DP": "database_provider",
    "AD": "author_address",
    "A2": "secondary_authors", "N1": "notes",
}  # fmt: skip


def read_ris(document: DocumentReader, columns: Columns) -> Items:
    """Reads record by record; one without title and abstract is Skipped.

    >>> ris = b"TY  - JOUR\\nTI  - On cats\\nAB  - They sleep.\\nDO  - 10.1000/Cats\\nPY  - 2020\\nER  -\\n"
    >>> document = DocumentReader.from_bytes("a.ris", ris)
    >>> [(text.id, text.content, text.published.year) for text in read_ris(document, Columns())]
    [('10.1000/cats', 'On cats\\nThey sleep.', 2020)]
    """
    return texts_of(document, columns, _records(document), "RIS records, each from 'TY  - ' to 'ER  - '")


def _records(document: DocumentReader) -> Iterator[Record]:
    """A record begins with TY, or with any tag where none is open, and ends with ER; what stands between two
    records belongs to none.
    """
    field: re.Pattern[str] | None = None
    first, lines = 0, list[str]()
    for number, raw in numbered_lines(document):
        line = LIST_NUMBER.sub("", raw) if raw[:1].isdigit() else raw
        if field is None and LOOSE_FIELD.match(line):
            field = FIELD if FIELD.match(line) else LOOSE_FIELD
        found = field.match(line) if field else None
        if found and lines and found[1] in ("TY", "ER"):
            yield first, _row(tagged_fields(lines, found.re, LIST_TAGS))
            lines = []
        if lines or (found and found[1] != "ER"):
            first = first if lines else number
            lines.append(line)
    if lines and field:
        yield first, _row(tagged_fields(lines, field, LIST_TAGS))


def _row(fields: dict[str, list[str]]) -> dict[str, object]:
    addresses = [url for tag in ("UR", "L2", "LK", "L1") for url in fields.get(tag, ())]
    remarks = " ".join(value for tag in ("N1", "U1", "C2", "AN") for value in fields.get(tag, ()))
    pmid = PMID.search(remarks)
    dois = [value for tag in ("DO", "DI", "M3", "L3") for value in fields.get(tag, ()) if DOI.search(value)]
    dois += [url for url in addresses if "doi.org/10." in url]
    is_of_pubmed = re.search("pubmed|medline", first_of(fields, "DB", "DP"), re.IGNORECASE)
    accession = first_of(fields, "AN")
    row: dict[str, object] = {
        "title": first_of(fields, "TI", "T1", "CT", "TT", "BT", "ST", "T2"),
        "abstract": abstract_of(fields.get("AB") or fields.get("N2") or ()),
        "doi": dois[0] if dois else "",
        "pmid": (pmid[1] or pmid[2]) if pmid else accession if is_of_pubmed else "",
        "url": addresses,
        "date": first_of(fields, "DA", "Y1"),
        "year": first_of(fields, "PY"),
        "language": first_of(fields, "LA"),
        "authors": fields.get("A1") or fields.get("AU"),
        "keywords": fields.get("KW"),
        "key": first_of(fields, "ID"),
        "accession_number": accession,
    }
    for tag, name in OTHER_FIELDS.items():
        if tag in fields and name not in row:
            row[name] = fields[tag][0] if len(fields[tag]) == 1 else fields[tag]
    return row
