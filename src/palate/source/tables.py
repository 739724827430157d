"""Tables in any form -> texts, one per row."""

from palate.authors import folded
from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.source.column_names import field_of
from palate.source.columns import RowReader
from palate.source.items import Columns, Items, Skipped
from palate.table.reader import read_rows

KNOWN_FIELDS = ("title", "text", "id", "url", "doi")


def read_table(document: DocumentReader, columns: Columns) -> Items:
    """Reads row by row; a row that cannot be read, or has no text, is Skipped.

    Raises BadSource for a document that is broken as a whole, and where no column holds a title or text.

    >>> document = DocumentReader.from_bytes("a.csv", b'title;text\\n"A;B";c\\n"lost;d\\ne;f\\n')
    >>> [getattr(item, "title", item) for item in read_table(document, Columns())]
    ['A;B', Skipped(where='a.csv, row 3', reason='a quote is opened and never closed'), 'e']
    """
    chosen = {folded(name) for name in (columns.title, columns.text, columns.id) if name}
    table = read_rows(document, lambda name: field_of(name) in KNOWN_FIELDS or folded(name) in chosen)
    rows = RowReader(document.name, columns, document.locator)
    if table.names:
        rows.check(table.names)
    n_rows = 0
    for n_rows, row in enumerate(table, start=1):  # noqa: B007  # counted for what follows
        yield Skipped(row.where, row.problem) if row.problem else rows.text(row.cells, row.where)
    if rows.column_names:
        rows.check()
    elif n_rows and not table.names:
        raise BadSource(
            f'{document.name} holds no JSON object; expected one a line, such as {{"title": …, "text": …}}'
        )
