"""PubMed's XML (PubmedArticleSet) -> texts."""

from typing import Any

from palate.document.reader import DocumentReader
from palate.source.items import Columns, Items
from palate.source.references.nbib import plain_title
from palate.source.references.records import texts_of
from palate.source.references.xml_records import all_words, words, xml_records

ARTICLE = "MedlineCitation/Article"


def read_pubmed_xml(document: DocumentReader, columns: Columns) -> Items:
    """Reads article by article; each part of a structured abstract is a line after its heading.

    >>> xml = b'''<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>123</PMID><Article>
    ... <ArticleTitle>On <i>cats</i></ArticleTitle><Abstract>
    ... <AbstractText Label="AIM">To see cats.</AbstractText>
    ... <AbstractText Label="RESULT">Seen.</AbstractText>
    ... </Abstract></Article></MedlineCitation></PubmedArticle></PubmedArticleSet>'''
    >>> document = DocumentReader.from_bytes("a.xml", xml)
    >>> [(text.id, text.content) for text in read_pubmed_xml(document, Columns())]
    [('pmid:123', 'On cats\\nAIM: To see cats.\\nRESULT: Seen.')]
    """
    return texts_of(
        document, columns, xml_records(document, "PubmedArticle", _row), "<PubmedArticle> elements"
    )


def _row(article: Any) -> dict[str, Any]:
    titles = (words(article, f"{ARTICLE}/{name}") for name in ("ArticleTitle", "VernacularTitle"))
    dois = [
        *all_words(article, f"{ARTICLE}/ELocationID[@EIdType='doi']"),
        *all_words(article, "PubmedData/ArticleIdList/ArticleId[@IdType='doi']"),
    ]
    issue = f"{ARTICLE}/Journal/JournalIssue/PubDate"
    return {
        "pmid": words(article, "MedlineCitation/PMID"),
        "pmcid": words(article, "PubmedData/ArticleIdList/ArticleId[@IdType='pmc']"),
        "doi": dois[0] if dois else "",
        "title": plain_title(*titles),
        "abstract": "\n".join(_part(part) for part in article.iterfind(f"{ARTICLE}/Abstract/AbstractText")),
        "published": words(article, f"{issue}/MedlineDate") or _day(article, issue),
        "entry_date": _day(article, f"{ARTICLE}/ArticleDate"),
        "language": words(article, f"{ARTICLE}/Language"),
        "journal": words(article, f"{ARTICLE}/Journal/Title"),
        "authors": [_name(author) for author in article.iterfind(f"{ARTICLE}/AuthorList/Author")],
        "keywords": all_words(article, "MedlineCitation/KeywordList/Keyword"),
        "mesh": all_words(article, "MedlineCitation/MeshHeadingList/MeshHeading/DescriptorName"),
    }


def _part(part: Any) -> str:
    label = part.get("Label")
    return f"{label}: {words(part)}" if label else words(part)


def _day(article: Any, path: str) -> str:
    """Returns a date such as "2020 Mar 4" or "2020-03-04", as PubMed writes months both ways."""
    parts = [part for name in ("Year", "Month", "Day") if (part := words(article, f"{path}/{name}"))]
    return ("-" if "".join(parts).isdecimal() else " ").join(parts)


def _name(author: Any) -> str:
    names = [name for tag in ("LastName", "ForeName") if (name := words(author, tag))]
    return ", ".join(names) or words(author, "CollectiveName")
