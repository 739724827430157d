"""Ranking after a judgement that another process gave, against judging and ranking in one's own."""

import argparse
import multiprocessing
import os
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import numpy as np

import palate
from report import emit
from simulated_readers import DESCRIPTION as READERS
from simulated_readers import Catalogue, SimulatedReader, copied_store, open_with_judgements
from texts_at_scale import DESCRIPTION, SEED

JUDGEMENTS, SHOWN = 80, 20
LIMIT_RATIO = 2


def judge_when_told(store: Path, line: Connection) -> None:
    """Gives each judgement that comes, and answers when it is on disk."""
    with palate.open(store) as library:
        reader = library.reader("me")
        reader.rank(1)
        line.send(None)
        while (verdict := line.recv()) is not None:
            reader.judge(*verdict)
            line.send(None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=40)
    options = parser.parse_args()
    simulated = SimulatedReader(Catalogue.of(options.texts), SEED)
    local, remote = list[tuple[float, float]](), list[tuple[float, float]]()
    with copied_store(options.texts) as store, palate.open(store) as library:
        reader = open_with_judgements(library, simulated, "me", JUDGEMENTS)
        reader.rank(SHOWN)
        line, other = multiprocessing.Pipe()
        context = multiprocessing.get_context("spawn")
        process = context.Process(target=judge_when_told, args=(store, other), daemon=True)
        process.start()
        line.recv()
        for _ in range(options.rounds):
            mine, theirs = simulated.verdicts(2)
            start, cpu = perf_counter(), process_time()
            reader.judge(*mine)
            reader.rank(SHOWN)
            local.append((perf_counter() - start, process_time() - cpu))
            line.send(theirs)
            line.recv()
            start, cpu = perf_counter(), process_time()
            shown = {hit.text.id for hit in reader.rank(SHOWN)}
            remote.append((perf_counter() - start, process_time() - cpu))
            assert theirs[0] not in shown
        line.send(None)
        process.join()
    wall = [1000 * median(taken[0] for taken in part) for part in (local, remote)]
    cpu_ms = [1000 * median(taken[1] for taken in part) for part in (local, remote)]
    figures = {
        "local_ms": round(wall[0], 1),
        "after_another_ms": round(wall[1], 1),
        "after_another_p99_ms": round(1000 * float(np.quantile([taken[0] for taken in remote], 0.99)), 1),
        "ratio": round(wall[1] / wall[0], 2),
        "cpu_ratio": round(cpu_ms[1] / cpu_ms[0], 2),
        "limit_ratio": LIMIT_RATIO,
        "load_at_end": round(os.getloadavg()[0], 1),
    }
    data = (
        f"{options.texts} texts {DESCRIPTION}; {READERS}; one reader of {JUDGEMENTS} judgements,"
        f" then in turn one by this process (judge and rank {SHOWN}) and one by another (rank {SHOWN})"
    )
    emit("catch_up", figures, data=data, seed=SEED, packages=["scipy", "sqlalchemy"])


if __name__ == "__main__":
    main()
