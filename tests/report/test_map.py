"""Map of a pile: made, kept, read again, grown; coloured and drawn."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from palate.errors import BadFolder, BadSource, BadValue, EncoderChanged, MissingExtra
from palate.library import Library
from palate.report import map as module
from palate.report.colouring import colouring_of, labels_of
from palate.report.map import MapMethod, TextMap, map_of, read_map
from palate.report.map_drawing import drawing_of
from palate.report.pile import Pile, pile_of
from palate.report.topics import Topic, Topics
from palate.text import Text


@pytest.fixture
def pile(papers: list[Text]) -> Pile:
    return pile_of(papers)


def made_pile(vectors: np.ndarray) -> Pile:
    texts = [Text.of(f"text {row}", id=str(row)) for row in range(len(vectors))]
    return Pile("made", texts, vectors.astype(np.float32), "none")


@pytest.mark.parametrize("n", [0, 1])
def test_a_map_needs_two_texts(papers: list[Text], n: int) -> None:
    for method in ("pca", "tsne"):
        with pytest.raises(BadValue, match=f"needs two texts that differ; texts has {n}; add others"):
            map_of(pile_of(papers[:n]), method=method)


@pytest.mark.parametrize("vectors", [np.ones((5, 3)), np.zeros((5, 3))])
def test_texts_that_are_all_alike_have_no_map(vectors: np.ndarray) -> None:
    with pytest.raises(BadValue, match="has 5, all alike to the encoder"):
        map_of(made_pile(vectors))


def test_two_texts_lie_on_one_axis(papers: list[Text]) -> None:
    found = map_of(pile_of(papers[:2]), method="pca")
    assert found.shares == pytest.approx((1, 0), abs=1e-6)
    assert found.positions[0] == pytest.approx(-found.positions[1], abs=1e-6)


def test_pca_is_that_of_scikit_learn(pile: Pile) -> None:
    decomposition = pytest.importorskip("sklearn.decomposition")
    usual = decomposition.PCA(2).fit(pile.vectors)
    found = map_of(pile, method="pca")
    assert found.shares == pytest.approx(tuple(usual.explained_variance_ratio_), abs=1e-5)
    assert np.allclose(np.abs(found.positions), np.abs(usual.transform(pile.vectors)), atol=1e-4)


@pytest.mark.parametrize("method", ["pca", "tsne"])
def test_a_kept_map_is_the_same_and_takes_new_texts_without_moving_others(
    papers: list[Text], tmp_path: Path, method: MapMethod
) -> None:
    if method == "tsne":
        pytest.importorskip("openTSNE")
    first, whole = pile_of(papers[:8]), pile_of(papers)
    made = map_of(first, method=method, seed=1)
    made.save(tmp_path / "papers.map")
    kept = read_map(tmp_path / "papers.map")
    assert (kept.ids, kept.method, kept.encoder, kept.seed) == (made.ids, method, made.encoder, 1)
    assert np.array_equal(kept.positions, made.positions)
    grown = kept.with_texts(whole)
    assert grown.ids == tuple(text.id for text in papers)
    assert np.array_equal(grown.positions[:8], made.positions)
    assert np.array_equal(grown.of(whole), grown.positions)
    assert np.array_equal(grown.of(pile_of(papers[::-1])), grown.positions[::-1])
    assert kept.with_texts(first) is kept
    if method == "pca":
        assert made.axes is not None
        assert np.allclose(grown.positions, made.axes.along(whole.vectors), atol=1e-5)
        assert grown.shares == kept.shares == made.shares


def test_a_text_that_is_new_under_an_old_id_is_placed_anew(papers: list[Text]) -> None:
    made = map_of(pile_of(papers), method="pca")
    changed = pile_of([replace(papers[0], title="Bonds", body="Bond yields rose."), *papers[1:]])
    grown = made.with_texts(changed)
    assert grown.ids == made.ids
    assert np.array_equal(grown.positions[1:], made.positions[1:])
    assert not np.allclose(grown.positions[0], made.positions[0])
    assert np.allclose(grown.vectors[0], changed.vectors[0])
    assert np.array_equal(made.positions, map_of(pile_of(papers), method="pca").positions)


def test_texts_of_another_encoder_are_not_placed(pile: Pile) -> None:
    with pytest.raises(EncoderChanged, match="make a new map with: palate map --save"):
        map_of(pile, method="pca").with_texts(replace(pile, encoder="other"))


def test_a_file_that_is_no_map_is_refused(pile: Pile, tmp_path: Path) -> None:
    path = tmp_path / "a.map"
    with pytest.raises(BadSource, match="cannot be read as a map"):
        read_map(path)
    path.write_text("a,b\n")
    with pytest.raises(BadSource, match="cannot be read as a map"):
        read_map(path)
    made = map_of(pile, method="pca")
    made.save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadSource, match="cannot be read as a map"):
        read_map(path)
    path.write_bytes(whole.replace(b'version\\": 1', b'version\\": 7'))
    with pytest.raises(BadSource, match="is no map of this palate"):
        read_map(path)
    assert not list(tmp_path.glob("*.part"))


def test_a_map_that_cannot_be_written_leaves_nothing(pile: Pile, tmp_path: Path) -> None:
    made = map_of(pile, method="pca")
    with pytest.raises(BadFolder, match="name another file with --save"):
        made.save(tmp_path / "none" / "a.map")
    (tmp_path / "folder").mkdir()
    with pytest.raises(BadFolder, match="folder cannot be written"):
        made.save(tmp_path / "folder")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


@pytest.mark.parametrize("name", ["map.html", "map.svg"])
def test_a_full_disk_leaves_the_drawing_that_was_there(
    pile: Pile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def no_room(path: Path, data: str, encoding: str) -> int:
        path.write_bytes(data.encode(encoding)[:100])
        raise OSError(28, "No space left on device")

    (tmp_path / name).write_bytes(b"before")
    drawn = drawing_of(pile, map_of(pile, method="pca"))
    monkeypatch.setattr(Path, "write_text", no_room)
    with pytest.raises(OSError, match="No space"):
        drawn.write(tmp_path / name)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [(name, b"before")]


def test_of_many_texts_a_sample_is_arranged(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("openTSNE")
    monkeypatch.setattr(module, "FITTED_TEXTS", 60)
    groups = np.arange(100) % 2
    vectors = np.eye(8)[groups] + np.random.default_rng(0).normal(0, 0.1, (100, 8))
    found = map_of(made_pile(vectors))
    distances = np.linalg.norm(found.positions[:, None] - found.positions[None], axis=-1)
    np.fill_diagonal(distances, np.inf)
    assert np.mean(groups[distances.argmin(axis=1)] == groups) > 0.95


def test_in_a_notebook_and_as_a_frame(pile: Pile) -> None:
    found = map_of(pile, method="pca")
    assert found._repr_html_().startswith("<svg ")
    assert [one["id"] for one in json.loads(json.dumps(found.shape()))] == list(found.ids)
    pytest.importorskip("pandas")
    frame = found.to_frame()
    assert list(frame.columns) == ["id", "x", "y"]
    assert len(frame) == len(pile)


def on_line(pile: Pile) -> TextMap:
    positions = np.stack([np.arange(len(pile)), np.zeros(len(pile))], axis=1).astype(np.float32)
    return TextMap(tuple(text.id for text in pile.texts), positions, pile.vectors, "pca", pile.encoder)


def test_colours_by_what_texts_have(papers: list[Text]) -> None:
    texts = [replace(text, source=text.id[:4], extra={"kind": text.id[:4]}) for text in papers]
    pile = pile_of([*texts[:-1], replace(texts[-1], extra={}, published=None)])
    found = on_line(pile)
    by_source = colouring_of(pile, found, "source")
    assert sum(entry.size for entry in by_source.legend) == 12
    by_label = colouring_of(pile, found, "label", label="kind")
    assert [entry.size for entry in by_label.legend][-1] == 1
    assert by_label.legend[-1].label == "none"
    by_language = colouring_of(pile, found, "language")
    assert by_language.legend[0].label == "English"
    with pytest.raises(BadSource, match="no text of texts has a column"):
        colouring_of(pile, found, "label", label="colour")
    with pytest.raises(BadValue, match="name one with --reader"):
        colouring_of(pile, found, "value")
    with pytest.raises(BadValue, match="no text of texts has a date"):
        colouring_of(pile_of([replace(text, published=None) for text in papers]), found, "date")


def test_colours_by_a_readers_value_and_judgements(papers: list[Text], tmp_path: Path) -> None:
    with Library(tmp_path / "s.db") as library:
        library.add(papers)
        reader = library.reader()
        for text in papers[:2]:
            reader.judge(text.id, "like")
        reader.judge(papers[4].id, "dislike")
        pile = pile_of(papers)
        value = colouring_of(pile, on_line(pile), "value", reader=reader)
        judged = colouring_of(pile, on_line(pile), "judgement", reader=reader)
    assert value.codes[2] > value.codes[5]
    assert value.ends == ("0 disliked", "1 liked")
    assert judged.codes[[0, 4, 5]].tolist() == [254, 0, 255]
    assert [entry.size for entry in judged.legend] == [1, 0, 0, 0, 2, 9]


def test_topics_with_one_label_stay_apart_and_their_labels_lie_in_their_middle(pile: Pile) -> None:
    of_text = np.repeat([4, 7, 9], 4)
    of_text[-1] = -1
    topics = Topics(
        pile, of_text, tuple(Topic(id, label, (), 4, 0) for id, label in ((4, "a"), (7, "a"), (9, "b")))
    )
    found = colouring_of(pile, on_line(pile), "topic", topics=topics)
    assert {entry.label: entry.size for entry in found.legend} == {"a (4)": 4, "a (7)": 4, "b": 3, "none": 1}
    first, second, third = labels_of(topics, on_line(pile).positions)
    assert first.x < second.x < third.x
    assert (first.y, first.size) == (0.5, 4)


def test_without_the_extra_a_map_is_coloured_by_source(
    pile: Pile, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("palate.report.map_drawing.find_spec", lambda name: None)
    monkeypatch.setitem(__import__("sys").modules, "sklearn.cluster", None)
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    drawn = drawing_of(pile, map_of(pile, method="pca"))
    assert drawn.colouring.name == "source"
    drawn.write(tmp_path / "a.html")
    drawn.write(tmp_path / "a.svg")
    assert (tmp_path / "a.svg").read_text().startswith("<svg xmlns=")
    with pytest.raises(MissingExtra):
        drawn.write(tmp_path / "a.png")
    with pytest.raises(MissingExtra):
        drawing_of(pile, map_of(pile, method="pca"), "cluster")


def test_a_drawing_of_many_texts_names_topics_and_tells_its_quality(tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    pytest.importorskip("matplotlib")
    words = ["cats sleep in the sun", "bond yields rose again", "rain falls on the hills"]
    pile = pile_of([Text.of(f"{words[row % 3]} {row}", id=str(row)) for row in range(60)])
    drawn = drawing_of(pile, map_of(pile, method="pca"))
    assert drawn.colouring.name == "topic"
    assert drawn.labels
    assert drawn.quality
    assert drawn.quality.trustworthiness > 0.7
    drawn.write(tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert drawn._repr_html_().startswith("<svg ")
    assert drawing_of(pile, map_of(pile, method="pca"), "cluster").colouring.name == "cluster"


def test_texts_that_say_nothing_to_the_encoder_are_counted(papers: list[Text]) -> None:
    pile = pile_of([*papers, Text.of("", title="☃", id="empty")])
    vectors = pile.vectors.copy()
    vectors[-1] = 0
    silent = replace(pile, vectors=vectors)
    assert drawing_of(silent, map_of(silent, method="pca"), "source").n_unread == 1
