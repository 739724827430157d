import json
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import pytest
from typer.testing import Result

from palate.cli.progress import sentence
from palate.library import Library
from palate.question.stopping import RecallEstimate
from palate.text import Text

Palate = Callable[..., Result]


def test_before_there_is_enough_it_says_so(palate: Palate, store: Path) -> None:
    assert palate("progress").stdout == "seen: not known yet; 0 likes so far\n"
    with Library(store) as library:
        me = library.reader()
        me.judge(me.rank(1)[0].text.id, "like")
    assert palate("progress").stdout == "seen: not known yet; 1 like so far\n"


def test_of_a_read_library_all_is_seen(palate: Palate, store: Path) -> None:
    """Skipped texts are neither verdicts nor unread."""
    with Library(store) as library:
        me = library.reader()
        verdicts = cycle(["like", "dislike", "skip"])
        me.judge_many([(hit.text.id, next(verdicts)) for hit in me.rank(50)])
    answer = json.loads(palate("progress", "--json").stdout)
    assert answer["known"] is True
    assert (answer["share"], answer["low"], answer["high"], answer["left"]) == (1, 1, 1, 0)
    assert answer["found"] == 4


def test_likes_that_dried_up_are_told_with_an_interval(
    palate: Palate, static: object, tmp_path: Path
) -> None:
    with Library(tmp_path / "store.db") as library:
        library.add(
            [
                Text.of(f"note {number} of a long row, {number * number}", id=f"n{number}")
                for number in range(300)
            ]
        )
        me = library.reader()
        me.judge_many([(f"n{number}", "like" if number < 12 else "dislike") for number in range(150)])
        seen = me.progress()
    assert seen.known
    assert palate("progress").stdout == sentence(seen) + "\n"


@pytest.mark.parametrize(
    ("saved", "said"),
    [(1, "; 1 text saved"), (30, "; 30 texts saved"), (0, "about 1 left"), (-9, "about 1 left")],
)
def test_only_texts_that_were_saved_are_spoken_of(saved: int, said: str) -> None:
    assert sentence(RecallEstimate(0.9, 0.8, 1.0, 9, 1, saved)).endswith(said)
