"""A stream that can be read one time, as one that can be opened again and again."""

import io
from collections.abc import Callable
from typing import IO, BinaryIO

MAX_MEMORY_BYTES = 16 << 20  # bytes that are kept in memory; a longer stream goes to a temporary file


def spooled(stream: IO[bytes]) -> Callable[[], BinaryIO]:
    """Reads the stream to its end; returns what opens a copy of it from the first byte on.

    >>> open_again = spooled(io.BytesIO(b"Cats"))
    >>> open_again().read(), open_again().read()
    (b'Cats', b'Cats')
    """
    start = stream.read(MAX_MEMORY_BYTES)
    if len(start) < MAX_MEMORY_BYTES:
        return lambda: io.BytesIO(start)
    import shutil
    import tempfile

    spool = tempfile.NamedTemporaryFile(prefix="palate-")  # noqa: SIM115  # it lives as long as what opens it
    spool.write(start)
    shutil.copyfileobj(stream, spool)
    spool.flush()
    return lambda: open(spool.name, "rb")
