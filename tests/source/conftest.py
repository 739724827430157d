import threading
from collections.abc import Iterator

import pytest

from palate.source import Fetcher
from web_server import Server


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.http.shutdown()
    thread.join()
    server.http.server_close()


@pytest.fixture
def fetcher() -> Fetcher:
    return Fetcher(allow_private_network=True)
