"""Replays of descriptions, and the files they are read from."""

import json
from pathlib import Path

import numpy as np
import pytest

from palate.errors import BadSource
from palate.evaluation.arrays import IntVector, Vector
from palate.evaluation.descriptions import draw_judgements, measure_page, replay_descriptions
from palate.evaluation.replay_corpus import ReplayCorpus
from palate.evaluation.result_row import ResultRow
from palate.evaluation.systems import DescribedSystem, find_maker
from palate.evaluation.tagged import read_tagged_texts

N = 90
NOTHING = (np.zeros(0, dtype=np.int64), np.zeros(0))


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Texts of three subjects, 30 each; the tags of two are described."""
    words = ["cats purr and sleep", "bonds yield interest", "rain and wind today"]
    items = [{"id": i, "title": f"{words[i % 3]} number{i}"} for i in range(N)]
    (tmp_path / "items.jsonl").write_text("\n".join(map(json.dumps, items)))
    tags = ["cats", "money", "weather"]
    (tmp_path / "tags.csv").write_text("article,tag\n" + "".join(f"{i},{tags[i % 3]}\n" for i in range(N)))
    (tmp_path / "said.json").write_text(
        json.dumps(
            [
                {"tag": "cats", "sentence": "Cats that sleep."},
                {"tag": "money", "sentence": "Interest on bonds"},
            ]
        )
    )
    return tmp_path / "items.jsonl", tmp_path / "tags.csv", tmp_path / "said.json"


def figures(rows: list[ResultRow], metric: str) -> dict[tuple[str, int | None], float]:
    return {(row.system, row.k): row.mean for row in rows if row.metric == metric}


def test_files_are_read(files: tuple[Path, Path, Path]) -> None:
    texts = read_tagged_texts(*files)
    assert len(texts.contents) == N
    assert [(tag.tag, tag.description) for tag in texts.tags] == [
        ("cats", "Cats that sleep."),
        ("money", "Interest on bonds"),
    ]
    assert np.flatnonzero(texts.tags[1].tagged).tolist() == list(range(1, N, 3))


@pytest.mark.parametrize(
    ("file", "line", "told"),
    [
        (1, "tag,description\ncats,one\ncats,two\n", "the tag 'cats' is described twice; keep one"),
        (1, "tag,description\ncats,\n", "the description of 'cats' is empty; write a sentence"),
        (1, "tag,description\ndogs,one\n", "0 of 90 texts have the tag 'dogs'; at least 25 must"),
        (0, "article,tag\n999,cats\n", "there is no text with the id '999'"),
    ],
)
def test_what_cannot_be_replayed_is_refused(
    files: tuple[Path, Path, Path], file: int, line: str, told: str
) -> None:
    items, *others = files
    others[file] = items.with_name("other.csv")
    others[file].write_text(line)
    with pytest.raises(BadSource, match=told):
        read_tagged_texts(items, *others)


def test_a_described_system_is_good_at_once_and_others_after_judgements(
    files: tuple[Path, Path, Path],
) -> None:
    rows = replay_descriptions(read_tagged_texts(*files), ["palate", "qdrant-average"], seeds=range(2))
    precisions = figures(rows, "precision@20")
    assert precisions["palate", 0] == precisions["palate", 10] == 1
    assert precisions["qdrant-average", 0] < 0.7 < precisions["qdrant-average", 10]
    assert figures(rows, "spread")["palate", 10] > 0
    assert {row.system for row in rows if row.metric in ("spread", "ece")} == {"palate"}
    assert {row.n for row in rows} == {2}


def test_judgements_are_of_both_kinds_and_left_out_of_the_page() -> None:
    tagged = np.arange(60) < 30
    rows, likings = draw_judgements(tagged, np.random.default_rng(0))
    assert (likings > 0).tolist() == tagged[rows].tolist() == [True, False] * 5
    assert len(set(rows)) == 10

    class Knowing:
        name, calibrated = "knowing", True

        def scores(self, rows: IntVector, likings: Vector) -> Vector:
            return np.where(tagged, 0.9, 0.2)

    page = measure_page(Knowing(), tagged, rows, likings, np.arange(60))
    assert page["precision@20"] == [1]
    assert page["spread"] == pytest.approx([0.35])  # the median lies between the two halves
    # (0.1 of 25 and 0.2 of 25 texts): sums of gaps, then the count
    assert page["ece"][-1] == 50
    assert np.abs(page["ece"][:-1]).sum() == pytest.approx(25 * 0.1 + 25 * 0.2)


def test_a_system_that_scores_nan_is_refused() -> None:
    class Lost:
        name, calibrated = "lost", False

        def scores(self, rows: IntVector, likings: Vector) -> Vector:
            return np.full(60, np.nan)

    with pytest.raises(ValueError, match="'lost' gave nan"):
        measure_page(Lost(), np.arange(60) < 30, *NOTHING, np.arange(60))


@pytest.mark.parametrize("name", ["palate", "bayes", "profile"])
def test_tastes_learn_a_description_as_a_prior(name: str) -> None:
    corpus = ReplayCorpus(("red cats", "blue cats", "green bonds", "bank rates"))
    system = find_maker(name)(corpus, np.random.default_rng(0))
    assert isinstance(system, DescribedSystem)
    system.describe("cats")
    scores = system.scores(*NOTHING)
    assert scores[:2].min() > scores[2:].max()


def test_systems_that_go_by_judgements_alone_take_no_description() -> None:
    corpus = ReplayCorpus(("red cats", "blue cats"))
    assert not isinstance(find_maker("qdrant-best")(corpus, np.random.default_rng(0)), DescribedSystem)
