"""PubMed's own format (MEDLINE, .nbib) -> texts."""

import re
from collections.abc import Iterator

from palate.document.reader import DocumentReader
from palate.source.items import Columns, Items
from palate.source.references.records import (
    Record,
    abstract_of,
    first_of,
    numbered_lines,
    tagged_fields,
    texts_of,
)
from palate.table.cells import is_missing

FIELD = re.compile(r"([A-Z][A-Z0-9]{1,3}) {0,2}- ?(.*)")
TRANSLATED_TITLE = re.compile(
    r"\[([^][]*(?:\[[^][]*\][^][]*)*)\](\.?)"
)  # PubMed puts brackets around a title in another language


def read_nbib(document: DocumentReader, columns: Columns) -> Items:
    """Reads what PubMed's button "Save, format PubMed" gives.

    >>> nbib = b"PMID- 123\\nTI  - On\\n      cats\\nAB  - They sleep.\\nDP  - 2020 Mar 4\\n"
    >>> document = DocumentReader.from_bytes("a.nbib", nbib)
    >>> [(text.id, text.title, text.published.month) for text in read_nbib(document, Columns())]
    [('pmid:123', 'On cats', 3)]
    """
    return texts_of(document, columns, _records(document), "PubMed records, each beginning with 'PMID- '")


def plain_title(*titles: str) -> str:
    """Returns the first title that is one, without the brackets of a translation.

    >>> plain_title("[Not Available].", "Neige sur les toits."), plain_title("[Snow on roofs].")
    ('Neige sur les toits.', 'Snow on roofs.')
    """
    title = next((title for title in titles if not is_missing(title)), "")
    translated = TRANSLATED_TITLE.fullmatch(title.strip())
    return translated[1] + translated[2] if translated else title


def _records(document: DocumentReader) -> Iterator[Record]:
    first, lines = 0, list[str]()
    for number, line in numbered_lines(document):
        if line.startswith("PMID-"):
            if lines:
                yield first, _row(tagged_fields(lines, FIELD))
            first, lines = number, []
        if lines or line.startswith("PMID-"):
            lines.append(line)
    if lines:
        yield first, _row(tagged_fields(lines, FIELD))


def _row(fields: dict[str, list[str]]) -> dict[str, object]:
    dois = [value for name in ("LID", "AID") for value in fields.get(name, ()) if value.endswith("[doi]")]
    return {
        "pmid": first_of(fields, "PMID"),
        "pmcid": first_of(fields, "PMC"),
        "doi": dois[0].removesuffix("[doi]").strip() if dois else "",
        "title": plain_title(*(first_of(fields, tag) for tag in ("TI", "TT", "BTI", "CTI"))),
        "abstract": abstract_of(fields.get("AB") or fields.get("OAB") or ()),
        "published": first_of(fields, "DP"),
        "entry_date": first_of(fields, "DEP"),
        "language": first_of(fields, "LA"),
        "journal": first_of(fields, "JT", "TA"),
        "authors": fields.get("FAU") or fields.get("AU"),
        "keywords": fields.get("OT"),
        "mesh": fields.get("MH"),
    }
