"""Fuzzes the readers of all formats: python benchmarks/fuzz.py [FORMAT …] [--inputs N] [--seed S]

Each input is a broken document, made from seeds by mutation.py. A finding is an error that is no PalateError,
more than two seconds of processor time, or more than 300 MB above what the process had before. Findings are
kept under build/fuzz/ and end the command with exit code 1. Needs no data; uses the shared cases and feeds,
and the test files of feedparser's source package (build/feedparser), where they are.
"""

import argparse
import json
import multiprocessing
import resource
import signal
import sys
import traceback
import warnings
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

import numpy as np

from fuzz_archives import packed
from fuzz_seeds import SEEDS, seeds_of
from mutation import mutated
from palate.document.reader import DocumentReader
from palate.errors import FetchRefused, PalateError
from palate.source.fetch import Fetched, Fetcher
from palate.source.fetch_cache import FetchCache
from palate.source.items import Columns
from palate.source.sources import read_document
from palate.text import Text

SECONDS, MEGABYTES = 2.0, 300
FOUND = Path(__file__).parents[1] / "build" / "fuzz"


class NoNetwork(Fetcher):
    """Refuses every address, as a list of feeds may name any."""

    def fetch(self, url: str, **conditions: str | None) -> Fetched:  # noqa: ARG002
        raise FetchRefused("there is no network here")


def read(suffix: str, data: bytes) -> int:
    """Reads a document as adding would; returns how many texts it gives, 0 where it is refused."""
    document = DocumentReader.from_bytes(f"fuzzed.{suffix}", packed(suffix, data))
    try:
        items = read_document(document, Columns(), FetchCache(NoNetwork()))
        return sum(isinstance(item, Text) for item in items)
    except PalateError:
        return 0


def work(suffix: str, seed: int, begin: int, end: int, at: "Synchronized[int]") -> None:
    """Reads inputs begin to end; at: which one is being read. Ends with the first finding, exit code 1."""
    warnings.simplefilter("ignore")
    seeds = seeds_of(suffix)
    for data in seeds:
        read(suffix, data)  # what is loaded once does not count
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + (MEGABYTES << 20), resource.RLIM_INFINITY))
    for number in range(begin, end):
        at.value = number
        data = mutated(seeds, np.random.default_rng([seed, number]))
        signal.setitimer(signal.ITIMER_PROF, SECONDS)  # SIGPROF ends the process, in foreign code too
        try:
            read(suffix, data)
        except (Exception, MemoryError):
            traceback.print_exc()
            sys.exit(1)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)


def fuzz(suffix: str, inputs: int, seed: int) -> list[dict[str, object]]:
    """Returns the findings among so many inputs of a format."""
    context, findings, begin = multiprocessing.get_context("fork"), list[dict[str, object]](), 0
    while begin < inputs:
        at = context.Value("q", begin)
        process = context.Process(target=work, args=(suffix, seed, begin, inputs, at))
        process.start()
        process.join()
        if process.exitcode == 0:
            break
        what = "took too long" if process.exitcode == -signal.SIGPROF else f"ended with {process.exitcode}"
        FOUND.mkdir(parents=True, exist_ok=True)
        path = FOUND / f"{suffix}-{seed}-{at.value}.{suffix}"
        broken = mutated(seeds_of(suffix), np.random.default_rng([seed, at.value]))
        path.write_bytes(packed(suffix, broken))
        findings.append({"input": at.value, "what": what, "file": str(path.relative_to(FOUND.parents[1]))})
        print(f"{suffix}, input {at.value}: {what}; see {path}", file=sys.stderr)
        begin = at.value + 1
    return findings


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("formats", nargs="*", metavar="FORMAT", help=", ".join(SEEDS))
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=9)
    options = parser.parse_args()
    n_findings = 0
    if unknown := set(options.formats) - set(SEEDS):
        parser.error(f"no seeds of {', '.join(sorted(unknown))}; choose from {', '.join(SEEDS)}")
    for suffix in options.formats or SEEDS:
        findings = fuzz(suffix, options.inputs, options.seed)
        n_findings += len(findings)
        print(
            json.dumps(
                {"format": suffix, "inputs": options.inputs, "seed": options.seed, "findings": findings}
            )
        )
        sys.stdout.flush()
    return int(n_findings > 0)


if __name__ == "__main__":
    sys.exit(main())
