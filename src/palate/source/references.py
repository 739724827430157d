"""Reference lists (RIS, BibTeX, NBIB) -> texts, one per reference: its title and abstract.

The id is the DOI, so that one paper found in several databases is one text; else the PubMed number, the
address or a hash."""

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Any

from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.source.columns import RowReader
from palate.source.items import Columns, Items, Skipped
from palate.table.cells import cell_text

RIS_FIELD = re.compile(r"([A-Z][A-Z0-9])  -(?: (.*)|\s*)$")  # its tag and its value
NBIB_TAG = re.compile(r"([A-Z]{2,4}) {0,2}- ?(.*)")
DOI = re.compile(r"10\.\d{4,9}/\S+")

# the number of its first line; its fields, or what is wrong with it
Record = tuple[int, dict[str, Any] | str]


def read_ris(document: DocumentReader, columns: Columns) -> Items:
    """Reads record by record; one without title and abstract is Skipped.

    >>> ris = b"TY  - JOUR\\nTI  - On cats\\nAB  - They sleep.\\nDO  - 10.1000/Cats\\nPY  - 2020\\nER  -\\n"
    >>> document = DocumentReader.from_bytes("a.ris", ris)
    >>> [(text.id, text.content, text.published.year) for text in read_ris(document, Columns())]
    [('10.1000/cats', 'On cats\\nThey sleep.', 2020)]
    """
    return _texts(document, columns, _ris(document), "RIS records, each from 'TY  - ' to 'ER  - '")


def read_nbib(document: DocumentReader, columns: Columns) -> Items:
    """Reads PubMed's own format (MEDLINE), as its button "Save, format PubMed" gives it.

    >>> nbib = b"PMID- 123\\nTI  - On\\n      cats\\nAB  - They sleep.\\nDP  - 2020 Mar 4\\n"
    >>> document = DocumentReader.from_bytes("a.nbib", nbib)
    >>> [(text.id, text.title, text.published.month) for text in read_nbib(document, Columns())]
    [('pmid:123', 'On cats', 3)]
    """
    return _texts(document, columns, _nbib(document), "PubMed records, each beginning with 'PMID- '")


def read_bibtex(document: DocumentReader, columns: Columns) -> Items:
    """Reads entry by entry, with TeX accents and braces turned to plain text; an entry that does not parse is
    Skipped.

    >>> bib = b'@article{key, title={G{\\\\"o}del and {BERT}}, abstract={50% of proofs}, year=2020}'
    >>> [text.content for text in read_bibtex(DocumentReader.from_bytes("a.bib", bib), Columns())]
    ['Gödel and BERT\\n50% of proofs']
    """
    return _texts(document, columns, _bibtex(document), "BibTeX entries such as @article{key, title = {…}}")


def _texts(document: DocumentReader, columns: Columns, records: Iterable[Record], expected: str) -> Items:
    rows = RowReader(document.name, columns, document.place)
    number = 0
    for number, record in records:
        where = f"{document.name}, row {number}"
        yield Skipped(where, record) if isinstance(record, str) else rows.text(_row(record), where)
    if not number:
        raise BadSource(f"{document.name} holds no reference; expected {expected}")
    if rows.column_names:
        rows.check()


def _row(fields: dict[str, Any]) -> dict[str, Any]:
    """Returns the fields with an id of the whole world, in the order in which RowReader looks for one."""
    doi = DOI.search(cell_text(fields.get("doi")))
    pmid = cell_text(fields.get("pmid"))
    id = doi[0].lower() if doi else f"pmid:{pmid}" if pmid else ""
    return {"id": id, "title": "", **fields}


def _ris(document: DocumentReader) -> Iterator[Record]:
    import rispy

    parser = rispy.RisParser(skip_unknown_tags=True)
    for number, lines in _records(document, re.compile(r"TY  - ")):
        (record,) = parser.parse("\n".join([*_ris_fields(lines, rispy.LIST_TYPE_TAGS), "ER  - "]))
        titles = ("title", "primary_title", "translated_title", "short_title", "secondary_title")
        record["title"] = next((record.pop(name) for name in titles if cell_text(record.get(name))), "")
        record["abstract"] = record.pop("abstract", "") or record.pop("notes_abstract", "")
        record["url"] = next(iter(record.pop("urls", [])), "")
        record["published"] = (
            record.pop("date", "") or record.pop("year", "") or record.pop("publication_year", "")
        )
        record["key"] = record.pop("id", "")  # a number within this list
        yield number, record


def _ris_fields(lines: Iterable[str], list_tags: Iterable[str]) -> list[str]:
    """Returns one line per value of a record, up to its end.

    A line without a tag goes on with the value before it, or is one more value of a tag that holds a list.
    Releases of rispy differ in what they make of such lines, and so are given none.

    >>> _ris_fields(["TY  - JOUR", "TI  - On", " cats", "KW  - pets", "sleep", "ER  - ", "lost"], ["KW"])
    ['TY  - JOUR', 'TI  - On cats', 'KW  - pets', 'KW  - sleep']
    """
    fields: list[str] = []
    for line in itertools.takewhile(lambda line: not line.startswith("ER  -"), lines):
        if field := RIS_FIELD.match(line):
            fields.append(f"{field[1]}  - {field[2] or ''}")
        elif line.strip() and fields[-1][:2] in list_tags:
            fields.append(f"{fields[-1][:2]}  - {line.strip()}")
        elif line.strip():
            fields[-1] += " " + line.strip()
    return fields


def _nbib(document: DocumentReader) -> Iterator[Record]:
    for number, lines in _records(document, re.compile(r"PMID- ?")):
        fields: dict[str, list[str]] = {}
        tag = ""
        for line in lines:
            if field := NBIB_TAG.match(line):
                tag = field[1]
                fields.setdefault(tag, []).append(field[2].strip())
            elif tag and line.strip():  # a line that goes on
                fields[tag][-1] += " " + line.strip()
        identifiers = [
            value for name in ("LID", "AID") for value in fields.get(name, ()) if value.endswith("[doi]")
        ]
        yield (
            number,
            {
                "pmid": " ".join(fields["PMID"]),
                "doi": identifiers[0].removesuffix("[doi]").strip() if identifiers else "",
                "title": " ".join(fields.get("TI") or fields.get("TT") or fields.get("BTI") or ()),
                "abstract": "\n".join(fields.get("AB") or fields.get("OAB") or ()),
                "published": " ".join(fields.get("DP", ())[:1]),
                "language": " ".join(fields.get("LA", ())[:1]),
                "journal": " ".join(fields.get("JT") or fields.get("TA") or ()),
                "authors": fields.get("FAU") or fields.get("AU"),
                "keywords": fields.get("OT"),
                "mesh": fields.get("MH"),
            },
        )


def _records(document: DocumentReader, start: re.Pattern[str]) -> Iterator[tuple[int, list[str]]]:
    """Yields the lines of each record, which goes from a line with start to the next one, and the number of
    its first line.
    """
    first, record = 0, list[str]()
    for number, raw in document.lines():
        # some lists number their records
        line = re.sub(r"^\s*\d+\.\s+(?=[A-Z][A-Z0-9]  - )", "", raw.rstrip("\r\n"))
        if start.match(line):
            if record:
                yield first, record
            first, record = number, []
        if record or start.match(line):
            record.append(line)
    if record:
        yield first, record


def _bibtex(document: DocumentReader) -> Iterator[Record]:
    from bibtexparser.entrypoint import parse_string
    from bibtexparser.model import DuplicateBlockKeyBlock, DuplicateFieldKeyBlock, Entry, ParsingFailedBlock

    for block in parse_string(document.text()).blocks:
        number = (block.start_line or 0) + 1
        entry = (
            block.ignore_error_block
            if isinstance(block, DuplicateBlockKeyBlock | DuplicateFieldKeyBlock)
            else block
        )
        if isinstance(entry, Entry):
            # reversed, so that the first of two fields with one name counts
            fields = {field.key.lower(): _without_tex(field.value) for field in reversed(entry.fields)}
            month = fields.pop("month", "")
            fields["published"] = fields.pop("date", "") or f"{fields.pop('year', '')} {month}".strip()
            fields["language"] = fields.pop("language", "") or fields.pop("langid", "")
            yield number, {**fields, "key": entry.key, "kind": entry.entry_type}
        elif isinstance(entry, ParsingFailedBlock):
            reason = (
                str(getattr(entry.error, "abort_reason", "") or entry.error)
                or "its braces or commas are wrong"
            )
            yield number, f"entry is no BibTeX: {' '.join(reason.split())}"


def _without_tex(value: Any) -> str:
    text = str(value)
    if "\\" in text:
        from pylatexenc.latex2text import LatexNodes2Text

        # a bare % is a percent sign in every abstract, although TeX would read the rest of the line as a
        # comment
        text = LatexNodes2Text(math_mode="verbatim").latex_to_text(re.sub(r"(?<!\\)%", r"\\%", text))
    return re.sub(r"\s+", " ", re.sub(r"(?<!\\)[{}]", "", text)).strip()
