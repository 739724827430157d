"""The markup of a feed, mended so that a strict parser reads it."""

import re
from html.entities import html5

REFERENCE = re.compile(  # save those of XML itself, which are most
    r"&(?!(?:amp|lt|gt|quot|apos);)(?:#([0-9]+|[xX][0-9a-fA-F]+);?|([A-Za-z][A-Za-z0-9._-]*);)?"
)
NUMBER = re.compile(r"&#([0-9]+|[xX][0-9a-fA-F]+);?")
CDATA = "<![CDATA["
# characters that XML does not allow, for which a strict parser gives up
CONTROL_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def mended(markup: str) -> str:
    """Returns the markup as a strict parser reads it: without control characters, with HTML's entities as
    characters and bare ampersands escaped, unless the document declares entities of its own.

    >>> mended("AT&T &amp; caf&eacute;\\x08 &#150;<![CDATA[a & b]]>")
    'AT&amp;T &amp; café –<![CDATA[a & b]]>'
    """
    markup = CONTROL_CHARACTERS.sub(_blank, markup)
    if "&" not in markup:
        return markup
    declares = "<!ENTITY" in markup

    def valid(match: re.Match[str]) -> str:
        number, name = match.groups()
        if number:
            return _valid_number(match[0], number)
        if name:
            return match[0] if declares else html5.get(f"{name};", f"&amp;{name};")
        return match[0] if declares else "&amp;"

    first, *sections = markup.split(CDATA)
    pieces = [REFERENCE.sub(valid, first)]
    for section in sections:
        cdata, end, markup = section.partition("]]>")
        pieces += [CDATA, NUMBER.sub(lambda match: _valid_number(match[0], match[1]), cdata), end]
        pieces.append(REFERENCE.sub(valid, markup))
    return "".join(pieces)


def _valid_number(reference: str, number: str) -> str:
    """Returns a reference that any parser reads: U+FFFD for a number that names no character, and the numbers
    128 to 159 as browsers take them.
    """
    digits = number.lower()
    code = 0 if len(digits) > 10 else int(digits[1:], 16) if digits[0] == "x" else int(digits)
    if 128 <= code < 160:
        return bytes([code]).decode("cp1252", "replace")
    if code == 0 or 0xD800 <= code < 0xE000 or code >= 0x110000:
        return "\ufffd"
    return CONTROL_CHARACTERS.sub(_blank, chr(code)) and reference


def _blank(control: re.Match[str]) -> str:
    return " " if control[0] in "\x0b\x0c" else ""
