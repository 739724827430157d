from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pretended training leaves the page of its outcome in its folder, "made"."""
    monkeypatch.chdir(tmp_path)
