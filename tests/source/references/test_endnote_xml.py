import pytest

from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.source.items import GUESSED_COLUMNS
from palate.source.references.endnote_xml import read_endnote_xml
from palate.text import Text

XML = """<?xml version="1.0" encoding="UTF-8" ?><xml><records>
<record><database name="x.enl">x</database><rec-number>1</rec-number>
<ref-type name="Journal Article">17</ref-type>
<contributors><authors><author><style face="normal">Doe, Jane</style></author>
<author>Roe, R</author></authors>
</contributors>
<titles>
<title><style face="normal">Snow on </style><style face="italic">flat</style>
<style> roofs &lt; 5</style></title></titles>
<dates><year><style>2020</style></year><pub-dates><date>Mar 4</date></pub-dates></dates>
<abstract><style>Roofs were weighed.</style></abstract>
<electronic-resource-num>10.1000/Snow</electronic-resource-num>
<urls><related-urls><url>https://pub.example/snow</url></related-urls></urls></record>
<record><titles><title>Rain</title></titles></record></records></xml>"""


def texts_of(xml: str) -> list[Text]:
    document = DocumentReader.from_bytes("a.xml", xml.encode())
    return [item for item in read_endnote_xml(document, GUESSED_COLUMNS) if isinstance(item, Text)]


def test_each_record_gives_its_words_without_their_style() -> None:
    snow, rain = texts_of(XML)
    assert (snow.title, snow.body) == ("Snow on flat roofs < 5", "Roofs were weighed.")
    assert (snow.id, snow.url, str(snow.published)[:10]) == (
        "10.1000/snow",
        "https://pub.example/snow",
        "2020-03-04",
    )
    assert snow.extra["authors"] == ["Doe, Jane", "Roe, R"]
    assert rain.title == "Rain"


def test_broken_xml_is_refused_with_the_mend() -> None:
    with pytest.raises(BadSource, match=r"^a\.xml is broken XML \(.*\); export it again$"):
        texts_of(XML[:-30])


def test_entities_of_a_document_type_are_not_read() -> None:
    xml = '<!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + XML.partition("?>")[2].replace(
        "Rain", "Rain &x;"
    )
    assert "root:" not in texts_of(xml)[1].title
