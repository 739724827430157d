import pytest

from palate.source.column_names import FIELD_COLUMNS, RANKS, columns_by_field, field_of


def test_no_name_stands_for_two_fields() -> None:
    assert len(RANKS) == sum(map(len, FIELD_COLUMNS.values()))


@pytest.mark.parametrize(
    "name", ["Article Title", "article_title", "ARTICLE.TITLE", "\ufeffArticleTitle ", "TI"]
)
def test_case_blanks_and_signs_do_not_count(name: str) -> None:
    assert field_of(name) == "title"


def test_the_better_column_comes_first_whatever_their_order() -> None:
    assert columns_by_field(["Headline", "Title"])["title"] == ("Title", "Headline")
    assert columns_by_field(["Publication Title", "Title"])["title"] == ("Title",)
