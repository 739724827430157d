"""EndNote's tagged format (.enw, also called Refer or BibIX) -> texts."""

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

FIELD = re.compile(r"(%[0-9A-Z@!#$^&*()+<>\[\]?~=:])(?:[ \t](.*)|\s*)$")
LIST_TAGS = frozenset(["%K"])
OTHER_FIELDS = {  # tag -> what it is called in extra
    "%0": "type_of_reference", "%J": "journal", "%B": "secondary_title", "%V": "volume", "%N": "number",
    "%P": "pages", "%I": "publisher", "%@": "issn", "%W": "name_of_database", "%Z": "notes",
}  # fmt: skip


def read_enw(document: DocumentReader, columns: Columns) -> Items:
    """Reads record by record, each from %0 on, or between blank lines where there is no %0.

    >>> enw = b"%0 Journal Article\\n%T On cats\\n%D 2020\\n%X They sleep.\\n\\n%0 Book\\n%T On dogs\\n"
    >>> document = DocumentReader.from_bytes("a.enw", enw)
    >>> [(text.title, text.body) for text in read_enw(document, Columns())]
    [('On cats', 'They sleep.'), ('On dogs', '')]
    """
    return texts_of(document, columns, _records(document), "EndNote records, each beginning with '%0 '")


def _records(document: DocumentReader) -> Iterator[Record]:
    first, lines = 0, list[str]()
    for number, line in numbered_lines(document):
        found = FIELD.match(line)
        starts_without_type = not (lines and lines[0].startswith("%0")) and not "".join(lines[-1:]).strip()
        if found and lines and (found[1] == "%0" or starts_without_type):
            yield first, _row(tagged_fields(lines, FIELD, LIST_TAGS))
            lines = []
        if lines or found:
            first = first if lines else number
            lines.append(line)
    if lines:
        yield first, _row(tagged_fields(lines, FIELD, LIST_TAGS))


def _row(fields: dict[str, list[str]]) -> dict[str, object]:
    row: dict[str, object] = {
        "title": first_of(fields, "%T", "%!"),
        "abstract": abstract_of(fields.get("%X", ())),
        "doi": first_of(fields, "%R"),
        "url": fields.get("%U"),
        "date": first_of(fields, "%8"),
        "year": first_of(fields, "%D"),
        "language": first_of(fields, "%G"),
        "authors": fields.get("%A"),
        "keywords": fields.get("%K"),
        "key": first_of(fields, "%F"),
        "accession_number": first_of(fields, "%M"),
    }
    return row | {name: first_of(fields, tag) for tag, name in OTHER_FIELDS.items() if tag in fields}
