"""Server-sent events, as a server streams its answer in them."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

LINE_END = re.compile(r"\r\n|\n|\r")


class EventReader:
    """Reads the data of events out of bytes that come in pieces, split anywhere.

    Comments and fields other than data are left out; the lines of one event are joined. An event without the
    empty line that ends it is none.
    Source: WHATWG, HTML, section 9.2, save that bytes that are no UTF-8 are an error.

    >>> reader = EventReader()
    >>> list(reader.feed(b": wait\\r\\ndata: a\\r\\nda")), list(reader.feed(b"ta: b\\r\\n\\r\\ndata: c"))
    ([], ['a\\nb'])
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._line = ""  # what has come of a line that has not ended
        self._after_cr = False
        self._data: list[str] = []

    def feed(self, piece: bytes) -> Iterator[str]:
        """Yields the data of each event that ends in this piece. Raises UnicodeDecodeError."""
        text = self._decoder.decode(piece)
        if not text:
            return
        # a CR ends its line at once; the LF that may follow in the next piece is part of it
        new = text.removeprefix("\n") if self._after_cr else text
        self._after_cr = text.endswith("\r")
        *lines, self._line = LINE_END.split(self._line + new)
        for line in lines:
            name, _, value = line.partition(":")
            if name == "data":
                self._data.append(value.removeprefix(" "))
            elif not line and self._data:
                yield "\n".join(self._data)
                self._data = []
