"""The report of a benchmark: its figures with data, seed, versions and machine."""

import json
import os
import platform
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"
ARXIV = DATA / "arxiv" / "papers_train.jsonl.gz"


def emit(
    name: str, figures: dict[str, Any], *, data: str, seed: int | None = None, packages: Sequence[str] = ()
) -> None:
    """Prints one JSON line."""
    versions = {package: version(package) for package in ("palate", "numpy", *packages)}
    print(
        json.dumps(
            {
                "benchmark": name,
                **figures,
                "data": data,
                "seed": seed,
                "versions": versions,
                "machine": machine(),
            }
        )
    )


def machine() -> str:
    """Returns processor, cores and Python."""
    model = platform.processor()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [
            line.split(":", 1)[1].strip()
            for line in cpuinfo.read_text().splitlines()
            if line.startswith("model name")
        ]
        model = names[0] if names else model
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}"


def seconds(work: Callable[[], object], rounds: int) -> list[float]:
    """Measures how long each of some rounds takes."""
    durations = []
    for _ in range(rounds):
        start = perf_counter()
        work()
        durations.append(perf_counter() - start)
    return durations


def ms(durations: Sequence[float]) -> float:
    """Returns the median, in milliseconds."""
    return round(1000 * median(durations), 1)


def needs(path: Path) -> None:
    """Ends the benchmark without an error where its data is absent."""
    if not path.exists():
        print(f"skipped: {path} is absent")
        raise SystemExit(0)
