"""The bytes of a feed or page -> a string, also where their encoding is stated wrongly or not at all."""

import codecs
import re

XML_ENCODING = re.compile(rb"""<\?xml[^>]*?\bencoding\s*=\s*["']([\w.:-]+)["']""")
CHARSET_PARAMETER = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
XML_DECLARATION = re.compile(r"<\?xml\b[^>]*\?>")
BROWSER_SUPERSETS = {  # what browsers take these names for, as writers do
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "tis-620": "cp874",
}
# UTF-8 with fewer broken characters than this, among those beyond ASCII, is UTF-8 all the same
MAX_STRAY_SHARE = 0.1

ASCII_START = 4  # bytes, enough for one character of any encoding
# codecs of Python that no document is written in
PYTHON_ONLY = {
    "idna",
    "punycode",
    "undefined",
    "unicode-escape",
    "raw-unicode-escape",
    "utf-7",
    "mbcs",
    "oem",
}

# bytes that no text holds, save a stray one
CONTROL_BYTES = bytes([*range(9), *range(14, 27), *range(28, 32), 127])

# how a document in another Unicode form begins: byte order marks, then "<?" without one (XML 1.0, appendix F)
ENCODING_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    b"<\0\0\0": "utf-32-le",
    b"\0\0\0<": "utf-32-be",
    b"<\0?\0": "utf-16-le",
    b"\0<\0?": "utf-16-be",
    b"\x4c\x6f\xa7\x94": "cp037",
}


def decode(data: bytes, content_type: str = "") -> str:
    """Returns the text without its XML declaration. Never fails: what cannot be told becomes U+FFFD.

    In this order: a byte order mark; UTF-8, wherever the bytes are valid UTF-8 beyond ASCII, whatever is
    declared (text in another encoding is practically never valid UTF-8); the server's charset; the XML
    declaration; the mark, or UTF-8, with a few stray bytes; a guess from the bytes. What is declared counts
    only where it can be true: a document that begins as ASCII is in no encoding that writes ASCII otherwise.

    >>> decode("<?xml version='1.0' encoding='latin-1'?><a>€</a>".encode())
    '<a>€</a>'
    >>> decode("<?xml version='1.0' encoding='koi8-r'?><a>кот</a>".encode("koi8-r"))
    '<a>кот</a>'
    """
    marked = marked_encoding(data)
    stated = CHARSET_PARAMETER.search(content_type)
    declared = XML_ENCODING.search(data[:1000])
    for encoding in (
        marked,
        "" if marked or data.isascii() else "utf-8-sig",
        stated[1] if stated else "",
        declared[1].decode("ascii") if declared else "",
        "utf-8-sig",
    ):
        text = _decode_strictly(data, encoding.lower()) if encoding else None
        if text is not None:
            break
    else:
        text = _decode_nearly(data, marked or "utf-8") or _decode_by_guess(data)
    text = text.removeprefix("\ufeff")
    return XML_DECLARATION.sub("", text[:2000], count=1) + text[2000:]


def _decode_strictly(data: bytes, encoding: str) -> str | None:
    for name in (BROWSER_SUPERSETS.get(encoding, encoding), encoding):
        try:
            if codecs.lookup(name).name in PYTHON_ONLY or not _can_be(name, data[:ASCII_START]):
                continue
            return data.decode(name)
        except (LookupError, ValueError):  # no such encoding, or not in it
            continue
    return None


def _can_be(encoding: str, start: bytes) -> bool:
    is_ascii = len(start) == ASCII_START and start.isascii() and b"\0" not in start
    return not is_ascii or start.decode(encoding) == start.decode("ascii")


def _decode_nearly(data: bytes, encoding: str) -> str | None:
    text = data.decode(encoding, "replace")
    n_telling = len(text) if encoding != "utf-8" else sum(map(len, re.findall(r"[^\x00-\x7f]+", text)))
    return text if text.count("\ufffd") < MAX_STRAY_SHARE * n_telling else None


def _decode_by_guess(data: bytes) -> str:
    return data.decode(guessed_encoding(data), "replace")


def guessed_encoding(data: bytes) -> str:
    """Returns the most likely encoding of bytes that are not UTF-8; cp1252 where nothing speaks for another.

    Costs milliseconds per KiB: give it a sample.

    >>> guessed_encoding("Мороз и солнце; день чудесный! Ещё ты дремлешь, друг прелестный".encode("cp1251"))
    'cp1251'
    """
    from charset_normalizer import from_bytes

    guesses = [match.encoding for match in from_bytes(data)]
    # the Western encodings differ in a few letters only, too few to tell them apart: take the most common
    return "cp1252" if "cp1252" in guesses or not guesses else guesses[0]


def marked_encoding(head: bytes) -> str:
    """Returns the Python name of the encoding that the first bytes give away, or "" (then it is UTF-8, or
    not to be told so).

    >>> marked_encoding("\ufeffa".encode("utf-16-le")), marked_encoding(b"<?xml")
    ('utf-16', '')
    """
    return next((encoding for mark, encoding in ENCODING_MARKS.items() if head.startswith(mark)), "")
