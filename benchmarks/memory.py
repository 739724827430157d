"""Figure 7: the most memory that `palate rank` holds with 12,000 texts stored."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import palate
from report import ARXIV, emit, needs


def main() -> None:
    needs(ARXIV)
    with tempfile.TemporaryDirectory() as folder:
        store = str(Path(folder) / "arxiv.db")
        with palate.open(store) as library:
            library.add(ARXIV)
            library.reader("me", likes="retrieval, ranking with feedback")
        ranked = subprocess.Popen(
            [sys.executable, "-m", "palate", "--store", store, "rank"], stdout=subprocess.DEVNULL
        )
        _, status, used = os.wait4(ranked.pid, 0)
    emit(
        "memory",
        {"rank_resident_mb": round(used.ru_maxrss / 1024), "exit": status},
        data="12,000 arXiv papers, a described reader",
    )


if __name__ == "__main__":
    main()
