"""What the commands that answer at once import in a process of their own: most of their time is imports."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys
from palate.__main__ import main
try:
    main()
finally:
    print(*sys.modules, file=sys.stderr)
"""
HEAVY = {
    "alembic",
    "feedparser",
    "httpx",
    "jinja2",
    "lxml",
    "multiprocessing",
    "onnxruntime",
    "pandas",
    "pyarrow",
    "pydantic",
    "pydoc_data",
    "rich",
    "scipy.special",
    "scipy.stats",
    "sklearn",
    "threadpoolctl",
    "torch",
    # what SciPy names in passing: see cli/lazy.py
    "numpy.ma.core",
    "numpy.f2py.f2py2e",
    "numpy.polynomial.polynomial",
    "numpy.testing.overrides",
    "unittest",
    # of palate: what adds, exports and examines, and other commands
    "palate.cli.train",
    "palate.cli.topics",
    "palate.intake",
    "palate.source",
    "palate.store.health",
    "palate.store.recognising",
    "palate.store.topics",
    "palate.store.transfer",
}


@pytest.mark.parametrize(
    "command",
    ["rank --limit 3", "judge cats-1 like", "why cats-1", "find kitten"],
    ids=lambda c: c.split()[0],
)
def test_a_first_call_imports_nothing_heavy(command: str, store: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *command.split()],
        env={**os.environ, "PALATE_STORE": str(store)},
        text=True,
        capture_output=True,
        check=True,
    )
    loaded = set(done.stderr.splitlines()[-1].split())
    assert done.stdout
    assert "palate.library" in loaded
    assert not {name for name in loaded if any(name == h or name.startswith(f"{h}.") for h in HEAVY)}
