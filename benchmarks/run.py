"""Runs every benchmark and writes benchmarks/results.jsonl: what docs/benchmarks.md reports."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
NAMES = (
    *("start", "encoding", "minilm", "learning", "stopping", "parts"),
    *("adding", "first_call", "cold_rank", "warm_rank", "stream", "many_readers", "catch_up", "history"),
)


def main() -> None:
    """Runs each in a process of its own, so that none warms up another."""
    lines = []
    for name in NAMES:
        print(f"== {name}", file=sys.stderr)
        completed = subprocess.run(
            [sys.executable, str(HERE / f"{name}.py")], check=True, stdout=subprocess.PIPE, text=True
        )
        print(completed.stdout, end="")
        lines += [line for line in completed.stdout.splitlines() if line.startswith("{")]
    (HERE / "results.jsonl").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
