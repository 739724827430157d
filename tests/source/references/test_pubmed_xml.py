from palate.document.reader import DocumentReader
from palate.source.items import GUESSED_COLUMNS
from palate.source.references.pubmed_xml import read_pubmed_xml
from palate.text import Text

XML = """<?xml version="1.0"?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle//EN" "https://dtd.example/x.dtd">
<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID Version="1">123</PMID><Article>
<Journal><JournalIssue><PubDate><Year>2020</Year><Month>Mar</Month><Day>4</Day></PubDate></JournalIssue>
<Title>J Snow</Title></Journal>
<ArticleTitle>Uptake of CO<sub>2</sub> by <i>Chlorella</i>.</ArticleTitle>
<ELocationID EIdType="doi">10.1000/CO2</ELocationID>
<Abstract><AbstractText Label="AIM">To see <b>gas</b>.</AbstractText>
<AbstractText>It grew.</AbstractText></Abstract>
<AuthorList><Author><LastName>Doe</LastName><ForeName>Jane</ForeName></Author>
<Author><CollectiveName>Algae Group</CollectiveName></Author>
</AuthorList>
<Language>eng</Language></Article></MedlineCitation></PubmedArticle>
<PubmedArticle><MedlineCitation><PMID>124</PMID><Article><ArticleTitle>[Not Available].</ArticleTitle>
<VernacularTitle>Neige.</VernacularTitle><ArticleDate><Year>2020</Year><Month>03</Month><Day>04</Day></ArticleDate>
<Journal><JournalIssue><PubDate><MedlineDate>2020 Jan-Feb</MedlineDate></PubDate></JournalIssue></Journal>
</Article></MedlineCitation></PubmedArticle>
</PubmedArticleSet>"""


def test_each_article_gives_title_abstract_ids_authors_and_date() -> None:
    document = DocumentReader.from_bytes("a.xml", XML.encode())
    algae, snow = read_pubmed_xml(document, GUESSED_COLUMNS)
    assert isinstance(algae, Text)
    assert isinstance(snow, Text)
    assert (algae.title, algae.body) == ("Uptake of CO2 by Chlorella.", "AIM: To see gas.\nIt grew.")
    assert (algae.id, algae.extra["pmid"], str(algae.published)[:10]) == ("10.1000/co2", "123", "2020-03-04")
    assert algae.extra["authors"] == ["Doe, Jane", "Algae Group"]
    assert (snow.id, snow.title, str(snow.published)[:10]) == ("pmid:124", "Neige.", "2020-01-01")
