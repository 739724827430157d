"""Provenance of a replay: data, settings, versions. Equal provenance gives equal rows on one machine."""

import os
import platform
from collections.abc import Mapping, Sequence
from hashlib import file_digest, sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from palate.errors import BadSource
from palate.version import __version__

PACKAGES = ("numpy", "scipy", "scikit-learn", "threadpoolctl", "tokenizers")


def provenance(files: Sequence[Path], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Returns, as JSON, the SHA-256 of each file, the settings as given, and the versions of what computes,
    None where it is not installed; code is a hash of palate's own.

    Raises BadSource for a file that cannot be read.

    >>> sorted(provenance([], {"seed": 0}))
    ['code', 'data', 'packages', 'palate', 'python', 'settings']
    """
    return {
        "data": {str(path): _sha256(path) for path in files},
        "settings": dict(settings),
        "palate": __version__,
        "code": _code(),
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
    }


def machine() -> dict[str, Any]:
    """Returns, as JSON, what the replay ran on; it changes nothing but the last bits of the rows."""
    return {"system": platform.platform(), "processor": platform.machine(), "processors": os.cpu_count()}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:  # scikit-learn is there with the extra [peers] only
        return None


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BadSource(f"cannot read {path}: {error.strerror or error}") from None


def _code() -> str:
    digest = sha256()
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
