import pytest

from palate.source.column_names import columns_by_field
from palate.source.identifiers import is_bare, shown_id, world_ids


@pytest.mark.parametrize(
    ("row", "ids"),
    [
        ({"DOI": " https://doi.org/10.1000/A "}, {"doi": "https://doi.org/10.1000/A"}),
        ({"doi": "NA", "PubMed ID": 123.0}, {"pmid": "123"}),
        ({"DOI": "-", "digital_object_identifier": "10.1000/b"}, {"doi": "10.1000/b"}),
        (
            {"arXiv_ID": "2003.00001v2", "PMCID": "PMC7123456"},
            {"arxiv": "2003.00001v2", "pmcid": "PMC7123456"},
        ),
        ({"externalIds": {"DOI": "10.1000/c", "ArXiv": None}}, {"doi": "10.1000/c"}),
        ({"UT (Unique WOS ID)": "WOS:0001"}, {"wos": "WOS:0001"}),
        ({"pmid": "see notes", "doi": "pending"}, {}),
    ],
)
def test_ids_of_the_world_are_found_whatever_their_column_is_called(
    row: dict[str, object], ids: dict[str, str]
) -> None:
    assert world_ids(row, columns_by_field(row))[0] == ids


def test_the_doi_is_shown_before_the_number_in_pubmed() -> None:
    assert shown_id({"pmid": "PMID: 7", "doi": "doi:10.1000/A"}) == "10.1000/a"
    assert shown_id({"pmid": "https://pubmed.ncbi.nlm.nih.gov/7/"}) == "pmid:7"


@pytest.mark.parametrize("id", ["17", "AB12CD34", "rayyan-1", "2003.00001", "a b"])
def test_a_bare_id_belongs_to_its_list(id: str) -> None:
    assert is_bare(id)


@pytest.mark.parametrize(
    "id", ["", "10.1000/x", "https://doi.org/10.1/x", "urn:isbn:1", "pmid:7", "WOS:0001"]
)
def test_an_id_of_the_world_does_not(id: str) -> None:
    assert not is_bare(id)
