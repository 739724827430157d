"""Zip archives for tests."""

import io
import zipfile
from collections.abc import Mapping


def packed(files: Mapping[str, str | bytes]) -> bytes:
    """The bytes of a zip archive with these members."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()
