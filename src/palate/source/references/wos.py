"""Web of Science's tagged lists (.ciw, .isi, and .txt that begin with FN or PT) -> texts."""

import re
from collections.abc import Iterator

from palate.document.reader import DocumentReader
from palate.source.items import Columns, Items
from palate.source.references.records import Record, first_of, numbered_lines, tagged_fields, texts_of

FIELD = re.compile(r"([A-Z][A-Z0-9])(?: (.*)|\s*)$")  # a line that goes on begins with blanks
LIST_TAGS = frozenset(["AU", "AF", "BA", "BE", "BF", "CA", "CR", "C1", "EM"])
OTHER_FIELDS = {  # tag -> what it is called in extra
    "SO": "journal", "DT": "document_type", "DE": "keywords", "ID": "keywords_plus", "WC": "categories",
    "VL": "volume", "IS": "issue", "SN": "issn", "PU": "publisher", "TC": "times_cited",
}  # fmt: skip


def read_wos(document: DocumentReader, columns: Columns) -> Items:
    """Reads record by record, each from PT to ER.

    >>> ciw = b"FN Clarivate\\nVR 1.0\\nPT J\\nTI On\\n   cats\\nPY 2020\\nPD MAR 4\\nER\\n\\nEF\\n"
    >>> document = DocumentReader.from_bytes("a.ciw", ciw)
    >>> [(text.title, str(text.published.date())) for text in read_wos(document, Columns())]
    [('On cats', '2020-03-04')]
    """
    return texts_of(document, columns, _records(document), "Web of Science records, each from 'PT ' to 'ER'")


def _records(document: DocumentReader) -> Iterator[Record]:
    first, lines = 0, list[str]()
    for number, line in numbered_lines(document):
        found = FIELD.match(line)
        if found and lines and found[1] in ("PT", "ER", "EF"):
            yield first, _row(tagged_fields(lines, FIELD, LIST_TAGS))
            lines = []
        if lines or (found and found[1] not in ("FN", "VR", "ER", "EF")):
            first = first if lines else number
            lines.append(line)
    if lines:
        yield first, _row(tagged_fields(lines, FIELD, LIST_TAGS))


def _row(fields: dict[str, list[str]]) -> dict[str, object]:
    row: dict[str, object] = {
        "title": first_of(fields, "TI"),
        "abstract": "\n\n".join(fields.get("AB", ())),
        "doi": first_of(fields, "DI"),
        "pmid": first_of(fields, "PM"),
        "ut": first_of(fields, "UT"),
        "date": first_of(fields, "PD"),
        "year": first_of(fields, "PY"),
        "language": first_of(fields, "LA"),
        "authors": fields.get("AF") or fields.get("AU"),
    }
    return row | {name: first_of(fields, tag) for tag, name in OTHER_FIELDS.items() if tag in fields}
