"""Identity: ids of the world are read from any way of writing, and versions are told from other texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.identity import is_fuller, kinds_agree, new_version, possible_ids, resembles, world_ids
from palate.text import Text, origin_of

ENDING = "\"|.,;:'()[]{}<>#?%&"  # characters that may end a DOI in a sentence or an address
SAFE = st.characters(codec="ascii", exclude_categories=["Cc", "Zs"], exclude_characters=ENDING)
DOIS = st.builds("10.{}/{}".format, st.integers(1000, 99_999_999), st.text(SAFE, min_size=1, max_size=12))


@given(doi=DOIS, upper=st.booleans(), stop=st.sampled_from(["", ".", ",", ";", ")", ".)"]))
def test_a_doi_is_one_id_however_it_is_written(doi: str, upper: bool, stop: str) -> None:
    written = doi.upper() if upper else doi
    texts = [
        Text(written, "", "x"),
        Text(f"doi:{written}{stop}", "", "x"),
        Text(f"DOI: {written}", "", "x"),
        Text("1", "", "x", extra={"DOI": written + stop}),
        Text("1", "", "x", extra={"doi": f"https://doi.org/{written}"}),
    ]
    assert {world_ids(text) for text in texts} == {frozenset({f"doi:{doi.lower()}"})}


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        (Text("https://doi.org/10.1000%2Fsnow.1", "", ""), {"doi:10.1000/snow.1"}),
        (Text("1", "", "", url="http://dx.doi.org/10.1000/Snow"), {"doi:10.1000/snow"}),
        (
            Text("10.1002/(SICI)1097-4636(199823)43:4<338::AID-JBM16>3.0.CO;2-B", "", ""),
            {"doi:10.1002/(sici)1097-4636(199823)43:4<338::aid-jbm16>3.0.co;2-b"},
        ),
        (Text("2401.00001v2", "", ""), {"arxiv:2401.00001"}),
        (Text("arXiv:hep-th/9901001v3", "", ""), {"arxiv:hep-th/9901001"}),
        (Text("oai:arXiv.org:2401.00001v1", "", ""), {"arxiv:2401.00001"}),
        (Text("1", "", "", url="https://arxiv.org/pdf/2401.00001v2.pdf"), {"arxiv:2401.00001"}),
        (Text("10.48550/arXiv.2401.00001", "", ""), {"arxiv:2401.00001"}),
        (Text("pmid:31", "", "", extra={"PMID": 31.0}), {"pmid:31"}),
        (Text("1", "", "", url="https://pubmed.ncbi.nlm.nih.gov/31/"), {"pmid:31"}),
        (Text("1", "", "", extra={"doi": "NA", "pmid": "-", "arxiv": None}), set()),
        (Text("31", "", ""), set()),
        (Text("2499.0001", "", ""), set()),  # no month
        (Text("https://example.org/10.1000/1", "", ""), set()),
    ],
)
def test_ids_of_the_world(text: Text, ids: set[str]) -> None:
    assert world_ids(text) == ids


def test_two_ids_of_one_registry_are_two_texts() -> None:
    assert not kinds_agree(frozenset({"doi:10.1000/a"}), frozenset({"doi:10.1000/b", "pmid:1"}))
    assert kinds_agree(frozenset({"doi:10.1000/a"}), frozenset({"pmid:1"}))
    assert kinds_agree(frozenset({"doi:10.1000/a", "pmid:1"}), frozenset({"doi:10.1000/a", "pmid:2"}))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("Ep 1: whales", "About whales at sea."), ("Ep 1: whales", "All new."), True),
        (("Ep 1: whales", "About whales at sea."), ("Ep 2: steam trains", "About trains."), False),
        (("", "Storm warning for the north coast"), ("", "Storm warning for the south coast"), True),
        (("Snow", ""), ("Rain", ""), False),
        (("Harbour closed for fog", "a b c d"), ("What we know of the fog", "a b c e"), True),
        (("Snow loads", ""), ("", "Rain was measured"), False),
    ],
)
def test_a_version_has_the_title_or_the_body_of_the_other(
    one: tuple[str, str], other: tuple[str, str], same: bool
) -> None:
    texts = [Text("1", *one), Text("2", *other)]
    assert resembles(*texts) == resembles(*reversed(texts)) == same


def test_a_text_that_goes_on_is_fuller() -> None:
    short = Text("1", "Cats", "They sleep all day and …")
    full = Text("2", "CATS", "They sleep all  day and hunt by night.")
    assert is_fuller(full, short)
    assert not is_fuller(short, full)
    assert not is_fuller(full, full)
    assert not is_fuller(full, Text("3", "Dogs", ""))


def test_a_new_version_keeps_what_only_the_old_one_tells() -> None:
    old = Text("a", "Cats", "old", source="A", url="https://a.org/1", language="en", extra={"x": 1, "y": 1})
    new = Text("b", "Cats", "new", source="B", extra={"y": 2}, origin="o")
    version = new_version(old, new)
    assert (version.id, version.body, version.source, version.url) == ("a", "new", "A", "https://a.org/1")
    assert (version.language, version.extra, version.origin) == ("en", {"x": 1, "y": 2}, "o")


def test_possible_ids_go_on_without_repeats() -> None:
    page = Text.of("x", url="https://a.org/notes#july")
    row = Text("7", "", "x", source="b.csv", origin=origin_of("/b.csv", "7"))
    for text, second in ((page, "https://a.org/notes#july"), (row, "7@b.csv"), (Text.of("x"), None)):
        ids = [id for id, _ in zip(possible_ids(text), range(6), strict=False)]
        assert ids[0] == text.id
        assert second in (None, ids[1])
        assert len(set(ids)) >= 5
