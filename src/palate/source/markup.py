"""HTML, JATS and MathML -> plain text."""

import re
from html import unescape
from html.entities import html5
from typing import Any

from palate.source.markup_names import (
    CELL_ELEMENTS,
    HEADING_ELEMENTS,
    LINE_ELEMENTS,
    LONE_ELEMENTS,
    PAIRED_ELEMENTS,
    PARAGRAPH_ELEMENTS,
    PREFIXES,
    UNREAD_ELEMENTS,
)
from palate.table.cells import clean_text

ATTRIBUTES = r"""(?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>=`]+))*\s*"""
CODE = r"```.*?```|`[^`'\n]+`"  # Markdown, where tags are meant as they stand
TAG = rf"<(/?)((?:([A-Za-z]\w*):)?([A-Za-z][A-Za-z0-9-]*)){ATTRIBUTES}/?>"
CODE_OR_TAG = re.compile(f"{CODE}|{TAG}", re.DOTALL)
WHOLE_PAGE = re.compile(r"\s*<(?:!doctype|html|body)\b", re.IGNORECASE)
ENTITY = re.compile(r"&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{1,31}));")
TEX_DOCUMENT = re.compile(
    r"\\documentclass.{0,2000}?\\begin\{document\}\s*(.{0,2000}?)\s*\\end\{document\}", re.DOTALL
)
HEADING_END = "\ufdd0"  # stands for no character in any text
LONE_WHERE_OFTEN = ("p", "li")  # often left open
MAX_ESCAPES = 3  # "&amp;amp;lt;" was escaped three times


def plain_text(html: str) -> str:
    """Returns what a person would read of HTML or JATS: no tags, no scripts; a blank line between paragraphs,
    a new line for <br>, rows and items, and the headings of an abstract before their paragraphs.

    >>> plain_text("<p>Cats&nbsp;&amp; <b>dogs</b><script>alert(1)</script></p><p>one<br>two")
    'Cats & dogs\\n\\none\\ntwo'
    >>> plain_text("<jats:title>Aims</jats:title><jats:p>To see cats.</jats:p>")
    'Aims: To see cats.'
    """
    if "<" not in html and "&" not in html:
        return _collapse_blanks(html)
    from lxml import etree

    pieces: list[str] = []
    parser = etree.HTMLParser(remove_comments=True, remove_pis=True, huge_tree=True)
    walker = etree.iterwalk(
        etree.fromstring(f"<div>{clean_text(html)}</div>", parser), events=("start", "end")
    )
    for event, element in walker:
        name = element.tag.rpartition(":")[2]
        if event == "start" and (name in UNREAD_ELEMENTS or _is_said_in_tex(element, name)):
            walker.skip_subtree()
            continue
        if name in HEADING_ELEMENTS and ":" in element.tag:
            pieces.append("\n\n" if event == "start" else HEADING_END)
        elif name in PARAGRAPH_ELEMENTS:
            pieces.append("\n\n")
        elif event == "start":
            pieces.append("\n" if name in LINE_ELEMENTS else " " if name in CELL_ELEMENTS else "")
        text = element.text if event == "start" else element.tail
        if text:
            pieces.append(re.sub(r"\s+", " ", text))
    text = _with_headings(_collapse_blanks("".join(pieces)))
    return TEX_DOCUMENT.sub(r"\1", text) if "\\documentclass" in text else text


def without_markup(text: str) -> str:
    """Returns text that may hold markup as plain text, and other text as it stands: only tags of known
    elements that are closed as well, or stand alone as <br> does, are taken for tags.

    Entities are decoded as often as they were escaped; escaped tags go where there are no others.

    >>> without_markup("CO<sub>2</sub> &amp;lt; 5, a < b, List<String>, and what <canvas> is")
    'CO2 < 5, a < b, List<String>, and what <canvas> is'
    >>> without_markup("if (x<b && c>d)  return"), without_markup("&lt;i&gt;Ovis&lt;/i&gt;")
    ('if (x<b && c>d)  return', 'Ovis')
    """
    for _ in range(MAX_ESCAPES):
        if "<" in text and (html := _with_tags_only(text)):
            return _without_entities(plain_text(html))
        if "&" not in text or (decoded := _without_entities(text)) == text:
            break
        text = decoded
    return text


def readable(text: str, *, html: bool) -> str:
    """Returns HTML as plain_text does, and text that is not said to be HTML as without_markup does.

    >>> readable("a < b", html=False), readable("a &lt; <b>b</b>", html=False)
    ('a < b', 'a < b')
    """
    return plain_text(text) if html else _collapse_blanks(without_markup(text))


def one_line(text: str) -> str:
    """Returns HTML or plain text as a title: one line. Plain text that only mentions a tag is left as it is.

    >>> one_line("All about <i>cats</i> &amp; dogs"), one_line("Why a < b, and what <canvas> is")
    ('All about cats & dogs', 'Why a < b, and what <canvas> is')
    """
    return " ".join(without_markup(clean_text(text)).split())


def _is_said_in_tex(element: Any, name: str) -> bool:
    """Tells whether it is a formula in MathML that stands in TeX beside it."""
    beside = (element.getprevious(), element.getnext()) if name == "math" else ()
    return any(other is not None and other.tag.endswith("tex-math") for other in beside)


def _with_tags_only(text: str) -> str:
    """Returns HTML in which every < that begins no tag is escaped; "" for a text without a tag."""
    if WHOLE_PAGE.match(text):
        return text
    text = _without_comments(text)
    found = [match for match in CODE_OR_TAG.finditer(text) if match[2]]
    opened = [tag[2].lower() for tag in found if not tag[1]]
    paired = {tag[2].lower() for tag in found if tag[1]}.intersection(opened)
    often = {name for name in LONE_WHERE_OFTEN if opened.count(name) > 1}
    tags = [
        tag
        for tag in found
        if (name := tag[2].lower()) in LONE_ELEMENTS
        or (tag[4].lower() in PAIRED_ELEMENTS and (name in paired or name in often))
        or (tag[3] or "").lower() in PREFIXES
    ]
    pieces, at = list[str](), 0
    for tag in tags:
        pieces += text[at : tag.start()].replace("<", "&lt;"), _named_tag(tag)
        at = tag.end()
    return "".join([*pieces, text[at:].replace("<", "&lt;")]) if tags else ""


def _without_comments(text: str) -> str:
    pieces, at = list[str](), 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        pieces.append(text[at:start])
        at = end + 3
    return "".join([*pieces, text[at:]]).replace("<![CDATA[", "").replace("]]>", "")


def _named_tag(tag: re.Match[str]) -> str:
    """Returns the tag; a heading of JATS has its prefix, as HTML would take it for a page's title else."""
    return tag[0].replace("title", "jats:title", 1) if tag[2].lower() == "title" else tag[0]


def _without_entities(text: str) -> str:
    return ENTITY.sub(_character, text) if "&" in text else text


def _character(entity: re.Match[str]) -> str:
    return unescape(entity[0]) if not entity[3] else html5.get(f"{entity[3]};", entity[0])


def _with_headings(text: str) -> str:
    """Puts the headings, which end with HEADING_END, before their paragraphs; "Abstract" is none."""
    if HEADING_END not in text:
        return text
    text = re.sub(
        rf"(?:^|\n)\s*(?:abstract|summary)?[.:]?\s*{HEADING_END}", "\n\n", text, flags=re.IGNORECASE
    )
    return re.sub(rf"[.:]?\s*{HEADING_END}\s*", ": ", _collapse_blanks(text))


def _collapse_blanks(text: str) -> str:
    text = re.sub(r"[^\S\n]+", " ", clean_text(text))
    return re.sub(r"\n{3,}", "\n\n", re.sub(r" ?\n ?", "\n", text)).strip()
