"""Clients of the history check: each judges, takes back, ranks, adds and removes at random, and keeps a
journal of what was acknowledged.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from threading import Thread
from time import monotonic_ns
from typing import Any, NamedTuple

import numpy as np

from palate.errors import UnknownName
from palate.library import Library
from palate.reader import Reader
from palate.text import Text

# name -> kind of its taste
READERS = {"anna": "contest", "ben": "bayes", "cleo": "gradient", "dora": "profile"}
CLIENTS = ("anna", "anna", "ben", "ben", "cleo", "dora", "cleo", "dora")  # the reader of each
# the clients of each: some share a Reader, others meet in the store only
PROCESSES = ((0, 1, 2), (3, 4, 5), (6, 7))
DEEDS = {"judge": 0.46, "judge_many": 0.1, "undo": 0.14, "rank": 0.2, "add": 0.07, "remove": 0.03}
BATCH = 5  # texts added, and judgements given, by one call
SHOWN = 20
WORDS = (
    "river town council harvest rain bond yield kitten garden search engine ranking paper feed theory proof"
    " index vector market cloud stone forest signal music language"
).split()
CAN_REMOVE = hasattr(Library, "remove")


class Deed(NamedTuple):
    """A call that was acknowledged. begin, end: of the call, on the clock that all processes share. told:
    what it returned, as (entry, text id, kind) of judgements, or ids of texts.
    """

    client: int
    reader: str
    name: str
    begin: int
    end: int
    told: list[Any]
    forget: bool = False


class Journal:
    """Deeds of one client in a file; each is on disk before the next is begun."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def write(self, deed: Deed) -> None:
        os.write(self._file, (json.dumps(deed) + "\n").encode())
        os.fsync(self._file)

    @staticmethod
    def read(path: Path) -> list[Deed]:
        """Returns the deeds of a journal; a last line that was cut off was not acknowledged."""
        whole = path.read_text().rpartition("\n")[0]
        return [Deed(*json.loads(line)) for line in whole.splitlines()]


class Client:
    """One user of a store. Others may use the same Library in other threads, and the same reader."""

    def __init__(
        self, number: int, library: Library, reader: Reader, journal: Journal, seed: Sequence[int]
    ) -> None:
        self._number, self._library, self._reader, self._journal = number, library, reader, journal
        # from 1: NumPy takes a 0 at the end of a seed for none, and would draw the texts of the store again
        self._rng = np.random.default_rng([*seed, 1 + number])
        self._ids = [hit.text.id for hit in self._reader.rank(10_000, all=True)]

    def work(self, until: int) -> None:
        """Does one deed after another. What goes wrong is written as a deed called error."""
        names = [name for name in DEEDS if name != "remove" or CAN_REMOVE]
        chances = np.array([DEEDS[name] for name in names])
        while monotonic_ns() < until:
            name = str(self._rng.choice(names, p=chances / chances.sum()))
            forget = name == "remove" and bool(self._rng.random() < 0.5)
            begin = monotonic_ns()
            try:
                told = getattr(self, f"_{name}")(forget) if name == "remove" else getattr(self, f"_{name}")()
            except UnknownName as error:
                if not CAN_REMOVE:
                    raise
                told, name = [str(error)], "gone"  # another client removed the text meanwhile
            except Exception as error:  # whatever it is, the check shows it
                told, name = [f"{name}: {type(error).__name__}: {error}"], "error"
            self._journal.write(
                Deed(self._number, self._reader.name, name, begin, monotonic_ns(), told, forget)
            )

    def _judge(self) -> list[Any]:
        return self._give(1)

    def _judge_many(self) -> list[Any]:
        return self._give(BATCH)

    def _give(self, n: int) -> list[Any]:
        verdicts = [
            (str(self._rng.choice(self._ids)), str(self._rng.choice(["like", "dislike", "skip"])))
            for _ in range(n)
        ]
        return [(given.entry, given.text_id, given.kind) for given in self._reader.judge_many(verdicts)]

    def _undo(self) -> list[Any]:
        undone = self._reader.undo()
        return [(undone.entry, undone.text_id, undone.kind)] if undone else []

    def _rank(self) -> list[Any]:
        return [hit.text.id for hit in self._reader.rank(SHOWN)]

    def _add(self) -> list[Any]:
        texts = [made_up_text(self._rng) for _ in range(BATCH)]
        self._library.add(texts)
        self._ids += [text.id for text in texts]
        return [text.id for text in texts]

    def _remove(self, forget: bool) -> list[Any]:
        text_id = self._ids.pop(int(self._rng.integers(len(self._ids))))
        # killed before it is acknowledged, a removal may have happened or not
        begin = monotonic_ns()
        self._journal.write(
            Deed(self._number, self._reader.name, "removing", begin, begin, [text_id], forget)
        )
        self._library.remove(ids=[text_id], forget=forget)
        return [text_id]


def made_up_text(rng: np.random.Generator) -> Text:
    return Text.of(" ".join(rng.choice(WORDS, 30)), id=f"text {rng.integers(2**62)}")


def serve_clients(
    store: Path, clients: Sequence[int], journals: Path, seed: Sequence[int], until: int
) -> None:
    """Runs some clients in threads of this process, all on one Library; clients of one reader share its
    Reader.
    """
    with Library(store, create=False) as library:
        readers = {name: library.reader(name, create=False) for name in CLIENTS}
        threads = []
        for number in clients:
            journal = Journal(journals / f"{number}.jsonl")
            client = Client(number, library, readers[CLIENTS[number]], journal, seed)
            threads.append(Thread(target=client.work, args=(until,)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
