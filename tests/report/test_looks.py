"""Topics, clusters, maps, outliers, keywords and sentiment of a pile and of a store."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from palate.errors import BadSource, BadValue, EncoderChanged
from palate.library import Library
from palate.report.keywords import KeywordFinder
from palate.report.map import TextMap, map_of, read_map
from palate.report.pile import Pile, pile_of
from palate.report.sentiment import sentiment_of
from palate.text import Text

SUBJECTS = {
    "cats": "cat kitten purr whiskers paw meow tail fur litter tabby".split(),
    "bonds": "bond yield bank interest rate treasury market investor debt auction".split(),
    "rain": "rain storm cloud thunder flood river weather wind hail drought".split(),
    "bread": "bread dough yeast oven flour bake crust loaf knead sourdough".split(),
}


def texts(subjects: str, n: int, seed: int = 0) -> list[Text]:
    """Returns n texts of each subject, whose words are drawn."""
    rng = np.random.default_rng(seed)
    return [
        Text.of(
            " ".join(rng.choice(SUBJECTS[name], 8)),
            title=" ".join(rng.choice(SUBJECTS[name], 3)),
            id=f"{name}-{seed}-{number}",
        )
        for name in subjects.split()
        for number in range(n)
    ]


@pytest.fixture
def pile(static: object) -> Pile:
    return pile_of(texts("cats bonds rain", 30), name="drawn")


@pytest.fixture
def library(static: object, path: Path) -> Iterator[Library]:
    with Library(path) as opened:
        opened.add(texts("cats bonds rain", 30))
        yield opened


def test_topics_are_the_subjects_with_their_words(pile: Pile) -> None:
    pytest.importorskip("sklearn")
    from palate.report.topics import topics_of

    found = topics_of(pile, k=3)
    assert sum(topic.size for topic in found.topics) + found.n_without == len(pile)
    for topic in found.topics:
        names = [
            pile.texts[index].id.split("-")[0] for index in np.flatnonzero(found.of_text == topic.id).tolist()
        ]
        subject = max(set(names), key=names.count)
        assert names.count(subject) > 0.9 * len(names)
        assert {*" ".join(topic.words[:3]).split()} <= {*SUBJECTS[subject]}
        assert found.of_text[topic.representative] == topic.id
    assert [shape["topic"] for shape in found.shape()] == [topic.id for topic in found.topics]
    assert "topics of 90 texts" in found._repr_html_()
    assert list(found.to_frame()["size"]) == [topic.size for topic in found.topics]
    with pytest.raises(BadValue, match="there is no topic 77"):
        found.topic(77)


def test_lda_finds_them_by_words_and_clusters_by_silhouette(pile: Pile) -> None:
    pytest.importorskip("sklearn")
    from palate.report.clusters import clusters_of
    from palate.report.topics import topics_of

    assert 2 <= len(topics_of(pile, method="lda", k=3).topics) <= 3
    clusters = clusters_of(pile)
    assert len(clusters.clusters) == 3
    assert [cluster.size for cluster in clusters.clusters] == [30, 30, 30]
    assert clusters.silhouette == pytest.approx(np.mean([one.silhouette for one in clusters.clusters]))
    with pytest.raises(BadValue, match="ask for fewer"):
        clusters_of(pile, k=91)
    with pytest.raises(BadValue, match="no texts"):
        clusters_of(pile_of([]))


def test_topics_of_a_store_stay_when_texts_come_and_remember_names(library: Library, path: Path) -> None:
    pytest.importorskip("sklearn")
    from palate.report.stored_topics import follow_topics, merge_topics, rename_topic

    first = follow_topics(library)
    before = {text.id: int(id) for text, id in zip(first.pile.texts, first.of_text, strict=True)}
    rename_topic(library, first.topics[0].id, "my own")
    library.add(texts("cats bread", 30, seed=1))
    second = follow_topics(library)
    after = {text.id: int(id) for text, id in zip(second.pile.texts, second.of_text, strict=True)}
    assert all(after[id] == topic for id, topic in before.items() if topic >= 0)
    assert second.topic(first.topics[0].id).label == "my own"
    of_bread = [after[id] for id in after if id.startswith("bread")]
    opened = {topic.id for topic in second.topics} - {topic.id for topic in first.topics}
    assert np.mean(np.isin(of_bread, list(opened))) > 0.7
    into, gone = second.topics[0].id, second.topics[1].id
    merge_topics(library, gone, into)
    merged = follow_topics(library)
    assert merged.topic(into).size == second.topic(into).size + second.topic(gone).size
    with pytest.raises(BadValue, match="already"):
        merge_topics(library, gone, into)
    with pytest.raises(BadValue, match="no topic 99"):
        rename_topic(library, 99, "x")
    with Library(path) as again:
        assert [topic.label for topic in follow_topics(again).topics] == [
            topic.label for topic in merged.topics
        ]


def test_no_text_changes_its_topic_in_many_small_steps(library: Library) -> None:
    """Texts of a new subject come three at a time: a topic opens once they are ten, and stays one."""
    pytest.importorskip("sklearn")
    from palate.report.stored_topics import follow_topics

    found = follow_topics(library)
    n_first, fresh = len(found.topics), texts("bread", 24, seed=2)
    for first in range(0, len(fresh), 3):
        library.add(fresh[first : first + 3])
        later = follow_topics(library)
        had = found.of_text >= 0
        assert np.array_equal(later.of_text[: len(found.of_text)][had], found.of_text[had])
        found = later
    assert len(found.topics) == n_first + 1
    assert len({*found.of_text[-9:]}) == 1


def test_topics_found_anew_have_new_ids(library: Library) -> None:
    pytest.importorskip("sklearn")
    from palate.report.stored_topics import follow_topics, rename_topic

    with pytest.raises(BadValue, match="find them with: palate topics"):
        rename_topic(library, 1, "mine")
    first = follow_topics(library)
    rename_topic(library, 1, "mine")
    with pytest.raises(BadValue, match="1 to 200 characters"):
        rename_topic(library, 1, " ")
    anew = follow_topics(library, anew=True)
    assert {topic.id for topic in first.topics}.isdisjoint(topic.id for topic in anew.topics)
    assert [topic.size for topic in anew.topics] == [topic.size for topic in first.topics]
    assert "mine" not in [topic.label for topic in anew.topics]


def test_topics_survive_a_change_of_encoder_and_removals(library: Library, words: object) -> None:
    pytest.importorskip("sklearn")
    from palate.report.stored_topics import follow_topics

    before = follow_topics(library)
    subject = {topic.id: before.pile.texts[topic.representative].id.split("-")[0] for topic in before.topics}
    library.remove([before.pile.texts[before.topics[0].representative].id])
    library.use_encoder("words")
    after = follow_topics(library)
    known = [
        (subject[int(id)], text.id)
        for text, id in zip(after.pile.texts, after.of_text, strict=True)
        if id >= 0
    ]
    assert len(known) > 60
    assert np.mean([id.startswith(name) for name, id in known]) > 0.8


def test_a_map_is_kept_and_takes_new_texts_without_moving(pile: Pile, tmp_path: Path) -> None:
    found = map_of(pile, method="pca")
    assert len(found.shares) == 2
    found.save(tmp_path / "kept.map")
    kept = read_map(tmp_path / "kept.map")
    assert (kept.ids, kept.method, kept.encoder) == (found.ids, "pca", pile.encoder)
    assert np.array_equal(kept.positions, found.positions)
    new = pile_of(texts("cats", 5, seed=7), name="new")
    grown = kept.with_texts(new)
    assert np.array_equal(grown.positions[:90], found.positions)
    assert grown.of(new).shape == (5, 2)
    assert len(kept.with_texts(pile)) == 90
    with pytest.raises(EncoderChanged, match="palate map --save"):
        kept.with_texts(replace(new, encoder="other"))
    assert "<svg" in found._repr_html_()
    assert found.shape()[0]["id"] == pile.texts[0].id


@pytest.mark.parametrize("content", [b"", b"not a map", b"\x08\x00\x00\x00\x00\x00\x00\x00{}      "])
def test_what_is_no_map_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broken").write_bytes(content)
    with pytest.raises(BadSource, match="palate map --save"):
        read_map(tmp_path / "broken")
    with pytest.raises(BadSource):
        read_map(tmp_path / "missing")


def test_maps_of_few_or_equal_texts_say_what_is_wrong(static: object) -> None:
    with pytest.raises(BadValue, match="alike"):
        map_of(pile_of([Text.of("same", id=str(n)) for n in range(5)]), method="pca")
    assert isinstance(map_of(pile_of([Text.of("cats"), Text.of("bonds")]), method="pca"), TextMap)
    pytest.importorskip("openTSNE")
    with pytest.raises(BadValue, match="4 texts or more"):
        map_of(pile_of([Text.of("cats"), Text.of("bonds")]))


def test_outliers_are_found_with_their_reasons(static: object) -> None:
    pytest.importorskip("sklearn")
    from palate.report.outliers import outliers_of

    rng = np.random.default_rng(0)
    frames = "the {} sat by the {} while an old {} came down to the {} and then the {} was gone".split()
    usual = [
        Text.of(
            " ".join(rng.choice(SUBJECTS["cats"]) if word == "{}" else word for word in frames), id=f"u{n}"
        )
        for n in range(80)
    ]
    odd = Text.of("Der Rat hat gestern beschlossen, die Brücke im kommenden Jahr zu erneuern.", id="german")
    found = outliers_of(pile_of([*usual, odd]), limit=3)
    by_id = {found.pile.texts[one.index].id: one for one in found.outliers}
    assert "in German" in by_id["german"].reasons[0]
    assert set(found.scores) == {"forest", "distance", "reconstruction", "form", "all"}
    assert found.shape()[0]["reasons"]
    with pytest.raises(BadValue, match="5 texts or more"):
        outliers_of(pile_of(usual[:3]))
    same = outliers_of(pile_of([Text.of("same words here", id=str(n)) for n in range(9)]))
    assert np.isfinite(same.scores["all"]).all()


def test_keywords_are_those_of_the_subject(pile: Pile) -> None:
    found = KeywordFinder(pile)
    for index in (0, 35, 70):
        subject = pile.texts[index].id.split("-")[0]
        words = found.of_texts([index], n=3).keywords[0]
        assert {part for word in words for part in word.word.split()} <= {*SUBJECTS[subject]}
    assert len(found.of_set(range(30), n=4)) == 4
    assert KeywordFinder(pile_of([Text.of("42")])).of_texts([0]).keywords == ((),)
    with pytest.raises(BadValue, match="no texts"):
        KeywordFinder(pile_of([]))


def test_sentiment_has_the_words_that_carry_it(static: object) -> None:
    found = sentiment_of(
        pile_of(
            [Text.of("A wonderful day.", id="a"), Text.of("An awful day.", id="b"), Text.of("A day.", id="c")]
        )
    )
    assert found.polarities[0] > found.polarities[2] == 0 > found.polarities[1]
    assert [dict(words) for words in found.words] == [{"wonderful": 2.7}, {"awful": -2.0}, {}]
