"""The command `palate`, also as `python -m palate`."""

import sys


def main() -> None:
    """Run the command line."""
    try:
        from palate.cli.app import app

        app()
    except KeyboardInterrupt:  # before a command has begun
        sys.exit(130)


if __name__ == "__main__":
    main()
