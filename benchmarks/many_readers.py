"""Many readers in one process: the memory of 50 with 100 judgements each, and 8 threads that judge and rank
for 8 of them against one thread that does the same.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from statistics import median
from threading import Thread
from time import monotonic
from typing import Any

import palate
from palate.library import Library
from palate.reader import Reader
from process import PeakMemory, memory
from report import emit
from simulated_readers import DESCRIPTION as READERS
from simulated_readers import Catalogue, SimulatedReader, copied_store, open_with_judgements
from texts_at_scale import DESCRIPTION, SEED

JUDGEMENTS, SHOWN = 100, 20
LIMIT_READER_MB, LIMIT_ALL_MB, LIMIT_RATIO = 60, 1_500, 1.7


class Worker:
    """Judges and ranks for some readers, one after another, until told to stop."""

    def __init__(self, readers: Sequence[tuple[Reader, SimulatedReader]], until: float) -> None:
        self._readers, self._until = readers, until
        self.steps, self.errors = 0, list[str]()

    def run(self) -> None:
        while monotonic() < self._until:
            reader, simulated = self._readers[self.steps % len(self._readers)]
            self.steps += 1
            try:
                text_id = simulated.next_text()
                reader.judge(text_id, simulated.verdict(text_id))
                if text_id in {hit.text.id for hit in reader.rank(SHOWN)}:
                    self.errors.append("a text was shown after it was judged")
            except Exception as error:  # whatever it is, it is counted and told
                self.errors.append(f"{type(error).__name__}: {error}")


def work(
    parts: Sequence[Sequence[tuple[Reader, SimulatedReader]]], seconds: float
) -> tuple[float, list[str]]:
    """Works on each part in a thread of its own. Returns steps per second in all, and what went wrong."""
    workers = [Worker(part, monotonic() + seconds) for part in parts]
    threads = [Thread(target=worker.run) for worker in workers]
    start = monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    steps = sum(worker.steps for worker in workers)
    return steps / (monotonic() - start), [error for worker in workers for error in worker.errors]


def measure_memory(library: Library, catalogue: Catalogue, n: int) -> tuple[dict[str, Any], list[Any]]:
    """Opens n readers one after another; returns the figures, and the readers."""
    before = memory()
    readers, added, own = [], list[float](), [before.anonymous_mb]
    with PeakMemory() as watch:
        for seed in range(n):
            held = memory().private_mb
            simulated = SimulatedReader(catalogue, seed)
            reader = open_with_judgements(library, simulated, f"reader {seed}", JUDGEMENTS)
            reader.rank(SHOWN)
            readers.append((reader, simulated))
            added.append(memory().private_mb - held)
            own.append(memory().anonymous_mb)
        for reader, _ in readers:  # all of them once more: none may have been left out for good
            reader.rank(SHOWN)
    after = memory()
    figures = {
        "private_mb_before_readers": round(before.private_mb),
        "first_reader_mb": round(added[0], 1),
        "median_reader_mb": round(median(added), 1),
        "limit_reader_mb": LIMIT_READER_MB,
        "private_mb": round(after.private_mb),
        "anonymous_mb_before_readers": round(own[0]),
        "anonymous_mb_by_reader": [round(mb) for mb in own[1:]],
        "anonymous_mb": round(after.anonymous_mb),
        "peak_private_mb": round(watch.peak.private_mb),
        "peak_resident_mb": round(watch.peak.resident_mb),
        "limit_private_mb": LIMIT_ALL_MB,
    }
    return figures, readers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    catalogue = Catalogue.of(options.texts)
    with copied_store(options.texts) as store, palate.open(store) as library:
        library.reader("first").rank(SHOWN)
        held, readers = measure_memory(library, catalogue, options.readers)
        working = readers[: options.threads]
        one, one_errors = work([working], options.seconds)
        many, many_errors = work([[pair] for pair in working], options.seconds)
    errors = one_errors + many_errors
    for error in sorted(set(errors)):
        print(error, file=sys.stderr)
    figures = {
        **held,
        "one_thread_steps_per_s": round(one, 2),
        f"{options.threads}_threads_steps_per_s": round(many, 2),
        "ratio": round(many / one, 2),
        "limit_ratio": LIMIT_RATIO,
        "errors": len(errors),
        "load_at_end": round(os.getloadavg()[0], 1),
    }
    data = (
        f"{options.texts} texts {DESCRIPTION}; {READERS};"
        f" {options.readers} readers of {JUDGEMENTS} judgements; a step is a judgement and the top {SHOWN}"
    )
    emit("many_readers", figures, data=data, seed=SEED, packages=["scipy", "sqlalchemy"])


if __name__ == "__main__":
    main()
