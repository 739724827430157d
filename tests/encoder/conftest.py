"""The minilm encoder with its file made once for all tests."""

from pathlib import Path

import pytest

from palate.encoder.minilm import MinilmEncoder


@pytest.fixture(scope="session", autouse=True)
def _offline() -> None:
    """No test reaches the hub, whatever the environment says."""
    import huggingface_hub.constants

    huggingface_hub.constants.HF_HUB_OFFLINE = True


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the session's minilm file is kept."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def minilm(cache: Path) -> MinilmEncoder:
    return MinilmEncoder(cache=cache)
