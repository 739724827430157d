"""A made folder in the layout of CLEF-TAR."""

import json
from pathlib import Path

import pytest

from palate.errors import BadSource
from palate.evaluation.layout.clef_tar import read_reviews

TOPIC = "Topic: {name}\n\nTitle: Tests for {name}\n\nQuery:\nexp Malaria/\n\nPids: \n    {pids}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    topics = tmp_path / "testing" / "topics"
    topics.mkdir(parents=True)
    for name, first in (("CD1", 100), ("CD2", 104)):
        pids = "\n    ".join(str(first + i) for i in range(6))
        (topics / name).write_text(TOPIC.format(name=name, pids=pids))
    qrels = [f"CD1     0  {number}  {int(number % 3 == 0)}" for number in range(100, 106)]
    qrels += [f"CD2     0  {number}  {int(number == 105)}" for number in range(104, 110)]
    (tmp_path / "testing" / "qrel_abs_test.txt").write_text("\n".join(qrels) + "\n")
    words = [{"pmid": number, "title": f"Trial {number}", "abstract": ""} for number in range(100, 109)]
    (tmp_path / "texts.jsonl").write_text("\n".join(map(json.dumps, words)))
    return tmp_path


def test_topics_qrels_and_words_make_reviews(folder: Path) -> None:
    reviews, skipped = read_reviews(folder)
    assert [review.name for review in reviews] == ["CD1"]
    assert reviews[0].contents[2] == "Trial 102"
    assert reviews[0].included.tolist() == [False, False, True, False, False, True]
    assert skipped == {
        "records without words": 1,
        "reviews with fewer than two included or excluded records": 1,
    }


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("testing/topics/CD?", "has no topics of CLEF-TAR"),
        ("testing/qrel_abs_test.txt", "has no qrels; put the qrel files"),
        ("texts.jsonl", "has no words; fetch title and abstract of each PubMed number"),
    ],
)
def test_a_missing_part_is_told_with_the_mend(folder: Path, part: str, told: str) -> None:
    for path in folder.glob(part):
        path.unlink()
    with pytest.raises(BadSource, match=told):
        read_reviews(folder)


def test_a_folder_without_any_whole_review_is_refused(folder: Path) -> None:
    (folder / "testing" / "topics" / "CD1").unlink()
    with pytest.raises(BadSource, match=r"no topic in .* has two included and two excluded records"):
        read_reviews(folder)
