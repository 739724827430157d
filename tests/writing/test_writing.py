"""Writer, Rewriter and Drafts over a model that says what it is told to."""

import io
from collections.abc import Iterator, Sequence

import pytest

from palate.errors import BadValue, UnknownName
from palate.library import Library
from palate.model.draft import Draft, Prompt
from palate.model.promise import OnText, ignore_text
from palate.model.sampling import Sampling
from palate.store.transfer import export_store, import_store
from palate.writing.rewrite import Rewriter
from palate.writing.writer import Writer

CATS = ["A cat sleeps on the warm mat.", "Two kittens play with a ball of wool.", "The cat purrs."]
BONDS = ["Bond yields rose again.", "The central bank raised interest rates.", "Shares fell in London."]


class Parrot:
    """Says these texts in turn, and remembers what it was asked."""

    name = "parrot"

    def __init__(self, *says: str) -> None:
        self.says, self.asked = says, list[Prompt]()

    def write(
        self, prompts: Sequence[Prompt], sampling: Sampling, *, on_text: OnText = ignore_text
    ) -> list[Draft]:
        self.asked += prompts
        texts = [self.says[index % len(self.says)] for index in range(len(prompts))]
        for index, text in enumerate(texts):
            on_text(index, text)
        return [Draft(one, text, self.name, "end") for one, text in zip(prompts, texts, strict=True)]


@pytest.fixture
def library() -> Iterator[Library]:
    with Library(":memory:") as opened:
        opened.add([{"id": f"c{i}", "text": text} for i, text in enumerate(CATS)])
        opened.add([{"id": f"b{i}", "text": text} for i, text in enumerate(BONDS)])
        me = opened.reader("me")
        me.judge_many([(f"c{i}", "like") for i in range(3)] + [(f"b{i}", "dislike") for i in range(3)])
        yield opened


def writer(library: Library, *says: str) -> Writer:
    return library.writer(Parrot(*says))


def test_the_best_draft_for_the_reader_comes_first(library: Library) -> None:
    says = ("Interest rates and bond yields fell.", "A kitten and a cat on a mat.", "Numbers.")
    found = writer(library, *says).write("Write.", n=3, reader=library.reader("me"))
    assert found[0].draft.text == says[1]
    assert [one.merit for one in found] == sorted((one.merit for one in found), reverse=True)
    values = library.reader("me").value([one.draft.text for one in found])
    assert [one.value for one in found] == values


def test_for_nobody_drafts_stay_in_order(library: Library) -> None:
    found = writer(library, "one", "two").write("Write.", n=2)
    assert [(one.draft.text, one.value) for one in found] == [("one", None), ("two", None)]


def test_caution_prefers_what_the_taste_is_sure_of(library: Library) -> None:
    me, says = library.reader("me"), ("A cat.", "Quantum tides of granite.", "Bonds, shares and a kitten.")
    bold, cautious = (
        writer(library, *says).write("Write.", n=3, reader=me, caution=each) for each in (0, 1000)
    )
    means = [one.value.mean for one in bold if one.value]
    sds = [one.value.sd for one in cautious if one.value]
    assert means == sorted(means, reverse=True)
    assert sds == sorted(sds)


def test_liked_texts_reach_the_model_only_when_asked_for(library: Library) -> None:
    for examples in (0, 2):
        parrot = Parrot("one")
        library.writer(parrot).write("the cat", reader=library.reader("me"), examples=examples)
        shown = [text for text in CATS + BONDS if text in parrot.asked[0].text]
        assert len(shown) == examples
        assert set(shown) <= set(CATS)


def test_counts_and_greedy_copies_are_refused(library: Library) -> None:
    with pytest.raises(BadValue, match="1 or more"):
        writer(library, "one").write("Write.", n=0)
    with pytest.raises(BadValue, match="all be the same"):
        writer(library, "one").write("Write.", n=2, sampling=Sampling(temperature=0))
    with pytest.raises(BadValue, match="say for whom"):
        writer(library, "one").write("Write.", examples=1)


def test_rewriting_leaves_out_what_says_something_else(library: Library) -> None:
    source = "Bond yields rose in London in 2019."
    says = (
        "The cat purrs on its mat.",
        "In London bond yields rose in 2019.",
        "Bond yields rose in Paris in 1999.",
    )
    found = Rewriter(Parrot(*says), library.workspace).rewrite(source, library.reader("me"), n=3)
    assert [one.draft.text for one in found.kept] == [says[1]]
    assert {one.draft.text for one in found.unfaithful} == {says[0], says[2]}
    with pytest.raises(BadValue, match="source is empty"):
        Rewriter(Parrot("x"), library.workspace).rewrite(" ", library.reader("me"))
    with pytest.raises(BadValue, match="no way to rewrite"):
        Rewriter(Parrot("x"), library.workspace).rewrite("x", library.reader("me"), way="louder")  # type: ignore[arg-type]


def test_rankings_are_kept_undone_and_change_values(library: Library) -> None:
    drafts = library.drafts(library.reader("me"))
    assert (drafts.all(), drafts.undo(), drafts.taste(), drafts.next_pair()) == ([], False, None, None)
    contents = ["A cat. Short.", "A cat, which is, perhaps, a somewhat longer and more winding affair"]
    numbers = drafts.keep([("Write.", content, "parrot") for content in contents])
    assert drafts.keep([("Write.", contents[0], "parrot")]) == numbers[:1]
    before = drafts.value(contents)
    assert before == library.reader("me").value(contents)
    pair = drafts.next_pair()
    assert pair is not None
    assert {pair.first.content, pair.second.content} == set(contents)
    drafts.rank([[numbers[1]], [numbers[0]]])
    after = drafts.value(contents)
    assert after[1].mean - after[0].mean > before[1].mean - before[0].mean
    assert drafts.next_pair() is None
    assert drafts.undo()
    assert drafts.value(contents) == before


def test_the_taste_for_texts_is_not_touched_by_rankings(library: Library) -> None:
    me = library.reader("me")
    before = me.rank(limit=6, all=True)
    drafts = library.drafts(me)
    numbers = drafts.keep([("p", "one", "m"), ("p", "two", "m")])
    drafts.rank([[numbers[0]], [numbers[1]]])
    assert me.rank(limit=6, all=True) == before
    assert library.reader("me", taste="writing").rank(limit=1)
    assert library.reader("me", taste="writing").judged() == []


@pytest.mark.parametrize(
    ("ranking", "error"),
    [([[1]], BadValue), ([[1], [1]], BadValue), ([[1], [3]], BadValue), ([[1], [99]], UnknownName)],
)
def test_rankings_of_one_draft_of_two_prompts_or_of_none_are_refused(
    library: Library, ranking: list[list[int]], error: type[Exception]
) -> None:
    drafts = library.drafts(library.reader("me"))
    drafts.keep([("p", "one", "m"), ("p", "two", "m"), ("q", "three", "m")])
    with pytest.raises(error):
        drafts.rank(ranking)
    assert drafts.rankings() == []


def test_drafts_and_rankings_survive_an_export_and_leave_with_their_reader(library: Library) -> None:
    drafts = library.drafts(library.reader("me"))
    numbers = drafts.keep([("p", "one", "m"), ("p", "two", "m"), ("p", "three", "m")])
    drafts.rank([[numbers[2]], [numbers[0], numbers[1]]])
    out = io.StringIO()
    export_store(library.workspace.store, out)
    with Library(":memory:") as copy:
        import_store(copy.workspace.store, out.getvalue().splitlines(keepends=True))
        found = copy.drafts(copy.reader("me"))
        assert (found.all(), found.rankings()) == (drafts.all(), drafts.rankings())
        copy.remove_reader("me")
        assert copy.drafts(copy.reader("me")).all() == []
