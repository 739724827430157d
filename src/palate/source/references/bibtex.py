"""BibTeX and BibLaTeX -> texts."""

import re
from collections.abc import Iterator
from typing import Any

from palate.document.reader import DocumentReader
from palate.source.items import Columns, Items
from palate.source.latex import latex_to_text
from palate.source.references.bibtex_grammar import Entry, entries
from palate.source.references.records import Record, texts_of

INHERITED = ("year", "date", "month", "publisher", "editor", "journal")  # from the entry that crossref names
AS_WRITTEN = ("url", "doi", "eprint", "file")  # no LaTeX
AND = re.compile(r"\s+and\s+")


def read_bibtex(document: DocumentReader, columns: Columns) -> Items:
    """Reads entry by entry, with TeX accents and braces turned to plain text; an entry that does not parse is
    Skipped.

    >>> bib = b'@article{key, title={G{\\\\"o}del and {BERT}}, abstract={50% of proofs}, year=2020}'
    >>> [text.content for text in read_bibtex(DocumentReader.from_bytes("a.bib", bib), Columns())]
    ['Gödel and BERT\\n50% of proofs']
    """
    return texts_of(
        document, columns, _records(document), "BibTeX entries such as @article{key, title = {…}}"
    )


def _records(document: DocumentReader) -> Iterator[Record]:
    found = list(entries(document.text()))
    by_key = {entry.key.casefold(): entry for entry in reversed(found)}
    for entry in found:
        if entry.problem:
            yield entry.line, f"entry is no BibTeX: {entry.problem}"
        else:
            parent = by_key.get(entry.fields.get("crossref", "").strip().casefold())
            yield entry.line, _row(entry, parent.fields if parent else {})


def _row(entry: Entry, parent: dict[str, str]) -> dict[str, Any]:
    fields = {name: parent[name] for name in INHERITED if name in parent} | entry.fields
    if "title" in parent:
        fields.setdefault("booktitle", parent["title"])
    row: dict[str, Any] = {name: _plain(name, value) for name, value in fields.items()}
    for name in ("author", "editor"):
        if name in fields:
            row[name] = [_plain(name, person) for person in _people(fields[name])]
    if "date" in row:
        row["date"] = row["date"].partition("/")[0]  # of a span the first day
    if row.get("archiveprefix", row.get("eprinttype", "")).lower() == "arxiv":
        row["arxiv"] = row.pop("eprint", "")
    return {**row, "key": entry.key, "kind": entry.kind}


def _plain(name: str, value: str) -> str:
    """Returns a value as plain text; blank lines still part its paragraphs."""
    if name in AS_WRITTEN:
        return re.sub(r"\\([_%&#~$])", r"\1", value).strip("{} \n\t")
    paragraphs = (" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", value))
    return "\n\n".join(latex_to_text(paragraph) for paragraph in paragraphs if paragraph)


def _people(names: str) -> Iterator[str]:
    """Splits at "and" outside of braces.

    >>> list(_people("Doe, Jane and {Barnes and Noble} and others"))
    ['Doe, Jane', '{Barnes and Noble}']
    """
    start = counted = depth = 0
    for between in AND.finditer(names):
        before = names[counted : between.start()]
        depth, counted = depth + before.count("{") - before.count("}"), between.end()
        if depth == 0:
            yield names[start : between.start()]
            start = between.end()
    if names[start:].strip() not in ("", "others"):
        yield names[start:]
