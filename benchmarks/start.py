"""Figure 1: how long palate takes to start, against a bare typer program, each in processes of its own."""

import subprocess
import sys
import tempfile
from pathlib import Path

from report import emit, ms, seconds

BARE = "import typer; app = typer.Typer(); app.command()(lambda name='x': None); app(['--help'])"
HEAVY = ("torch", "sklearn", "onnxruntime")


def python(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    loaded = f"import sys, palate; palate.open; print([m for m in {HEAVY} if m in sys.modules])"
    heavy = subprocess.run(
        [sys.executable, "-c", loaded], check=True, capture_output=True, text=True
    ).stdout.strip()
    with tempfile.TemporaryDirectory() as folder:
        store = str(Path(folder) / "sample.db")
        load = "import sys, palate; from palate.sample import SAMPLE"
        add = f"{load}; palate.open(sys.argv[1]).add(SAMPLE)"
        python("-c", add, store)
        figures = {
            "help_ms": ms(seconds(lambda: python("-m", "palate", "--help"), 10)),
            "bare_typer_help_ms": ms(seconds(lambda: python("-c", BARE), 10)),
            "python_ms": ms(seconds(lambda: python("-c", "pass"), 10)),
            "import_ms": ms(seconds(lambda: python("-c", "import palate"), 10)),
            "first_rank_ms": ms(
                seconds(lambda: python("-m", "palate", "--store", store, "rank", "--json"), 10)
            ),
            "heavy_modules": heavy,
        }
    emit(
        "start",
        figures,
        data="the shipped sample, 240 texts; median of 10 processes each, interpreter start included",
        packages=["typer"],
    )


if __name__ == "__main__":
    main()
