"""What every benchmark says beside its figures: data, seed, versions, machine."""

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
    """Print one JSON line."""
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
    """Processor, cores and Python."""
    model = platform.processor()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        named = [
            line.split(":", 1)[1].strip()
            for line in cpuinfo.read_text().splitlines()
            if line.startswith("model name")
        ]
        model = named[0] if named else model
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}"


def seconds(work: Callable[[], object], rounds: int) -> list[float]:
    """How long each of some rounds takes."""
    taken = []
    for _ in range(rounds):
        start = perf_counter()
        work()
        taken.append(perf_counter() - start)
    return taken


def ms(taken: Sequence[float]) -> float:
    """Median, in milliseconds."""
    return round(1000 * median(taken), 1)


def needs(path: Path) -> None:
    """End quietly where the data is absent."""
    if not path.exists():
        print(f"skipped: {path} is absent")
        raise SystemExit(0)
