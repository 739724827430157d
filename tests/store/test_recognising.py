"""Recognising: every text ends in one way, under an id of its own, in whatever chunks texts come."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palate.library import Library
from palate.results import AddReport
from palate.text import Text, origin_of

TITLES = ["Snow loads on roofs", "Snow loads on flat roofs", "Rain in autumn"]
BODIES = [
    "",
    "Roofs were weighed by hand.",
    "Roofs were weighed by hand and scale.",
    "Wet.",
]
FIELDS = (["a", "b"], ["", "1", "2"], ["", "10.1000/a", "10.1000/b"], TITLES, BODIES)
ENTRIES = st.tuples(*map(st.sampled_from, FIELDS))


def made(entry: tuple[str, ...]) -> Text:
    place, id, doi, title, body = entry
    return Text.of(
        body,
        title=title,
        id=id,
        source=f"{place}.csv",
        url=f"https://{place}.org/list",
        extra={"doi": doi} if doi else {},
        origin=origin_of(place, id) if id else "",
    )


@settings(max_examples=40)
@given(entries=st.lists(ENTRIES, max_size=8), size=st.sampled_from([1, 3, 8]))
def test_counts_add_up_and_name_what_is_there(entries: list[tuple[str, ...]], size: int, words: Any) -> None:
    texts = [made(entry) for entry in entries]
    with Library(":memory:", encoder="words") as library:
        total = AddReport()
        for begin in range(0, len(texts), size):
            part = texts[begin : begin + size]
            report = library.add(part)
            assert report.seen == len(part)
            total.include(report)
        ids = [text.id for text in library.texts()]
        assert len(set(ids)) == len(ids) == total.added + total.grouped
        assert {known.same_as for known in total.known_texts} <= set(ids)
        hashes = {text.content_hash for text in library.texts()}
        if not total.updated and all(known.by == "its words" for known in total.known_texts):
            assert hashes == {text.content_hash for text in texts}
        assert all(finding.ok for finding in library.examine())


@settings(max_examples=60)
@given(entries=st.lists(ENTRIES, max_size=8), size=st.sampled_from([1, 2, 3]))
def test_chunks_do_not_change_what_texts_are(entries: list[tuple[str, ...]], size: int, words: Any) -> None:
    def result(chunk: int) -> tuple[list[tuple[str, str]], list[tuple[str, str]], int]:
        with pytest.MonkeyPatch.context() as patch, Library(":memory:", encoder="words") as library:
            patch.setattr("palate.workspace.adding.CHUNK", chunk)
            report = library.add([made(entry) for entry in entries])
            known = [(known.same_as, known.by) for known in report.known_texts]
            return sorted((text.id, text.content) for text in library.texts()), known, report.updated

    assert result(size) == result(100)


HARBOUR, AIRPORT, SEA, BONDS = "Fog at the harbour", "Fog at the airport", "Fog at sea", "Bonds fell"


def reports(*batches: list[Text]) -> list[tuple[int, int, int]]:
    """Returns how many texts of each batch were added, updated and known."""
    with Library(":memory:", encoder="words") as library:
        added = [library.add(batch) for batch in batches]
        return [(report.added, report.updated, report.known) for report in added]


def entry(place: str, id: str, title: str, body: str = "", **more: Any) -> Text:
    return Text.of(body, title=title, id=id, source=place, origin=origin_of(place, id), **more)


@pytest.mark.parametrize(
    ("batches", "told"),
    [
        # a bare id belongs to its source
        (
            [[entry("a", "1", HARBOUR)], [entry("b", "1", AIRPORT)]],
            [(1, 0, 0), (1, 0, 0)],
        ),
        # and is one of a text only as long as the text is the same
        ([[entry("a", "1", HARBOUR)], [entry("a", "1", BONDS)]], [(1, 0, 0), (1, 0, 0)]),
        (
            [[entry("a", "1", SEA)], [entry("a", "1", SEA, "All day.")]],
            [(1, 0, 0), (0, 1, 0)],
        ),
        # an id that comes twice in one source is none
        ([[entry("a", "1", SEA, "Dense."), entry("a", "1", SEA, "Thin.")]], [(2, 0, 0)]),
        # words that were cut off are not a new version
        (
            [[entry("a", "1", SEA, "All day.")], [entry("a", "1", SEA)]],
            [(1, 0, 0), (0, 0, 1)],
        ),
        # one DOI of a whole supplement names many texts
        (
            [[Text.of("", title=title, extra={"doi": "10.1000/s1"}) for title in (SEA, BONDS)]],
            [(2, 0, 0)],
        ),
        # a title alone is not the paper where DOIs differ
        (
            [[Text.of("", title="Editorial", extra={"doi": f"10.1000/{n}"}) for n in (1, 2)]] * 2,
            [(2, 0, 0), (0, 0, 2)],
        ),
        # an abstract that another list has is taken over; in one chunk too
        (
            [
                [Text.of("", title=SEA, extra={"doi": "10.1000/f"})],
                [Text.of("All day.", title=SEA, url="https://doi.org/10.1000/F")],
            ],
            [(1, 0, 0), (0, 1, 0)],
        ),
        (
            [
                [
                    Text.of("", title=SEA, extra={"doi": "10.1000/f"}),
                    Text.of("All day.", title=SEA, url="https://doi.org/10.1000/F"),
                ]
            ],
            [(1, 1, 0)],
        ),
        # what one list knows of a paper holds for the next list
        (
            [
                [Text.of("", title=SEA, extra={"doi": "10.1000/f"})],
                [Text.of("", title=SEA, extra={"doi": "10.1000/f", "pmid": "7"})],
                [Text.of("", title="Fog at  sea: a study", extra={"pmid": "7"})],
            ],
            [(1, 0, 0), (0, 0, 1), (0, 0, 1)],
        ),
        # an address is no proof
        (
            [[Text.of("All day.", title=t, url="https://a.org/login") for t in (SEA, AIRPORT)]],
            [(2, 0, 0)],
        ),
        ([[Text.of("x", title=f"{n}", url=f"https://a.org/notes#{n}") for n in range(3)]], [(3, 0, 0)]),
        # an article after its beginning
        (
            [
                [Text.of("All day it was dense …", title="Fog", url="https://a.org/1")],
                [Text.of("All day it was dense and grey.", title="Fog", url="https://a.org/1?utm_source=x")],
                [Text.of("All day it was dense …", title="Fog", url="https://a.org/1")],
            ],
            [(1, 0, 0), (0, 1, 0), (0, 0, 1)],
        ),
    ],
)
def test_when_two_entries_are_one_text(
    batches: list[list[Text]], told: list[tuple[int, int, int]], words: Any
) -> None:
    assert reports(*batches) == told


def test_known_texts_are_named_with_what_tells(words: Any) -> None:
    with Library(":memory:", encoder="words") as library:
        library.add([Text.of("", title=SEA, id="f", extra={"arxiv": "2401.00001v1"})])
        report = library.add([Text.of("", title="Fog at sea!", url="https://arxiv.org/abs/2401.00001v2")])
    assert report.known_texts == [("Fog at sea!", "f", "arxiv:2401.00001")]
