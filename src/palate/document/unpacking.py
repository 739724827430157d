"""Compressed bytes unpacked chunk by chunk, with caps that stop what expands like a bomb."""

import zlib
from collections.abc import Iterable, Iterator

from palate.document.charset import CONTROL_BYTES, marked_encoding
from palate.errors import BadSource, PalateError

CHUNK_BYTES = 1 << 18  # read, and unpacked, at a time
MAX_UNPACKED_BYTES = 2 << 30  # that a compressed document may unpack to
MAX_RATIO = 200  # unpacked bytes per packed byte, once MIN_RATIO_BYTES are unpacked
MIN_RATIO_BYTES = 64 << 20

GZIP, ZLIB, DEFLATE = 31, 15, -15  # zlib's wbits


def packing(first_bytes: bytes) -> int:
    """Returns zlib's wbits for bytes that begin so, or 0 where they are not compressed.

    >>> packing(zlib.compress(b"<rss/>")) == ZLIB, packing(b"x^2 + y^2") == 0
    (True, True)
    """
    if first_bytes.startswith(b"\x1f\x8b"):
        return GZIP
    if first_bytes[:2] in (b"x\x01", b"x^", b"x\x9c", b"x\xda") and _inflated(first_bytes, ZLIB):
        return ZLIB
    # raw deflate has no mark: take it where the bytes are no text and give a markup document
    is_text = bool(marked_encoding(first_bytes)) or first_bytes == first_bytes.translate(None, CONTROL_BYTES)
    return 0 if is_text or not _inflated(first_bytes, DEFLATE).lstrip().startswith(b"<") else DEFLATE


def unpack(
    chunks: Iterable[bytes],
    wbits: int,
    name: str,
    *,
    max_bytes: int = MAX_UNPACKED_BYTES,
    max_ratio: int = MAX_RATIO,
    min_ratio_bytes: int = MIN_RATIO_BYTES,
    refusal: type[PalateError] = BadSource,
) -> Iterator[bytes]:
    """Unpacks the chunks, never more than CHUNK_BYTES at a time. Raises refusal at the first byte over a cap.

    >>> b"".join(unpack([zlib.compress(b"many words")], ZLIB, "a.gz"))
    b'many words'
    """
    engine = zlib.decompressobj(wbits)
    packed = unpacked = 0
    for chunk in chunks:
        packed += len(chunk)
        while chunk:
            # gzip files may be joined end to end; zeros and other bytes behind the last are ignored, as gzip
            # does
            if engine.eof:
                engine, chunk = zlib.decompressobj(wbits), chunk.lstrip(b"\0")
                if wbits != GZIP or not chunk.startswith(b"\x1f"):
                    return
            try:
                data = engine.decompress(chunk, CHUNK_BYTES)
            except zlib.error as error:
                raise refusal(
                    f"{name} is broken after {packed - len(chunk)} packed bytes: {error}; get it again"
                ) from error
            chunk = engine.unconsumed_tail or engine.unused_data
            unpacked += len(data)
            if unpacked > max_bytes:
                raise refusal(
                    f"{name} unpacks to more than {size(max_bytes)}, the most that is taken; split it"
                )
            if unpacked > min_ratio_bytes and unpacked > max_ratio * packed:
                raise refusal(
                    f"{name} unpacks to more than {max_ratio} times its size, as a zip bomb does and text "
                    "does not; if it is meant so, unpack it first"
                )
            yield data
    if not engine.eof:
        raise refusal(f"{name} ends in the middle of its compressed data, so it was cut off; get it again")


def _inflated(first_bytes: bytes, wbits: int) -> bytes:
    try:
        return zlib.decompressobj(wbits).decompress(first_bytes, 256)
    except zlib.error:
        return b""


def size(n: int) -> str:
    """Returns a number of bytes as people write it.

    >>> size(20 << 20)
    '20 MiB'
    """
    return f"{n >> 30} GiB" if n >= 1 << 30 else f"{n >> 20} MiB" if n >= 1 << 20 else f"{n} bytes"
