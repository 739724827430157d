"""Made folders in the layouts of other people's data sets."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from palate.errors import BadSource
from palate.evaluation.judgements import RatedTexts
from palate.evaluation.layout.choose import find_data, read_data
from palate.evaluation.layout.recorder import Recorder

N = 12  # texts of each data set, of which each reader judges the first eleven


def lines(objects: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(each) + "\n" for each in objects)


def make_mind(folder: Path) -> None:
    news = [f"N{i}\tnews\tworld\tTitle {i}\tAbstract {i}\thttp://x\t[]\t[]" for i in range(N)]
    (folder / "news.tsv").write_text("\n".join([*news, "N99\ttoo\tfew"]) + "\n")
    shown = " ".join(f"N{i}-{i % 2}" for i in range(3, 11))
    said = [
        f"1\tU1\t11/11/2019 9:05:58 AM\tN0 N1 N2\t{shown}",
        f"2\tU2\t11/12/2019 9:05:58 PM\tN0 N1 N2 N77\t{shown}",
        "3\tU2\tyesterday\tN0\tN1-1",
        "4\tU1\t11/12/2019 9:05:58 PM\t\tN1",
    ]
    (folder / "behaviors.tsv").write_text("\n".join(said) + "\n")


def make_amazon(folder: Path) -> None:
    products = [
        {"parent_asin": f"B{i}", "title": f"Book {i}", "description": ["About", str(i)], "features": ["Red"]}
        for i in range(N - 1)
    ]
    products.append({"parent_asin": "B11", "title": "Book 11", "description": [], "features": ["Red", "11"]})
    with gzip.open(folder / "meta_Books.jsonl.gz", "wt") as file:
        file.write(lines([*products, {"parent_asin": "B12", "title": None}]) + "{broken\n")
    said = [
        {"user_id": reader, "parent_asin": f"B{i}", "asin": "X", "rating": 1.0 + i % 5, "timestamp": 1000 * i}
        for reader in "ab"
        for i in range(11)
    ]
    said.append({"user_id": "a", "parent_asin": "B99", "rating": 5.0, "timestamp": 1})
    said.append({"user_id": "a", "parent_asin": "B0", "rating": None, "timestamp": 1})
    (folder / "Books.jsonl").write_text(lines(said))


def make_goodreads(folder: Path) -> None:
    books = [{"book_id": str(i), "title": f"Book {i}", "description": f"About {i}"} for i in range(N)]
    with gzip.open(folder / "goodreads_books_poetry.json.gz", "wt") as file:
        file.write(lines(books))
    date = "Fri Aug 25 13:55:02 -0700 2017"
    said = [
        {"user_id": reader, "book_id": str(i), "rating": 1 + i % 5, "date_added": date}
        for reader in "ab"
        for i in range(11)
    ]
    said.append({"user_id": "a", "book_id": "11", "rating": 0, "date_added": date})
    with gzip.open(folder / "goodreads_interactions_poetry.json.gz", "wt") as file:
        file.write(lines(said))


def make_scholar_inbox(folder: Path) -> None:
    papers = [{"id": f"2101.0000{i}", "title": f"Paper {i}", "abstract": f"We study {i}."} for i in range(N)]
    (folder / "papers.jsonl").write_text(lines(papers))
    said = [
        f"2101.0000{i}v2,{reader},{1 if i % 2 else -1},2024-01-{10 + i} 12:00:00"
        for reader in (7, 8)
        for i in range(11)
    ]
    (folder / "rated_papers.csv").write_text("arxiv_id,user_id,rating,time\n" + "\n".join(said) + "\n")


MADE: dict[str, tuple[Callable[[Path], None], dict[str, int]]] = {
    "MIND": (
        make_mind,
        {
            "rows of news with too few columns": 1,
            "judgements of texts that are not there": 1,
            "impressions with other columns or no date": 1,
            "headlines that do not say whether they were clicked": 1,
        },
    ),
    "Amazon reviews": (
        make_amazon,
        {
            "texts without words": 1,
            "lines that are no JSON object": 1,
            "judgements of texts that are not there": 1,
            "judgements whose rating or time is no number": 1,
        },
    ),
    "Goodreads": (make_goodreads, {"books on a shelf without stars": 1}),
    "Scholar Inbox": (make_scholar_inbox, {}),
}


def read(folder: Path, readers: int = 1) -> tuple[RatedTexts, Recorder]:
    return read_data(find_data(folder), readers, seed=0)


@pytest.mark.parametrize("name", MADE)
def test_a_folder_is_recognised_read_and_what_was_skipped_is_counted(name: str, tmp_path: Path) -> None:
    make, skipped = MADE[name]
    make(tmp_path)
    assert find_data(tmp_path).layout.name == name
    rated, recorder = read(tmp_path)
    assert len(rated.contents) == N
    assert "11" in rated.contents[11]
    assert recorder.skipped == skipped
    [history] = rated.histories
    assert sorted(history.rows.tolist()) == list(range(11))
    assert rated.crowd is not None
    assert rated.crowd.n_texts == N
    assert len(rated.crowd.indices) == 11


def test_clicks_of_mind_are_ratings_in_order_of_time(tmp_path: Path) -> None:
    make_mind(tmp_path)
    history = next(one for one in read(tmp_path, 2)[0].histories if one.reader == "U1")
    by_row = dict(zip(history.rows.tolist(), history.ratings.tolist(), strict=True))
    assert [by_row[row] for row in range(6)] == [1, 1, 1, 1, 0, 1]
    times = dict(zip(history.rows.tolist(), history.times.tolist(), strict=True))
    assert times[0] == 0 < times[5] == 1573463158  # 2019-11-11 09:05:58 UTC


def test_times_of_amazon_are_seconds_and_those_of_goodreads_have_a_zone(tmp_path: Path) -> None:
    for make, expected in ((make_amazon, 10.0), (make_goodreads, 1503694502.0)):
        folder = tmp_path / make.__name__
        folder.mkdir()
        make(folder)
        assert read(folder)[0].histories[0].times.max() == expected


@pytest.mark.parametrize("name", MADE)
def test_a_missing_part_is_told_with_the_mend(name: str, tmp_path: Path) -> None:
    MADE[name][0](tmp_path)
    texts = ("news", "meta_", "goodreads_books", "papers")
    next(path for path in tmp_path.iterdir() if path.name.startswith(texts)).unlink()
    with pytest.raises(BadSource, match=rf"looks like {name}, but lacks .* see docs/data.md"):
        find_data(tmp_path)


def test_other_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSource, match=r"no data set that palate knows by its files .*MIND: news\.tsv"):
        find_data(tmp_path)
    with pytest.raises(BadSource, match="there is no folder"):
        find_data(tmp_path / "nowhere")
    make_goodreads(tmp_path)
    (tmp_path / "goodreads_books_comics.json.gz").write_bytes(b"")
    with pytest.raises(BadSource, match="several files goodreads_books"):
        find_data(tmp_path)


def test_readers_of_few_judgements_are_not_replayed_and_a_broken_file_is_told(tmp_path: Path) -> None:
    make_scholar_inbox(tmp_path)
    ratings = tmp_path / "rated_papers.csv"
    ratings.write_text("\n".join(ratings.read_text().splitlines()[:10]) + "\n")
    with pytest.raises(BadSource, match=r"no reader in .* has 10 judgements"):
        read(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    make_goodreads(other)
    books = other / "goodreads_books_poetry.json.gz"
    books.write_bytes(books.read_bytes()[:40])
    with pytest.raises(BadSource, match=r"cannot read .*goodreads_books_poetry.json.gz.*; fetch it again"):
        read(other)
