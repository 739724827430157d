"""Goodreads, as the UCSD Book Graph has it: goodreads_books*.json.gz and goodreads_interactions*.json.gz.

Source: Wan and McAuley, Item Recommendation on Monotonic Behavior Chains, RecSys 2018;
cseweb.ucsd.edu/~jmcauley/datasets/goodreads.html.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from palate.evaluation.layout.recorder import Recorder, number_of, objects_of

FILES = {"the books": "goodreads_books*.json*", "the readers' shelves": "goodreads_interactions*.json*"}


def read(files: Mapping[str, Path], recorder: Recorder) -> None:
    """A text is a book: its title and description. Ratings are the stars; a book on a shelf without any is
    skipped.
    """
    for book in objects_of(files["the books"], recorder):
        recorder.text(
            str(book.get("book_id")), str(book.get("title") or ""), str(book.get("description") or "")
        )
    for shelved in objects_of(files["the readers' shelves"], recorder):
        rating = number_of(shelved.get("rating"))
        if rating == 0:
            recorder.skipped["books on a shelf without stars"] += 1
            continue
        time = _seconds(str(shelved.get("date_added") or shelved.get("date_updated")))
        recorder.judge(str(shelved.get("user_id")), str(shelved.get("book_id")), rating, time)


def _seconds(date: str) -> float:
    try:
        return datetime.strptime(date, "%a %b %d %H:%M:%S %z %Y").timestamp()
    except ValueError:
        return 0.0
