import pytest

from palate.source import Fetcher


@pytest.fixture
def fetcher() -> Fetcher:
    return Fetcher(allow_private_network=True)
