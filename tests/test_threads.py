"""Several threads on one library on disk: what a reader was told holds, whatever the others do."""

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

import pytest

from palate.feedback import Feedback
from palate.library import Library
from palate.parts import Encoder
from palate.text import Text

N_THREADS = 4
READERS = ["ada", "bea", "cid"]
N_STEPS = 25  # of each thread


class Acknowledged:
    """What the calls of one reader returned. lock: held for an undo and for a rank."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.judged: list[Feedback] = []
        self.undone: list[Feedback] = []

    def standing(self) -> dict[str, int]:
        """Returns the entry of the judgement that stands for each text."""
        undone = {feedback.entry for feedback in self.undone}
        judged = sorted(self.judged, key=lambda feedback: feedback.entry)
        return {feedback.text_id: feedback.entry for feedback in judged if feedback.entry not in undone}


def act(library: Library, seed: int, acknowledged: dict[str, Acknowledged], ids: list[str]) -> None:
    draw = random.Random(seed)
    for step in range(N_STEPS):
        name = draw.choice(READERS)
        reader, told = library.reader(name), acknowledged[name]
        deed = draw.choice(["judge", "judge", "judge", "rank", "rank", "undo", "find", "add"])
        if deed == "judge":
            told.judged.append(reader.judge(draw.choice(ids), draw.choice(["like", "dislike", "skip"])))
        elif deed == "rank":
            with told.lock:
                before = told.standing()
                assert not before.keys() & {hit.text.id for hit in reader.rank(limit=200)}
        elif deed == "undo":
            with told.lock:
                undone = reader.undo()
                told.undone += [undone] if undone is not None else []
        elif deed == "find":
            assert library.find("kittens asleep", limit=3)
        else:
            words = " ".join(f"{word}{seed}x{step}" for word in ("river", "harvest", "town"))
            assert library.add([{"id": f"{seed}-{step}", "text": words}]).added == 1


@pytest.mark.parametrize("seed", [0, 100])
def test_what_threads_are_told_is_what_is_there(
    seed: int, path: Path, words: Encoder, papers: list[Text]
) -> None:
    acknowledged = {name: Acknowledged() for name in READERS}
    ids = [paper.id for paper in papers]
    with Library(path, encoder="words") as library:
        library.add(papers)
        with ThreadPoolExecutor(N_THREADS) as threads:
            works = [
                threads.submit(act, library, seed + number, acknowledged, ids) for number in range(N_THREADS)
            ]
        for work in works:
            work.result()
    with Library(path) as library:
        for name, told in acknowledged.items():
            entries = [feedback.entry for feedback in told.judged]
            assert len(set(entries)) == len(entries)
            undone = [feedback.entry for feedback in told.undone]
            assert len(set(undone)) == len(undone)
            assert set(undone) <= set(entries)
            standing = {feedback.text_id: feedback.entry for feedback in library.reader(name).judged()}
            assert standing == told.standing()
