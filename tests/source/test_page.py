import pytest

from palate.document.reader import DocumentReader
from palate.source.page import read_page
from palate.text import Text

pytestmark = pytest.mark.needs("pages")


def test_the_origin_of_a_page_is_its_address() -> None:
    """So a page that was edited is a new version of its text."""
    origins = set()
    for words in ("Cats sleep all day. ", "Cats wake at night. "):
        html = f"<title>Cats</title><body><article><p>{words * 20}</p></article></body>".encode()
        (text,) = read_page(DocumentReader.from_bytes("cats", html, url="https://a.org/cats"))
        assert isinstance(text, Text)
        origins.add(text.origin)
    assert origins == {"https://a.org/cats\n"}
