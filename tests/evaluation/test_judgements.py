"""Reading judgements: the shapes of shared/data, exports of one's own, and what is refused."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from palate.errors import BadSource
from palate.evaluation.judgements import read_rated_texts, read_review

DATA = Path(__file__).parents[2].parent / "shared/data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason=f"the development data is not at {DATA}")

ITEMS = [
    {"id": 7, "title": "Cats", "text": "They purr."},
    {"id": "b", "text": "Dogs"},
    {"id": 9, "title": "Same", "text": "Same"},
]


@pytest.fixture
def items(tmp_path: Path) -> Path:
    path = tmp_path / "items.jsonl"
    path.write_text("\n".join(json.dumps(item) for item in ITEMS))
    return path


def write(path: Path, text: str) -> Path:
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_reads_ratings_by_reader(items: Path, tmp_path: Path, suffix: str) -> None:
    path = write(
        tmp_path / f"films.csv{suffix}", "reader,item,rating,timestamp\nann,9,2.5,20\nbob,b,1,5\nann,7,4,10\n"
    )
    rated = read_rated_texts(items, path)
    assert rated.name == tmp_path.name
    assert rated.contents == ("Cats\nThey purr.", "Dogs", "Same")
    ann, bob = rated.histories
    assert (ann.reader, ann.rows.tolist(), ann.ratings.tolist(), ann.times.tolist()) == (
        "ann",
        [2, 0],
        [2.5, 4.0],
        [20, 10],
    )
    assert (bob.reader, bob.rows.tolist()) == ("bob", [1])


def test_without_ratings_all_are_likes_and_without_times_all_are_equal(items: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "likes.csv", "reader,article\n1,7\n1,b\n")
    (history,) = read_rated_texts(items, path).histories
    assert (history.ratings.tolist(), history.times.tolist()) == ([1, 1], [0, 0])


def test_reads_items_of_csv_and_judgements_of_jsonl(tmp_path: Path) -> None:
    items = write(tmp_path / "items.csv", '\ufeffid,title,abstract\n1,Cats,"They\npurr, often."\n')
    judgement = '{"reader": 1, "item": 1, "rating": 3, "timestamp": "2026-01-31T12:00:00+01:00"}'
    judgements = write(tmp_path / "likes.jsonl", f"{judgement}\n\n")
    rated = read_rated_texts(items, judgements, name="mine")
    assert (rated.name, rated.contents) == ("mine", ("Cats\nThey\npurr, often.",))
    assert rated.histories[0].times.tolist() == [1769857200]


def test_of_several_judgements_of_a_text_the_latest_counts(items: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "r.csv", "reader,item,rating,timestamp\n1,7,1,30\n1,7,2,20\n1,b,3,20\n1,b,4,20\n")
    (history,) = read_rated_texts(items, path).histories
    assert (history.rows.tolist(), history.ratings.tolist()) == ([0, 1], [1, 4])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("reader,film\n1,7\n", r"row 2: there is no column item or article; the columns are: reader, film"),
        ("item,rating\n7,1\n", r"row 2: there is no column reader; the columns are: item, rating"),
        ("reader,item\n1,nine\n", r"row 2: there is no text with the id 'nine' in .*items.jsonl"),
        ("reader,item,rating\n1,7,good\n", r"row 2: rating is 'good', expected a number"),
        ("reader,item,rating\n1,7,nan\n", r"row 2: rating is 'nan', expected a number"),
        (
            "reader,item,timestamp\n1,7,2026-31-01\n",
            r"row 2: timestamp is '2026-31-01', expected unix seconds or a date",
        ),
        ("reader,item,timestamp\n1,7,noon\n", r"row 2: timestamp is 'noon', expected a number"),
        ("reader,item\n1,7,8\n", r"row 2: it has 3 cells where the header has 2"),
        ("reader,item\n", r"r\.csv has no rows"),
        ("", r"r\.csv has no rows"),
    ],
)
def test_bad_judgements_name_the_line_and_the_mend(
    items: Path, tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(BadSource, match=message):
        read_rated_texts(items, write(tmp_path / "r.csv", text))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"id": 1, "text": "a"}\n{"id": 1, "text": "b"}', r"row 2: the id '1' is there twice"),
        (
            '{"id": 1, "name": "a"}',
            r"row 1: there is no column title or text or abstract or body; the columns are: id, name",
        ),
        ('{"id": 1,', r"row 1: line is no JSON"),
        ("[1]", r"row 1: expected an object or a string, got a list"),
    ],
)
def test_bad_items_name_the_line_and_the_mend(tmp_path: Path, text: str, message: str) -> None:
    likes = write(tmp_path / "likes.csv", "reader,item\n1,1\n")
    with pytest.raises(BadSource, match=message):
        read_rated_texts(write(tmp_path / "items.jsonl", text), likes)


def test_reads_a_review(tmp_path: Path) -> None:
    path = write(
        tmp_path / "Cats_2020.csv.gz", "id,title,abstract,included\n1,a,b,1\n2,c,,0\n3,,d,0\n4,e,f,1\n"
    )
    review = read_review(path)
    assert (review.name, review.contents) == ("Cats_2020", ("a\nb", "c", "d", "e\nf"))
    assert review.included.tolist() == [True, False, False, True]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title,label\na,1\n", r"there is no column included; the columns are: title, label"),
        ("title,included\na,\n", r"row 2: included is '', expected 1 or 0; mend the row or leave it out"),
        (
            "title,included\na,1\nb,0\nc,0\n",
            r"1 included and 2 excluded records; a replay needs at least 2 of each",
        ),
    ],
)
def test_bad_reviews_say_what_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadSource, match=message):
        read_review(write(tmp_path / "r.csv", text))


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadSource, match=r"there is no file .*none\.csv; check its name"):
        read_review(tmp_path / "none.csv")
    (tmp_path / "r.pdf").write_bytes(b"%PDF-1.7\n" + bytes(range(32)) * 9)
    with pytest.raises(BadSource, match=r"r\.pdf is no table that can be read; save it as \.csv or \.xlsx"):
        read_review(tmp_path / "r.pdf")
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(b"title,included\n" + b"a,1\n" * 999)[:-12])
    with pytest.raises(BadSource, match="ends in the middle of its compressed data"):
        read_review(tmp_path / "cut.csv.gz")


@pytest.mark.parametrize(
    ("yes", "no"), [("1.0", "0.0"), ("True", "false"), ("yes", "No"), (" included ", "Excluded")]
)
def test_decisions_are_read_in_the_words_that_teams_use(tmp_path: Path, yes: str, no: str) -> None:
    path = write(tmp_path / "r.csv", f"Title,Included\na,{yes}\nb,{no}\nc,{yes}\nd,{no}\n")
    assert read_review(path).included.tolist() == [True, False, True, False]


def test_a_review_may_be_a_spreadsheet(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")

    book = openpyxl.Workbook()
    for row in (["title", "included"], ["a", 1], ["b", 0], ["c", True], ["d", False]):
        book.active.append(row)
    book.save(tmp_path / "r.xlsx")
    review = read_review(tmp_path / "r.xlsx")
    assert (review.contents, review.included.tolist()) == (("a", "b", "c", "d"), [True, False, True, False])


@needs_data
def test_reads_the_development_data() -> None:
    films = read_rated_texts(
        DATA / "movielens-small/items.jsonl.gz", DATA / "movielens-small/ratings_dev.csv.gz"
    )
    assert (films.name, len(films.contents), len(films.histories)) == ("movielens-small", 5499, 61)
    assert sum(len(history.rows) for history in films.histories) == 9092
    assert films.contents[0].startswith("Toy Story\nLed by Woody")
    assert all(np.ptp(history.times) > 0 for history in films.histories)
    review = read_review(DATA / "screening/Triptans.csv.gz")
    assert (review.name, len(review.contents), review.included.sum()) == ("Triptans", 647, 24)
