import pytest

from palate.document.reader import DocumentReader
from palate.source.items import GUESSED_COLUMNS
from palate.source.references.ovid import read_ovid
from palate.text import Text

NAMES = """<1>
Unique Identifier
  32109013
Title
  Snow loads on
  flat roofs.
Source
  J Snow. 2020
Authors
  Doe, J; Roe, R
Abstract
  AIM: To weigh roofs. RESULTS: Heavy.
Digital Object Identifier
  https://dx.doi.org/10.1000/Snow
Year of Publication
  2020

<2>
Title
  Rain in autumn
"""
TAGS = """<1>
UI  - 32109013
TI  - Snow loads on
      flat roofs.
AU  - Doe, J; Roe, R
AB  - AIM: To weigh roofs. RESULTS: Heavy.
DO  - https://dx.doi.org/10.1000/Snow
YR  - 2020

<2>
TI  - Rain in autumn
"""


@pytest.mark.parametrize("ovid", [NAMES, TAGS])
def test_each_record_gives_title_abstract_authors_id_and_date(ovid: str) -> None:
    snow, rain = read_ovid(DocumentReader.from_bytes("a.txt", ovid.encode()), GUESSED_COLUMNS)
    assert isinstance(snow, Text)
    assert isinstance(rain, Text)
    assert (snow.title, snow.body) == ("Snow loads on flat roofs.", "AIM: To weigh roofs.\nRESULTS: Heavy.")
    assert (snow.id, str(snow.published)[:10]) == ("10.1000/snow", "2020-01-01")
    assert (snow.extra["authors"], rain.title) == (["Doe, J", "Roe, R"], "Rain in autumn")
