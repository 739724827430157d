"""One new text comes and is ranked by 50 readers who are open: processor time of adding it, and of each
reader's ranking. At most the first rankings of a reader may cost more; they are not counted.
"""

import argparse
import os
from itertools import islice
from statistics import median
from time import process_time

import palate
from report import emit
from simulated_readers import DESCRIPTION as READERS
from simulated_readers import Catalogue, SimulatedReader, copied_store, open_with_judgements
from texts_at_scale import DESCRIPTION, SEED, make_texts

JUDGEMENTS, SHOWN = 30, 20
LIMIT_ADD_MS, LIMIT_READER_MS = 50, 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--new", type=int, default=30, help="texts that come, one after another")
    options = parser.parse_args()
    catalogue = Catalogue.of(options.texts)
    new = [
        {**text, "id": f"new {text['id']}", "url": ""}
        for text in islice(make_texts(10**9, SEED + 1), options.new)
    ]
    adding, ranking = list[float](), list[float]()
    with copied_store(options.texts) as store, palate.open(store) as library:
        readers = [
            open_with_judgements(library, SimulatedReader(catalogue, seed), f"reader {seed}", JUDGEMENTS)
            for seed in range(options.readers)
        ]
        for reader in readers:
            reader.rank(SHOWN)
        for text in new:
            start = process_time()
            library.add([text])
            added = process_time()
            shown = [reader.rank(SHOWN) for reader in readers]
            adding.append(1000 * (added - start))
            ranking.append(1000 * (process_time() - added) / len(readers))
            assert all(shown)
    figures = {
        "add_cpu_ms": round(median(adding), 1),
        "worst_add_cpu_ms": round(max(adding), 1),
        "limit_add_cpu_ms": LIMIT_ADD_MS,
        "reader_cpu_ms": round(median(ranking), 2),
        "worst_reader_cpu_ms": round(max(ranking), 2),
        "limit_reader_cpu_ms": LIMIT_READER_MS,
        "load_at_end": round(os.getloadavg()[0], 1),
    }
    data = (
        f"{options.texts} texts {DESCRIPTION}; {READERS};"
        f" {options.readers} readers of {JUDGEMENTS} judgements, {options.new} new texts;"
        f" a reader's figure is the mean over all readers after one new text"
    )
    emit("stream", figures, data=data, seed=SEED, packages=["scipy", "sqlalchemy"])


if __name__ == "__main__":
    main()
