"""The command `palate`, also as `python -m palate`."""

import gc
import os
import sys

# objects between two searches for garbage: most of a short command are imports, which make none
COLLECTED_OBJECTS = 100_000


def main() -> None:
    """Run the command line."""
    gc.set_threshold(COLLECTED_OBJECTS)
    # as `use_one_blas_thread` in threads.py; before NumPy is loaded, this spares it the search for BLAS
    if (threads := os.environ.get("PALATE_BLAS_THREADS", "1")) != "0":
        os.environ.setdefault("OPENBLAS_NUM_THREADS", threads)
    try:
        from palate.cli.app import app

        app()
    except KeyboardInterrupt:  # before a command has begun
        sys.exit(130)
    finally:
        gc.freeze()  # the process ends, and need not search all that it holds for garbage first


if __name__ == "__main__":
    main()
