import io
from pathlib import Path

import pytest

from palate.document import spooling
from palate.document.spooling import spooled


@pytest.mark.parametrize("size", [0, 9, 10, 11, 1000])
def test_a_stream_is_read_again_whatever_its_length(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spooling, "MAX_MEMORY_BYTES", 10)
    data = bytes(range(256)) * 4
    open_again = spooled(io.BytesIO(data[:size]))
    for _ in range(2):
        with open_again() as stream:
            assert stream.read() == data[:size]


def test_the_temporary_file_goes_with_its_opener(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spooling, "MAX_MEMORY_BYTES", 10)
    open_again = spooled(io.BytesIO(bytes(100)))
    with open_again() as stream:
        path = Path(stream.name)
    assert path.exists()
    del open_again
    assert not path.exists()
