"""XML of reference managers -> its records, one at a time."""

from collections.abc import Callable, Iterator
from typing import Any

from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.source.references.records import Record


def xml_records(document: DocumentReader, tag: str, row: Callable[[Any], dict[str, Any]]) -> Iterator[Record]:
    """Yields what row makes of each element called tag, in memory of one element. Loads no DTD and no entity.

    Raises BadSource where the XML is broken.
    """
    from lxml import etree

    with document.open() as stream:
        elements = etree.iterparse(
            stream, events=("end",), tag=tag, resolve_entities=False, no_network=True, huge_tree=True
        )
        try:
            for _, element in elements:
                yield element.sourceline, row(element)
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
        except etree.XMLSyntaxError as error:
            raise BadSource(f"{document.name} is broken XML ({error.msg}); export it again") from error


def words(element: Any, path: str = ".") -> str:
    """Returns the words of the first element at path, without the tags in it; "" where there is none."""
    found = element.find(path)
    return " ".join("".join(found.itertext()).split()) if found is not None else ""


def all_words(element: Any, path: str) -> list[str]:
    """Returns the words of each element at path that has some."""
    return [text for found in element.iterfind(path) if (text := words(found))]
