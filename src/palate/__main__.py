"""The command `palate`, also as `python -m palate`."""

import gc
import sys

# objects between two searches for garbage: most of a short command are imports, which make none
COLLECTED_OBJECTS = 100_000


def main() -> None:
    """Run the command line."""
    gc.set_threshold(COLLECTED_OBJECTS)
    try:
        from palate.cli.app import app

        app()
    except KeyboardInterrupt:  # before a command has begun
        sys.exit(130)
    finally:
        gc.freeze()  # the process ends, and need not search all that it holds for garbage first


if __name__ == "__main__":
    main()
