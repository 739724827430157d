"""HTML -> plain text."""

import re

from palate.table.cells import clean_text

UNREAD_ELEMENTS = {
    "script",
    "style",
    "template",
    "noscript",
    "iframe",
    "object",
    "svg",
    "head",
}  # not for reading
PARAGRAPH_ELEMENTS = {
    "address",
    "article",
    "aside",
    "blockquote",
    "div",
    "dl",
    "fieldset",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "ul",
}
LINE_ELEMENTS = {"br", "dd", "dt", "figcaption", "li", "tr"}
CELL_ELEMENTS = {"td", "th"}
LOOKS_LIKE_HTML = re.compile(
    r"</[a-z][a-z0-9]*\s*>|<(?:br|hr|img|p)\b[^<>]*>|&(?:#\d+|#x[\da-f]+|[a-z]+\d*);", re.IGNORECASE
)


def plain_text(html: str) -> str:
    """Returns what a person would read: no tags, no scripts; a blank line between paragraphs, a new line for
    <br>, rows and items.

    >>> plain_text("<p>Cats&nbsp;&amp; <b>dogs</b><script>alert(1)</script></p><p>one<br>two")
    'Cats & dogs\\n\\none\\ntwo'
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
        if event == "start" and element.tag in UNREAD_ELEMENTS:
            walker.skip_subtree()
            continue
        if element.tag in PARAGRAPH_ELEMENTS:
            pieces.append("\n\n")
        elif event == "start":
            pieces.append(
                "\n" if element.tag in LINE_ELEMENTS else " " if element.tag in CELL_ELEMENTS else ""
            )
        text = element.text if event == "start" else element.tail
        if text:
            pieces.append(re.sub(r"\s+", " ", text))
    return _collapse_blanks("".join(pieces))


def readable(text: str, *, html: bool) -> str:
    """Returns HTML as plain_text does; text that is not said to be HTML is taken as such only where it looks
    it.

    >>> readable("a < b", html=False), readable("a &lt; <b>b</b>", html=False)
    ('a < b', 'a < b')
    """
    return plain_text(text) if html or LOOKS_LIKE_HTML.search(text) else _collapse_blanks(text)


def one_line(text: str) -> str:
    """Returns HTML or plain text as a title: one line. Plain text that only mentions a tag is left as it is.

    >>> one_line("All about <i>cats</i> &amp; dogs"), one_line("Why a < b, and what <canvas> is")
    ('All about cats & dogs', 'Why a < b, and what <canvas> is')
    """
    return " ".join(readable(text, html=False).split())


def _collapse_blanks(text: str) -> str:
    text = re.sub(r"[^\S\n]+", " ", clean_text(text))
    return re.sub(r"\n{3,}", "\n\n", re.sub(r" ?\n ?", "\n", text)).strip()
