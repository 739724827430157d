"""A report says what a pile and its reader say one by one; where something is lacking it says so."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from typing import Any

import numpy as np
import pytest

import palate.report.report
from browser import Browser, Scheme
from palate.errors import BadValue, MissingExtra
from palate.insight.calibration import expected_calibration_error, reliability_bins
from palate.library import Library
from palate.reader import Reader
from palate.report.outliers import Outliers
from palate.report.pile import Pile, pile_of, stored_pile
from palate.report.report import report_of
from palate.report.section import Report, Section
from palate.sample import SAMPLE
from palate.source import Columns, open_source
from palate.text import Text

pytestmark = pytest.mark.needs("insight")


@pytest.fixture(autouse=True)
def _quick(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports beside the one that all tests share have a map by PCA and no outliers, which take seconds."""
    monkeypatch.setattr(palate.report.report, "MAX_TEXTS_OF_TSNE", 0)
    monkeypatch.setattr("palate.report.taste_words.TEXTS_AT_AN_END", 5)
    monkeypatch.setattr(palate.report.report, "outliers_of", lambda pile, **_: Outliers(pile, {}, ()))


@pytest.fixture(scope="module")
def sample() -> Iterator[Library]:
    with Library(":memory:") as library:
        library.add([text for text in open_source(SAMPLE, columns=Columns()) if isinstance(text, Text)])
        yield library


@pytest.fixture(scope="module")
def pile(sample: Library) -> Pile:
    return stored_pile(sample)


@pytest.fixture(scope="module")
def ada(sample: Library, pile: Pile) -> Reader:
    """Has judged every fourth text of the first half, by whether it is long."""
    reader = sample.reader("ada")
    for text in pile.texts[: len(pile) // 2 : 4]:
        reader.judge(text.id, "like" if len(text.body) > 300 else "dislike")
    return reader


@pytest.fixture(scope="module")
def report(pile: Pile, ada: Reader) -> Report:
    return report_of(pile, ada)


def section(report: Report, name: str) -> Section:
    (found,) = [one for one in report.sections if one.name == name]
    return found


def test_a_report_has_a_section_on_each_matter(report: Report) -> None:
    names = "texts topics map outliers values words liked blind found contest calibration learning"
    assert [one.name for one in report.sections] == names.split()
    assert not [one.lacking for one in report.sections if one.lacking]


def test_what_it_says_is_what_the_reader_says(report: Report, pile: Pile, ada: Reader) -> None:
    means = np.array([value.mean for value in ada.value(pile.texts)])
    (chart,) = section(report, "values").charts
    assert sum(chart.data["counts"]) == len(pile)
    assert f"{int((means >= 0.8).sum())} text" in section(report, "values").sentences[0]
    standings = section(report, "contest").tables[0]
    assert [row[0] for row in standings.rows] == [one.name for one in ada.contest()]
    predicted, came = ada.progressive()
    error = expected_calibration_error(reliability_bins(predicted, came))
    assert f"expected calibration error {error:.3f}" in section(report, "calibration").sentences[1]
    assert len(came) == len(ada.judged())
    assert section(report, "found").sentences[0].startswith(f"{ada.progress().found} liked text")


def test_likes_and_dislikes_of_topics_add_up_to_the_judgements(report: Report, ada: Reader) -> None:
    rows = [row for table in section(report, "liked").tables for row in table.rows]
    assert {row[0] for row in rows} == {row[0] for row in section(report, "topics").tables[0].rows}
    in_topics = sum(float(str(row[3])) + float(str(row[4])) for row in rows)
    assert 0 < in_topics <= len(ada.judged())


def test_the_same_pile_and_seed_give_the_same_report(pile: Pile, ada: Reader) -> None:
    assert report_of(pile, ada, seed=3).html() == report_of(pile, ada, seed=3).html()


def test_the_counts_of_languages_lengths_and_dates_are_of_all_texts() -> None:
    dated = [
        Text.of(f"Text number {n} of a few.", id=str(n), source=f"s{n % 2}", published=moment)
        for n, moment in enumerate(
            np.array(["2020-01-05", "2020-02-05", "2020-04-05"], "datetime64[s]").tolist()
        )
    ]
    texts = [replace(text, published=text.published.replace(tzinfo=UTC)) for text in dated if text.published]
    found = section(report_of(pile_of([*texts, Text.of("没有日期", id="zh")])), "texts")
    lengths, dates = found.charts
    assert sum(lengths.data["counts"]) == 4
    assert dates.data == {
        "names": ["2020-01", "2020-02", "2020-03", "2020-04"],
        "counts": [1, 1, 0, 1],
    }
    assert "They were published from 2020-01-05 to 2020-04-05; 1 have no date." in found.sentences
    assert {table.title: len(table.rows) for table in found.tables}["Sources"] == 3


def test_no_texts_are_refused_with_the_mend() -> None:
    with pytest.raises(BadValue, match="palate add"):
        report_of(pile_of([]))


@pytest.mark.parametrize(
    "texts", [["One text alone."], ["The same words.", "The same words.", "The same words."], ["42", "43"]]
)
def test_few_or_equal_texts_have_a_report_that_says_what_cannot_be_said(texts: list[str]) -> None:
    found = report_of(pile_of([Text.of(text, id=str(n)) for n, text in enumerate(texts)]))
    assert section(found, "texts").sentences[0].startswith(f"{len(texts)} text")
    assert "Report on texts" in found.html()


def test_a_reader_without_judgements_is_told_to_begin(sample: Library, pile: Pile) -> None:
    found = report_of(pile, sample.reader("new"))
    assert section(found, "judgements").sentences == ("new has judged nothing yet; begin with: palate ask",)
    assert [one.name for one in found.sections][-1] == "judgements"


def test_a_described_taste_without_judgements_has_values(sample: Library, pile: Pile) -> None:
    found = report_of(pile, sample.reader("told", likes="cats and dogs"))
    assert [one.name for one in found.sections][-3:] == ["judgements", "values", "words"]


def test_only_likes_are_told_and_do_no_harm(sample: Library, pile: Pile) -> None:
    reader = sample.reader("kind")
    for text in pile.texts[:3]:
        reader.judge(text.id, "like")
    found = report_of(pile, reader)
    assert "Nothing was disliked yet" in section(found, "liked").sentences[1]
    assert section(found, "contest").tables[0].rows[0][5] == ""  # no AUC
    assert found.html()


def test_judgements_that_came_at_once_were_not_predicted(sample: Library, pile: Pile) -> None:
    reader = sample.reader("import")
    verdicts = [(text.id, "like" if n % 2 else "dislike") for n, text in enumerate(pile.texts[:120])]
    reader.judge_many(verdicts)
    found = report_of(pile, reader)
    for name in ("contest", "calibration", "learning"):
        assert section(found, name).sentences[0].startswith("Nothing was predicted yet")


def test_a_missing_extra_is_named_in_its_section_and_the_others_stand(pile: Pile) -> None:
    def missing() -> Any:
        raise MissingExtra("topics", "insight")

    found = report_of(pile, find_topics=missing)
    assert "pip install 'palate[insight]'" in section(found, "topics").lacking
    assert section(found, "texts").sentences
    assert "palate[insight]" in found.html()


def test_a_report_is_a_frame_of_sentences_and_a_frame_of_a_notebook(report: Report) -> None:
    frame = report.to_frame()
    assert list(frame.columns) == ["section", "sentence"]
    assert len(frame) == sum(len(one.sentences) for one in report.sections)
    assert report._repr_html_().startswith('<iframe srcdoc="&lt;!doctype html&gt;')


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_shows_it_without_a_fault(
    report: Report, browser: Browser, width: int, scheme: Scheme
) -> None:
    with browser.open(report.html(), width=width, scheme=scheme) as page:
        assert page.inner_text("h1") == report.title
        assert page.locator("section").count() == len(report.sections)
