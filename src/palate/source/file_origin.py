"""The origin of a text that is a whole file."""

from palate.document.reader import DocumentReader
from palate.text import origin_of


def file_origin(document: DocumentReader) -> str:
    """Returns the origin of the text of a file or page, so that it is known again after it was edited; "" for
    what lies nowhere, such as standard input.

    >>> file_origin(DocumentReader.from_bytes("page", b"", url="https://example.org/cats"))
    'https://example.org/cats\\n'
    >>> file_origin(DocumentReader.from_bytes("standard input", b""))
    ''
    """
    return origin_of(document.locator, "") if document.locator != document.name else ""
