"""The files of a folder or an archive, in a fixed order, each read as what it is."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from palate.document.reader import DocumentReader
from palate.errors import BadSource, MissingExtra
from palate.source.items import Items, Skipped
from palate.text import Text

MAILBOX_FOLDERS = {
    "cur",
    "new",
}  # what makes a folder a Maildir; its tmp holds mails that are still on their way


def files_in(folder: Path) -> Iterator[Path]:
    """Yields all regular files below it, by name.

    Hidden ones (a leading dot) are left out, save the folders of a Maildir. Links to folders are not
    followed.
    """
    for directory, folders, files in os.walk(folder):
        is_mailbox = MAILBOX_FOLDERS.issubset(folders)
        folders[:] = sorted(
            name
            for name in folders
            if not (is_mailbox and name == "tmp")
            and (not name.startswith(".") or (is_mailbox and Path(directory, name, "cur").is_dir()))
        )
        for name in sorted(files):
            path = Path(directory, name)
            if not name.startswith(".") and path.is_file():
                yield path


def read_each(
    name: str,
    documents: Iterable[DocumentReader | Skipped],
    read: Callable[[DocumentReader], Items],
) -> Items:
    """Reads document after document; one that cannot be read is Skipped.

    name: what holds them, for the error. Raises BadSource where none gave a text.
    """
    texts, reasons = 0, list[str]()
    for document in documents:
        if isinstance(document, Skipped):
            reasons.append(f"{document.where} {document.reason}")
            yield document
            continue
        try:
            for item in read(document):
                texts += isinstance(item, Text)
                yield item
        except (BadSource, MissingExtra) as error:
            reasons.append(str(error))
            yield Skipped(document.name, str(error).removeprefix(document.name).lstrip(" ,:"))
    if not texts:
        first = f"; of its {len(reasons)} unreadable files the first: {reasons[0]}" if reasons else ""
        raise BadSource(
            f"{name} holds no texts; expected files such as .txt .md .pdf .csv .jsonl .xml .ris .html{first}"
        )
