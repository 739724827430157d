"""EndNote's XML, which Mendeley and Zotero write too -> texts."""

from typing import Any

from palate.document.reader import DocumentReader
from palate.source.items import Columns, Items
from palate.source.references.records import texts_of
from palate.source.references.xml_records import all_words, words, xml_records


def read_endnote_xml(document: DocumentReader, columns: Columns) -> Items:
    """Reads record by record.

    >>> xml = b'''<xml><records><record><titles><title><style face="bold">On cats</style></title></titles>
    ... <dates><year>2020</year></dates><abstract>They sleep.</abstract></record></records></xml>'''
    >>> document = DocumentReader.from_bytes("a.xml", xml)
    >>> [(text.content, text.published.year) for text in read_endnote_xml(document, Columns())]
    [('On cats\\nThey sleep.', 2020)]
    """
    return texts_of(document, columns, xml_records(document, "record", _row), "EndNote records in <records>")


def _row(record: Any) -> dict[str, Any]:
    kind = record.find("ref-type")
    return {
        "title": words(record, "titles/title"),
        "abstract": words(record, "abstract"),
        "doi": words(record, "electronic-resource-num"),
        "url": all_words(record, "urls/*/url"),
        "date": words(record, "dates/pub-dates/date"),
        "year": words(record, "dates/year"),
        "language": words(record, "language"),
        "authors": all_words(record, "contributors/authors/author"),
        "keywords": all_words(record, "keywords/keyword"),
        "journal": words(record, "periodical/full-title") or words(record, "titles/secondary-title"),
        "type_of_reference": kind.get("name") if kind is not None else "",
        "accession_number": words(record, "accession-num"),
        "notes": words(record, "notes"),
    }
