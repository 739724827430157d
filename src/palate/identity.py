"""Identity: when two entries are the same text. Decided here, for everything that brings texts.

The rules stand in docs/decisions/0019-when-two-entries-are-one-text.md.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from palate.address import is_address
from palate.text import Text, content_hash, origin_of
from palate.words import words

DOI = re.compile(r"10\.\d{4,9}/[^\s\"|]+")
DOI_NAMED = re.compile(r"\b(?:doi\s*:?|https?://(?:dx\.)?doi\.org/)\s*(10\.\S+)", re.IGNORECASE)
ARXIV_NUMBER = r"(\d{2}(?:0[1-9]|1[0-2])\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})(?:v\d+)?"
ARXIV = re.compile(rf"(?:oai:arxiv\.org:|arxiv:\s*|10\.48550/arxiv\.)?{ARXIV_NUMBER}", re.IGNORECASE)
ARXIV_ADDRESS = re.compile(rf"/(?:abs|pdf|html|list)/{ARXIV_NUMBER}(?:\.pdf)?", re.IGNORECASE)
PMID = re.compile(r"(?:pmid|pubmed|medline)?\s*:?\s*([1-9]\d{0,8})(?:\.0)?", re.IGNORECASE)
PMID_NAMED = re.compile(r"(?:pmid|pubmed|medline)\s*:?\s*([1-9]\d{0,8})", re.IGNORECASE)
PUBMED_ADDRESS = re.compile(r"/(?:pubmed/)?([1-9]\d{0,8})/?")
PUBMED_HOSTS = ("pubmed.ncbi.nlm.nih.gov", "www.ncbi.nlm.nih.gov", "ncbi.nlm.nih.gov")
WORLD_COLUMNS = {"doi": "doi", "pmid": "pmid", "pubmed id": "pmid", "arxiv": "arxiv", "arxiv id": "arxiv"}
OPENING, CLOSING = "([{<", ")]}>"
ALIKE_WORDS = (
    0.5  # Jaccard of the words of two titles, or bodies, from which one may be a version of the other
)
SHORT_TITLE = 0.8  # share of the words of the shorter of two titles that the longer then has too
ELLIPSIS = re.compile(r"\s*(?:\[?(?:…|\.\.\.)\]?)\s*$")
MIN_BEGINNING = 20  # characters that a body needs, to be taken for the beginning of another


def world_ids(text: Text) -> frozenset[str]:
    """Returns the ids by which the whole world knows a text: its DOI, PubMed number and arXiv id.

    They are read from its id, its address and the fields doi, pmid and arxiv of extra, in any way of writing.

    >>> one = Text.of("", title="Snow", url="https://doi.org/10.1000/Snow.1", extra={"PMID": "PMID: 11"})
    >>> sorted(world_ids(one))
    ['doi:10.1000/snow.1', 'pmid:11']
    >>> world_ids(Text("arXiv:2401.00001v2", "", "")) == world_ids(Text("10.48550/arXiv.2401.00001", "", ""))
    True
    """
    return frozenset(ids_in(text.id)) | frozenset(_of_address(text.url)) | frozenset(_of_fields(text))


def ids_in(name: str) -> Iterator[str]:
    """Yields the id of the world that a name is: an address, a DOI, or another id that says what it is.

    >>> list(ids_in("oai:arXiv.org:2401.00001v1")), list(ids_in("pubmed:7")), list(ids_in("7"))
    (['arxiv:2401.00001'], ['pmid:7'], [])
    """
    name = name.strip()
    if is_address(name):
        yield from _of_address(name)
    elif arxiv := ARXIV.fullmatch(name):
        yield f"arxiv:{arxiv[1].lower()}"
    elif pmid := PMID_NAMED.fullmatch(name):
        yield f"pmid:{pmid[1]}"
    elif DOI.fullmatch(name):
        yield from _of_doi(name)
    elif named := DOI_NAMED.fullmatch(name):
        yield from _of_doi(named[1])


def origins(text: Text) -> tuple[str, ...]:
    """Returns the names of a text that only its source gives: its origin, and what stands for it in stores
    that were made before texts had one."""
    former = origin_of(text.source, text.id)
    return (text.origin, former) if text.origin else (former,)


def names_of(text: Text) -> set[str]:
    """Returns the names that a store is to know a text by: its origin, and what the whole world calls it."""
    return {*world_ids(text), *((text.origin,) if text.origin else ())}


def kinds_agree(ids: frozenset[str], others: frozenset[str]) -> bool:
    """Whether no registry has given two texts ids that differ.

    >>> kinds_agree(frozenset({"doi:10.1/a", "pmid:1"}), frozenset({"doi:10.1/b"}))
    False
    """
    if ids & others or not ids or not others:
        return True
    return not {id.partition(":")[0] for id in ids} & {id.partition(":")[0] for id in others}


def resembles(one: Text, other: Text) -> bool:
    """Whether one of two texts may be a version of the other: their titles agree, or else their bodies do.

    >>> resembles(Text.of("", title="Snow loads on roofs"), Text.of("New.", title="Snow loads on flat roofs"))
    True
    >>> resembles(Text.of("About whales at sea."), Text.of("About trains in the hills."))
    False
    """
    titles, bodies = (_words(one.title), _words(other.title)), (_words(one.body), _words(other.body))
    if all(titles):
        shared, shorter = len(titles[0] & titles[1]), min(map(len, titles))
        if (shorter > 1 and shared >= SHORT_TITLE * shorter) or _alike(*titles):
            return True
    if all(bodies):
        return _alike(*bodies)
    return not all(titles) and _alike(_words(one.content), _words(other.content))


def is_fuller(one: Text, other: Text) -> bool:
    """Whether one text has all the words of the other and more: its body goes on where the other's ends.

    >>> is_fuller(Text.of("They sleep all day.", title="Cats"), Text.of("", title="cats"))
    True
    """
    if _folded(one.title) != _folded(other.title) or not one.body:
        return False
    if not other.body:
        return bool(one.title)
    body, beginning = _folded(one.body), _folded(ELLIPSIS.sub("", other.body))
    return MIN_BEGINNING <= len(beginning) < len(body) and body.startswith(beginning)


def new_version(old: Text, new: Text) -> Text:
    """Returns the new words under the id and source of the old; what only the old tells is kept."""
    return replace(
        new,
        id=old.id,
        source=old.source,
        url=new.url or old.url,
        language=new.language or old.language,
        published=new.published or old.published,
        extra={**old.extra, **new.extra},
    )


def possible_ids(text: Text) -> Iterator[str]:
    """Yields ids for a text, the best first: the store takes the first that no other text has.

    >>> text = Text("17", "", "Snow.", source="roofs.csv", origin=origin_of("/roofs.csv", "17"))
    >>> [id for id, _ in zip(possible_ids(text), range(2))]
    ['17', '17@roofs.csv']
    """
    yield text.id
    if text.url and text.id == text.canonical_url and (fragment := urlsplit(text.url).fragment):
        yield f"{text.id}#{fragment}"
    elif text.origin and text.origin.rpartition("\n")[2] == text.id:
        yield f"{text.id}@{text.source}"
    yield text.content_hash[:16]
    number = 2
    while True:
        yield content_hash(text.origin or text.id, f"{text.content_hash}{number}")[:16]
        number += 1


def _of_address(url: str) -> Iterator[str]:
    if not url or "." not in url:
        return
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:  # brackets that no address can have
        return
    if host in ("doi.org", "dx.doi.org", "www.doi.org"):
        yield from _of_doi(unquote(parts.path).strip("/"))
    elif host.endswith("arxiv.org") and (arxiv := ARXIV_ADDRESS.fullmatch(parts.path)):
        yield f"arxiv:{arxiv[1].lower()}"
    elif host in PUBMED_HOSTS and (pmid := PUBMED_ADDRESS.fullmatch(parts.path)):
        yield f"pmid:{pmid[1]}"


def _of_fields(text: Text) -> Iterator[str]:
    for name, value in text.extra.items():
        registry = WORLD_COLUMNS.get(name.strip().lower().replace("_", " ")) if len(name) <= 20 else None
        if registry is None or not isinstance(value, str | int | float) or isinstance(value, bool):
            continue
        written = str(value).strip()
        if registry == "doi" and (
            doi := DOI.search(unquote(written) if "%2F" in written.upper() else written)
        ):
            yield from _of_doi(doi[0])
        elif registry == "pmid" and (pmid := PMID.fullmatch(written)):
            yield f"pmid:{pmid[1]}"
        elif registry == "arxiv" and (arxiv := ARXIV.fullmatch(written)):
            yield f"arxiv:{arxiv[1].lower()}"
        else:
            yield from _of_address(written)


def _of_doi(doi: str) -> Iterator[str]:
    doi = without_tail(doi)
    if DOI.fullmatch(doi):
        arxiv = ARXIV.fullmatch(doi)
        yield f"arxiv:{arxiv[1].lower()}" if arxiv else f"doi:{doi.lower()}"


def without_tail(doi: str) -> str:
    """Returns a DOI without what ended the sentence it stood in: stops, and brackets that it does not open.

    >>> without_tail("10.1000/Cats.7)."), without_tail("10.1000/(x)")
    ('10.1000/Cats.7', '10.1000/(x)')
    """
    while doi and (doi[-1] in ".,;:'\"’”" or (doi[-1] in CLOSING and not _is_opened(doi))):
        doi = doi[:-1]
    return doi


def _is_opened(doi: str) -> bool:
    opening = OPENING[CLOSING.index(doi[-1])]
    return doi.count(opening) >= doi.count(doi[-1])


def _alike(words: frozenset[str], others: frozenset[str]) -> bool:
    return bool(words and others) and len(words & others) >= ALIKE_WORDS * len(words | others)


def _words(content: str) -> frozenset[str]:
    return frozenset(words(content))


def _folded(content: str) -> str:
    return " ".join(content.casefold().split())
