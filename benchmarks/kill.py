"""Figure 7: processes killed with SIGKILL while they judge, take back and add: what they were told is stored
must be there.
"""

import argparse
import multiprocessing
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from palate.encoder.choose import ENCODERS
from palate.encoder.static import StaticEncoder
from palate.library import Library
from palate.store.health import examine
from palate.store.log import standing_entries
from palate.text import Text
from palate.threads import one_thread
from report import emit

ROUNDS_A_STORE = 10
BATCH = 5  # texts added at a time, judgements given at a time
WORDS = "river town council harvest rain bond yield kitten garden search engine ranking paper feed theory proof index vector".split()
Told = tuple[str, int, str, str]  # (verdict or undo, entry, text id, kind) or (add, 0, text id, "")


@dataclass
class Figures:
    """What the rounds came to. half: chunks and batches of which only a part is there."""

    rounds: int = 0
    judgements: int = 0
    undos: int = 0
    texts: int = 0
    lost: int = 0
    half: int = 0
    not_whole: list[str] = field(default_factory=list)


def work(path: Path, seed: list[int], told: Connection) -> None:
    """Judge, take back and add until killed; tell each deed when its call has returned."""
    rng = np.random.default_rng(seed)
    with Library(path) as library:
        me = library.reader("me")
        ids = [hit.text.id for hit in me.rank(10_000, all=True)]
        for said in deeds(rng, library, ids):
            told.send(said)


def deeds(rng: np.random.Generator, library: Library, ids: list[str]) -> Iterator[list[Told]]:
    """One deed after another, without end."""
    me = library.reader("me")
    while True:
        deed = rng.choice(["judge", "many", "undo", "add"], p=[0.55, 0.15, 0.15, 0.15]) if ids else "add"
        if deed == "add":
            texts = [
                Text.of(" ".join(rng.choice(WORDS, 30)), id=f"text {rng.integers(2**62)}")
                for _ in range(BATCH)
            ]
            library.add(texts)
            ids += [text.id for text in texts]
            yield [("add", 0, text.id, "") for text in texts]
        elif deed == "undo":
            undone = me.undo()
            yield [("undo", undone.entry, undone.text_id, undone.kind)] if undone else []
        else:
            verdicts = [
                (str(rng.choice(ids)), str(rng.choice(["like", "dislike", "skip"])))
                for _ in range(BATCH if deed == "many" else 1)
            ]
            yield [("judge", given.entry, given.text_id, given.kind) for given in me.judge_many(verdicts)]


def kill_one(path: Path, seed: list[int]) -> list[Told]:
    """Start a process, kill it at a random moment, return what it told before it died."""
    rng = np.random.default_rng([*seed, 1])
    context = multiprocessing.get_context("fork")
    told, telling = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(path, seed, telling), daemon=True)
    process.start()
    telling.close()
    said: list[Told] = []
    try:
        for _ in range(rng.integers(1, 40)):
            said += told.recv()
        for _ in range(rng.integers(0, 300_000)):  # some way into the next deed
            pass
        process.kill()
        while True:
            said += told.recv()
    except EOFError:
        pass
    process.join()
    if process.exitcode != -9:
        raise SystemExit(f"the worker ended by itself with {process.exitcode}, before it was killed")
    return said


def check(path: Path, told: list[Told], figures: Figures) -> None:
    """Open the store that is left and look for all that was ever told."""
    with Library(path, create=False) as library:
        with library.store.reading() as tables:
            (taste,) = tables.readers.tastes()
            log = tables.log.entries(taste.taste_id)
            texts = tables.texts.get(range(1, tables.state().last_row + 1))
        ids = {text.id for text in texts.values()}
        entries = {(entry.entry, texts[entry.row].id, entry.kind) for entry in log if entry.row}
        undone = {entry.entry for entry in log if entry.row} - {
            entry.entry for entry in standing_entries(log)
        }
        for deed, entry, text_id, kind in told:
            there = (
                text_id in ids
                if deed == "add"
                else (entry, text_id, kind) in entries and (deed == "judge" or entry in undone)
            )
            figures.lost += not there
        figures.half += len(texts) % BATCH != 0
        figures.not_whole += [
            f"{one.check}: {one.detail}"
            for one in examine(library.store, library.encoder.fingerprint)
            if not one.ok
        ]
        library.reader("me").rank()


def run(rounds: int, seed: int) -> Figures:
    """Kill as many processes one after another, each on what the one before it left; every tenth begins a new
    store.
    """
    figures, told = Figures(), list[Told]()
    encoder = StaticEncoder()
    encoder.encode(["loaded once, and then in every process that is forked"])
    ENCODERS["static"] = lambda: encoder
    with one_thread(), tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            path = Path(folder) / f"{number // ROUNDS_A_STORE}.db"
            if number % ROUNDS_A_STORE == 0:
                told = []
                with Library(path) as library:
                    library.reader("me", kind="profile")  # quick to learn: what is measured is the store
            said = kill_one(path, [seed, number])
            told += said
            figures.rounds += 1
            for deed, name in (("judge", "judgements"), ("undo", "undos"), ("add", "texts")):
                setattr(figures, name, getattr(figures, name) + sum(one[0] == deed for one in said))
            check(path, told, figures)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument(
        "--seed", type=int, default=int.from_bytes(os.urandom(4)), help="default: a new one, printed"
    )
    asked = parser.parse_args()
    figures = run(asked.rounds, asked.seed)
    shown = {**vars(figures), "not_whole": len(figures.not_whole), "first_not_whole": figures.not_whole[:3]}
    emit(
        "kill",
        shown,
        data="made-up texts of 30 words; ten processes after one another on each store",
        seed=asked.seed,
        packages=["sqlalchemy"],
    )


if __name__ == "__main__":
    main()
