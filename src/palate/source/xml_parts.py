"""The XML files inside an archive, read without entities and network."""

import zipfile
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from palate.document.archive import read_member
from palate.document.reader import MAX_LINE_BYTES, DocumentReader
from palate.errors import BadSource

DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"


def xml_part(document: DocumentReader, archive: zipfile.ZipFile, name: str) -> Element:
    """Returns the root element of a member; an element without anything where there is no such member.

    Raises BadSource where it is no XML, or uses entities of its own.
    """
    data = read_member(document, archive, name, MAX_LINE_BYTES)
    try:
        root: Any = fromstring(data) if data else Element("none")
    except (ParseError, DefusedXmlException, LookupError, ValueError) as error:
        raise BadSource(f"{document.name} is broken: {name} is no XML ({error}); save it again") from error
    return root  # type: ignore[no-any-return]


def words_of(part: Element, name: str) -> list[str]:
    """Returns what the Dublin Core elements of this name say.

    >>> words_of(fromstring(f"<a><title xmlns='{DUBLIN_CORE[1:-1]}'> On  cats </title></a>"), "title")
    ['On cats']
    """
    values = (" ".join((element.text or "").split()) for element in part.iter(f"{DUBLIN_CORE}{name}"))
    return list(filter(None, values))
