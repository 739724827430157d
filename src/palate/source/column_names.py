"""What the columns of tables, exports and JSON APIs are called, by what they hold."""

from collections.abc import Iterable
from operator import itemgetter

from palate.authors import AUTHOR_KEYS, folded

TITLE_COLUMNS = (
    "title", "article title", "document title", "primary title", "name", "headline", "display name",
    "ti", "t1", "book title", "question",
)  # fmt: skip
TEXT_COLUMNS = (
    "text", "body", "abstract", "abstract note", "abstract text", "description", "content", "summary", "ab",
    "n2", "abstract inverted index", "highlight", "selection", "excerpt", "note",
)  # fmt: skip
ID_COLUMNS = ("id",)
RECORD_COLUMNS = (
    "record id",
    "text id",
    "paper id",
    "item id",
    "document id",
    "doc id",
    "article id",
    "corpus id",
)
KEY_COLUMNS = (  # known to their list alone, and never shown as the id
    "key", "citekey", "citation key", "record number", "covidence", "accession number", "lens id",
    "publication id", "store id", "eid", "pui", "an", "ui",
)  # fmt: skip
URL_COLUMNS = (
    "url", "link", "links", "urls", "article url", "document url", "landing page url", "external url",
    "source url", "embase link", "dimensions url", "permalink", "persistent link", "plink", "pdf link", "ur",
    "open url link", "resolved url", "given url", "href",
)  # fmt: skip
DATE_COLUMNS = (
    "published", "publication date", "date of publication", "date published", "published date",
    "published at", "pubdate", "issued", "date", "cover date", "issue date", "online date",
    "early access date", "publish date", "timestamp", "created at", "created", "update date", "dp", "pd",
    "saved at", "saved date", "time added", "highlighted at",
)  # fmt: skip
YEAR_COLUMNS = ("year", "publication year", "published year", "pub year", "year of publication", "py", "yr")
MONTH_COLUMNS = ("month", "publication month", "published month")
DAY_COLUMNS = ("day", "publication day")
ENTRY_DATE_COLUMNS = ("create date", "entry date", "date added to xplore")  # say more than the year alone
LANGUAGE_COLUMNS = ("language", "lang", "la", "langid", "language of original document", "document language")
DOI_COLUMNS = (
    "doi", "digital object identifier", "digital object identifiers", "di", "do", "doi link",
)  # fmt: skip
PMID_COLUMNS = ("pmid", "pubmed id", "medline pmid", "pm", "pubmed")
PMCID_COLUMNS = ("pmcid", "pubmed central id")
ARXIV_COLUMNS = ("arxiv", "arxiv id")
IDENTIFIER_COLUMNS = ("external ids", "ids", "identifiers")  # objects with several of those above
WOS_COLUMNS = ("ut", "ut unique wos id", "ut unique id", "wos id", "accession number wos")

# the field of a Layout -> its columns, the first with a value first
FIELD_COLUMNS = {
    "title": TITLE_COLUMNS,
    "text": TEXT_COLUMNS,
    "id": ID_COLUMNS,
    "record": RECORD_COLUMNS,
    "key": KEY_COLUMNS,
    "authors": AUTHOR_KEYS,
    "url": URL_COLUMNS,
    "date": DATE_COLUMNS,
    "year": YEAR_COLUMNS,
    "month": MONTH_COLUMNS,
    "day": DAY_COLUMNS,
    "entry_date": ENTRY_DATE_COLUMNS,
    "language": LANGUAGE_COLUMNS,
    "doi": DOI_COLUMNS,
    "pmid": PMID_COLUMNS,
    "pmcid": PMCID_COLUMNS,
    "arxiv": ARXIV_COLUMNS,
    "wos": WOS_COLUMNS,
    "identifiers": IDENTIFIER_COLUMNS,
}


RANKS = {
    folded(name): (field, rank) for field, names in FIELD_COLUMNS.items() for rank, name in enumerate(names)
}


def field_of(name: str) -> str:
    """Returns what a column of this name holds, a key of FIELD_COLUMNS; "" for what is not known.

    >>> [field_of(name) for name in ("Article Title", "Abstract_Note", "Author(s)", "Publication Title")]
    ['title', 'text', 'authors', '']
    """
    return RANKS.get(folded(name), ("", 0))[0]


def columns_by_field(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Returns for each field the columns that may hold it, the first choice first.

    >>> columns = columns_by_field(["Headline", "TITLE", "PMID", "Mood"])
    >>> columns["title"], columns["pmid"], columns["text"]
    (('TITLE', 'Headline'), ('PMID',), ())
    """
    found: dict[str, list[tuple[int, str]]] = {field: [] for field in FIELD_COLUMNS}
    for name in names:
        if known := RANKS.get(folded(name)):
            field, rank = known
            found[field].append((rank, name))
    # sorted by rank alone, so that of two spellings of one name the first counts
    return {
        field: tuple(name for _, name in sorted(ranked, key=itemgetter(0))) for field, ranked in found.items()
    }
