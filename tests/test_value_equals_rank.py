"""What `value` says of a text is what `rank` gives it, for every kind of taste."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palate.library import Library
from palate.parts import Encoder
from palate.rule import Rule
from palate.taste.choose import CONTEST, TASTES
from palate.text import Text
from palate.workspace.crowd import MIN_READERS

START = datetime(2026, 1, 5, 12, tzinfo=UTC)
LIKINGS = st.sampled_from([1.0, -1.0, 0.5, -0.25, "skip"])
BOOSTS = st.lists(
    st.tuples(st.sampled_from(["cat", "bond", "search", "ranking"]), st.sampled_from([-2.0, 0.5, 3.0])),
    max_size=3,
    unique_by=lambda boost: boost[0],
)


def stored_texts(papers: list[Text], dated: bool) -> list[Text]:
    """The papers, days apart where dated, a text of content alone, and a near-copy of the first."""
    texts = [
        Text(paper.id, paper.title, paper.body, published=START + timedelta(days=3 * day) if dated else None)
        for day, paper in enumerate(papers)
    ]
    first = texts[0]
    return [
        *texts,
        Text.of("Kittens and bonds in one plain text without a title."),
        Text("copy", first.title, f"{first.body}!", published=first.published),
    ]


def check(kind: str, papers: list[Text], judgements: Any, boosts: Any, *, dated: bool, crowd: bool) -> None:
    with Library(":memory:", encoder="words") as library:
        texts = stored_texts(papers, dated)
        library.add(texts)
        if crowd:
            for number in range(MIN_READERS):
                other = library.reader(f"other {number}")
                other.judge_many([(papers[i].id, (-1.0) ** (i // 4 + number)) for i in range(12)])
            assert library.refresh_crowd() is not None
        me = library.reader("me", likes="cats", kind=kind)
        for word, amount in boosts:
            me.rules.add(Rule("boost", "word", word, amount))
        me.judge_many([(texts[index].id, liking) for index, liking in judgements])
        ranked = {hit.text.id: hit for hit in me.rank(limit=len(texts), all=True)}
        assert ranked
        for text_id, hit in ranked.items():
            value = me.value([hit.text])[0]
            assert value.mean == pytest.approx(hit.value.mean, abs=1e-6), text_id
            assert value.sd == pytest.approx(hit.value.sd, abs=1e-6), text_id
            if Text.of(hit.text.content).content_hash == hit.text.content_hash:
                assert me.value([hit.text.content])[0].mean == pytest.approx(hit.value.mean, abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [kind for kind in [*TASTES, CONTEST] if kind != "neural"])
@settings(max_examples=6)
@given(
    judgements=st.lists(st.tuples(st.integers(0, 13), LIKINGS), max_size=8),
    boosts=BOOSTS,
    dated=st.booleans(),
    crowd=st.booleans(),
)
def test_a_text_is_worth_what_its_rank_says(
    kind: str, judgements: Any, boosts: Any, dated: bool, crowd: bool, words: Encoder, papers: list[Text]
) -> None:
    check(kind, papers, judgements, boosts, dated=dated, crowd=crowd)


@pytest.mark.needs("bert")
def test_a_text_is_worth_to_a_network_what_its_rank_says(words: Encoder, papers: list[Text]) -> None:
    judgements = [(0, 1.0), (4, -1.0), (8, 0.5), (13, "skip")]
    check("neural", papers, judgements, [("cat", 0.5)], dated=True, crowd=True)
