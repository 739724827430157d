"""The ids of the world that a paper prints on its first page."""

import re

from palate.identity import without_tail

DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>{}|\\^`]+")
ARXIV = re.compile(r"\barXiv:\s?(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})", re.IGNORECASE)


def ids_on_page(page: str) -> dict[str, str]:
    """Returns doi and arxiv, each where the page names a single one: of several, all but one are cited.

    >>> ids_on_page("arXiv:2003.00001v2 [cs.IR] 1 Mar 2020. See https://doi.org/10.1000/Cats.7).")
    {'doi': '10.1000/cats.7', 'arxiv': '2003.00001'}
    >>> ids_on_page("10.1000/1 and 10.1000/2")
    {}
    """
    dois = {without_tail(doi).lower() for doi in DOI.findall(page)}
    numbers = {number.lower() for number in ARXIV.findall(page)}
    found = {"doi": dois, "arxiv": numbers}
    return {name: ids.pop() for name, ids in found.items() if len(ids) == 1}
