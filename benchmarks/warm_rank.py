"""One judgement, on disk and learned, and the top 20 ranked again, by readers whose library is open: time,
how much of the best 50 the answer holds, and whether what it calls exact is.
"""

import argparse
import os
from collections.abc import Sequence
from statistics import mean, median
from time import perf_counter, process_time
from typing import Any, NamedTuple

import numpy as np

import palate
from palate.reader import Reader
from palate.value import Ranking
from report import emit
from simulated_readers import DESCRIPTION as READERS
from simulated_readers import Catalogue, SimulatedReader, copied_store, open_with_judgements, rank_exactly
from texts_at_scale import DESCRIPTION, SEED, SIZES

# judgements before the first that is timed -> of its readers, the share of likes that they tell (0: none)
READERS_AT = {0: (1.0, 0.0), 1: (1.0, 0.0), 5: (1.0, 0.0), 20: (1.0, 0.0), 80: (1.0, 0.2), 150: (1.0, 0.2)}
SHOWN, COMPARED = 20, 50
LIMIT_MEDIAN_MS = {12_000: 7, 100_000: 25, 1_000_000: 60}
LIMIT_P99_MS = 250
LIMIT_MEAN_OVERLAP, LIMIT_WORST_OVERLAP = 0.97, 0.90


class Step(NamedTuple):
    """One judgement and the ranking after it. cpu_ms: of all threads, for both. overlap: share of the best 50
    that `rank(50)` finds. called_exact: what that answer says of itself. equal: whether it is the best 50 in
    their order.
    """

    judge_ms: float
    rank_ms: float
    cpu_ms: float
    overlap: float
    called_exact: bool
    equal: bool


def take_steps(reader: Reader, oracle: Reader, simulated: SimulatedReader, n: int) -> list[Step]:
    """Judges n texts, in turn one drawn and the best one shown, and ranks after each.

    oracle: the same reader of another Library on the same store, which scores all, so that nothing it keeps
    helps.
    """
    steps: list[Step] = []
    shown = reader.rank(SHOWN)
    while len(steps) < n:
        text_id = shown[0].text.id if len(steps) % 2 else simulated.next_text()
        verdict = simulated.verdict(text_id)
        start, start_cpu = perf_counter(), process_time()
        reader.judge(text_id, verdict)
        judged = perf_counter()
        shown = reader.rank(SHOWN)
        ranked, ranked_cpu = perf_counter(), process_time()
        answer, best = compared(reader, oracle)
        found = [hit.text.id for hit in answer]
        steps.append(
            Step(
                1000 * (judged - start),
                1000 * (ranked - judged),
                1000 * (ranked_cpu - start_cpu),
                len(set(found) & set(best)) / len(best),
                bool(getattr(answer, "exact", True)),
                found == best,
            )
        )
    return steps


def compared(reader: Reader, oracle: Reader) -> tuple[Ranking, list[str]]:
    """Returns the best of a reader, and the ids of those found by scoring all, of one state of the store:
    the crowd may be learned again meanwhile."""
    best = rank_exactly(oracle, COMPARED)
    while True:
        answer, before = reader.rank(COMPARED), best
        best = rank_exactly(oracle, COMPARED)
        if best == before:
            return answer, best


def measure(n: int, n_steps: int) -> dict[str, Any]:
    catalogue = Catalogue.of(n)
    by_level: dict[int, list[Step]] = {level: [] for level in READERS_AT}
    with copied_store(n) as store, palate.open(store) as library, palate.open(store) as second:
        seed = SEED
        for level, shares in READERS_AT.items():
            for share in shares:
                seed += 1
                simulated = SimulatedReader(catalogue, seed, likes=share)
                reader = open_with_judgements(library, simulated, f"reader {seed}", level)
                oracle = second.reader(reader.name)
                by_level[level] += take_steps(reader, oracle, simulated, n_steps)
    steps = [step for taken in by_level.values() for step in taken]
    return {
        **summary(steps),
        "limits": {
            "median_ms": LIMIT_MEDIAN_MS.get(n),
            "p99_ms": LIMIT_P99_MS,
            "mean_overlap": LIMIT_MEAN_OVERLAP,
            "worst_overlap": LIMIT_WORST_OVERLAP,
            "called_exact_but_not": 0,
        },
        "by_judgements": {str(level): summary(taken) for level, taken in by_level.items()},
    }


def summary(steps: Sequence[Step]) -> dict[str, Any]:
    total = [step.judge_ms + step.rank_ms for step in steps]
    return {
        "median_ms": round(median(total), 1),
        "p99_ms": round(float(np.quantile(total, 0.99)), 1),
        "worst_ms": round(max(total), 1),
        "median_cpu_ms": round(median(step.cpu_ms for step in steps), 1),
        "median_judge_ms": round(median(step.judge_ms for step in steps), 1),
        "median_rank_ms": round(median(step.rank_ms for step in steps), 1),
        "mean_overlap": round(mean(step.overlap for step in steps), 3),
        "worst_overlap": round(min(step.overlap for step in steps), 3),
        "share_exact": round(mean(step.called_exact for step in steps), 2),
        "called_exact_but_not": sum(step.called_exact and not step.equal for step in steps),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--steps", type=int, default=20, help="judgements timed of each of the 12 readers")
    options = parser.parse_args()
    by_texts = {str(n): measure(n, options.steps) for n in options.sizes}
    figures = {"by_texts": by_texts, "load_at_end": round(os.getloadavg()[0], 1)}
    data = f"texts {DESCRIPTION}; {READERS}; 12 readers, {options.steps} judgements of each after the first"
    emit("warm_rank", figures, data=data, seed=SEED, packages=["scipy", "sqlalchemy"])


if __name__ == "__main__":
    main()
