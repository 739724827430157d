"""Results are lists that show themselves as tables and become data frames."""

import pickle
import sys
from collections.abc import Iterator

import pytest

import palate
from palate.errors import MissingExtra
from palate.library import Library
from palate.text import Text
from palate.value import Ranking


@pytest.fixture(scope="module")
def library() -> Iterator[Library]:
    with palate.open(":memory:") as opened:
        opened.add(
            [
                Text("a", "<b>Cats</b>", "A cat and her kittens asleep."),
                {"id": "b", "title": "Bonds", "text": "Yields rose. " * 40},
                {"id": "c", "title": "", "text": "Snow fell on the roofs."},
            ]
        )
        me = opened.reader(likes="cats")
        me.judge("a", "like")
        me.judge("b", "dislike")
        yield opened


def test_every_list_of_results_becomes_a_frame(library: Library) -> None:
    pandas = pytest.importorskip("pandas")
    me = library.reader()
    ranking = me.rank(all=True)
    for results in (
        ranking,
        me.ask(),
        me.value(["cats", "bonds"]),
        me.judged(),
        me.contest(),
        library.find("cats"),
        library.find_like("a"),
        library.nearest("cats"),
        library.readers(),
    ):
        frame = results.to_frame()
        assert isinstance(frame, pandas.DataFrame)
        assert len(frame) == len(results) > 0
        assert list(frame.columns) == list(results.columns())
        assert list(frame.columns) == list(results[:0].to_frame().columns)
    frame = ranking.to_frame()
    assert frame["id"].tolist() == [hit.text.id for hit in ranking]
    assert frame["mean"].tolist() == [hit.value.mean for hit in ranking]
    assert me.judged().to_frame()["liking"].tolist() == [1.0, -1.0]


def test_a_table_for_notebooks_is_escaped_and_short(library: Library) -> None:
    html = library.reader().rank(all=True)._repr_html_()
    assert "&lt;b&gt;Cats&lt;/b&gt;" in html
    assert "<b>" not in html
    assert "<script" not in html
    assert html.count("<tr>") == 4
    assert "…" in html  # of a long body the beginning is shown
    assert len(html) < 2000


def test_a_ranking_is_still_a_list(library: Library) -> None:
    ranking = library.reader().rank(all=True)
    assert ranking == list(ranking) == [*ranking]
    assert ranking[0] == next(iter(ranking))
    assert ranking[:2] == list(ranking)[:2]
    assert "Bonds" in ranking[:3]._repr_html_()
    assert pickle.loads(pickle.dumps(ranking)) == ranking
    assert pickle.loads(pickle.dumps(ranking)).columns() == ranking.columns()
    assert Ranking().columns()["id"] == []


def test_without_pandas_the_mend_is_told(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtra, match=r"pip install 'palate\[insight\]'"):
        library.readers().to_frame()
