"""`palate rank --limit 20` from a cold process, for a reader of 80 judgements: time, and memory as the kernel
counts it.

The files were read before, so they are in the page cache.
"""

import argparse
import os
import sys
from statistics import median
from typing import Any

import palate
from process import peak_of_command, run_command
from report import emit
from simulated_readers import DESCRIPTION as READERS
from simulated_readers import Catalogue, SimulatedReader, copied_store, open_with_judgements
from texts_at_scale import DESCRIPTION, SEED

JUDGEMENTS, LIMIT = 80, 20
# texts -> what the figures must stay below
LIMITS = {
    100_000: {"wall_s": 0.8, "max_resident_mb": 250, "private_mb": 120},
    1_000_000: {"wall_s": 2.0, "private_mb": 400},
}


def measure(n: int, rounds: int) -> dict[str, Any]:
    with copied_store(n) as store:
        with palate.open(store) as library:
            open_with_judgements(library, SimulatedReader(Catalogue.of(n), SEED), "me", JUDGEMENTS).rank(
                LIMIT
            )
        command = [sys.executable, "-m", "palate", "--store", str(store), "rank", "--limit", str(LIMIT)]
        run_command(command)
        costs = [run_command(command) for _ in range(rounds)]
        peaks = [peak_of_command(command) for _ in range(rounds)]
    return {
        "wall_s": round(median(cost.wall_s for cost in costs), 2),
        "cpu_s": round(median(cost.cpu_s for cost in costs), 2),
        "max_resident_mb": round(max(cost.max_resident_mb for cost in costs)),
        "private_mb": round(max(peak.private_mb for peak in peaks)),
        "limits": LIMITS.get(n, {}),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    by_texts = {str(n): measure(n, options.rounds) for n in options.sizes}
    figures = {"by_texts": by_texts, "load_at_end": round(os.getloadavg()[0], 1)}
    data = f"texts {DESCRIPTION}; {READERS}; {JUDGEMENTS} judgements, top {LIMIT}, median of {options.rounds}"
    emit("cold_rank", figures, data=data, seed=SEED, packages=["scipy", "sqlalchemy"])


if __name__ == "__main__":
    main()
