"""Plain text and Markdown -> texts."""

import re
from dataclasses import replace
from typing import Any

from palate.document.reader import MAX_LINE_BYTES, DocumentReader
from palate.source.columns import RowReader
from palate.source.file_origin import file_origin
from palate.source.items import Columns, Items, Skipped
from palate.table.cells import clean_text
from palate.text import Text

MAX_TITLE_CHARACTERS = 120  # a first line up to this length is taken as the title
HEADING = re.compile(r"^# +(\S.*)$|^(\S.*)\n=+$", re.MULTILINE)  # "# Cats", or "Cats" underlined
FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*\n", re.DOTALL | re.MULTILINE)
FIELD = re.compile(r"([A-Za-z_][\w-]*):[ \t]*(\S.*)?")


def read_plain(document: DocumentReader) -> Items:
    """Reads the file as one text. The title is its first line, if that is short, else the file's name.

    >>> document = DocumentReader.from_bytes("notes/cats.txt", b"On cats\\n\\nThey sleep.")
    >>> [(text.title, text.body) for text in read_plain(document)]
    [('On cats', 'They sleep.')]
    """
    yield _text(document, {}, clean_text(document.text(MAX_LINE_BYTES)).strip())


def read_markdown(document: DocumentReader) -> Items:
    """Reads the file as one text.

    The title is that of its front matter, its first # heading, a short first line or its name.

    The front matter's plain fields (title: Cats) are read as the columns of a table are.

    >>> markdown = b"---\\ntitle: Cats\\ndate: 2020-01-02\\n---\\nThey *sleep*.\\n"
    >>> document = DocumentReader.from_bytes("a.md", markdown)
    >>> [(text.title, text.body, text.published.year) for text in read_markdown(document)]
    [('Cats', 'They *sleep*.', 2020)]
    """
    body = clean_text(document.text(MAX_LINE_BYTES)).strip()
    fields: dict[str, Any] = {}
    if front := FRONT_MATTER.match(body + "\n"):
        body = body[front.end() :].strip()
        for line in front[1].splitlines():
            if (field := FIELD.fullmatch(line.strip())) and field[2]:
                fields[field[1].lower()] = field[2].strip().strip("\"'")
    if "title" not in fields and (heading := HEADING.search(body)):
        fields["title"] = (heading[1] or heading[2]).rstrip("# ")
        body = f"{body[: heading.start()].strip()}\n\n{body[heading.end() :].strip()}".strip()
    yield _text(document, fields, body)


def read_blocks(document: DocumentReader) -> Items:
    """Reads plain text from standard input: a text per block between blank lines, or per line where there is
    no blank line.

    >>> [text.body for text in read_blocks(DocumentReader.from_bytes("standard input", b"one\\ntwo\\n"))]
    ['one', 'two']
    >>> document = DocumentReader.from_bytes("standard input", b"one\\nmore\\n\\ntwo\\n")
    >>> [text.body for text in read_blocks(document)]
    ['one\\nmore', 'two']
    """
    whole = clean_text(document.text()).strip()
    for block in re.split(r"\n\s*\n" if re.search(r"\n\s*\n", whole) else r"\n", whole):
        yield Text.of(block.strip(), source=document.name)


BODY_COLUMN = ""  # a column name that no front matter can have


def _text(document: DocumentReader, fields: dict[str, Any], body: str) -> Text | Skipped:
    title = fields.get("title", "")
    if not title and body:
        first, _, rest = body.partition("\n")
        if len(first) <= MAX_TITLE_CHARACTERS:
            title, body = first.strip(), rest.strip()
        else:
            title = document.name.rpartition("/")[2].rpartition(".")[0] or document.name
    rows = RowReader(
        document.name, Columns(title="title", text=BODY_COLUMN), document.locator, has_markup=False
    )
    item = rows.text({**fields, "title": title, BODY_COLUMN: body}, document.name)
    if isinstance(item, Skipped):
        return Skipped(document.name, "file has neither title nor text")
    return replace(item, origin=file_origin(document))
