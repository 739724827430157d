import codecs
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.document.charset import decode

DOCUMENT = '<?xml version="1.0" encoding="{0}"?><a>Only ASCII words</a>'
IMPOSSIBLE = (
    "utf-16 UTF-16LE utf-16be utf-32 ucs-2 iso-10646-ucs-2 UCS-4 cp037 cp500 unicode utf-7 idna punycode "
    " undefined unicode_escape raw_unicode_escape rot13 hex base64 zlib none x-user-defined utf8mb4"
).split()


@pytest.mark.parametrize("encoding", IMPOSSIBLE)
@pytest.mark.parametrize("padding", ["", " ", "  "])
def test_a_declaration_that_cannot_be_true_of_ascii_is_passed_over(encoding: str, padding: str) -> None:
    declared = DOCUMENT.format(encoding) + padding
    stated = DOCUMENT.format("utf-8") + padding
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert decode(declared.encode()) == decode(stated.encode(), f"text/xml; charset={encoding}")
        assert decode(declared.encode()).strip() == "<a>Only ASCII words</a>"


@given(
    st.sampled_from(["utf-16", "utf-16-le", "utf-16-be", "utf-32"]), st.text(st.characters(categories=["L"]))
)
def test_a_document_in_the_wide_encoding_that_it_declares_is_read(encoding: str, words: str) -> None:
    document = f'<?xml version="1.0" encoding="utf-16"?><a>{words}</a>'
    assert decode(document.encode(encoding)) == f"<a>{words}</a>"


@given(st.text(st.characters(categories=["L"]), min_size=20), st.binary(min_size=1, max_size=1))
def test_a_stray_byte_at_the_end_does_not_cost_the_document(words: str, stray: bytes) -> None:
    document = codecs.BOM_UTF16_LE + f"<a>{words}</a>".encode("utf-16-le") + stray
    assert decode(document).startswith(f"<a>{words}</a>")


def test_utf8_with_a_mark_is_read_whatever_it_declares() -> None:
    document = codecs.BOM_UTF8 + '<?xml version="1.0" encoding="utf-16"?><a>é</a>'.encode()
    assert decode(document) == "<a>é</a>"
