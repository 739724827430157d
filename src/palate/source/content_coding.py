"""The body of an answer, unpacked as its Content-Encoding says; as it is where its bytes tell otherwise."""

import codecs
import sys
from collections.abc import Iterable, Iterator
from itertools import chain

import brotli

from palate.document.charset import CONTROL_BYTES
from palate.document.unpacking import CHUNK_BYTES, DEFLATE, GZIP, ZLIB, unpack
from palate.errors import FetchRefused

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPTED_CODINGS = "gzip, deflate, br, zstd"
N_FIRST_BYTES = 512  # looked at to tell packed bytes from text
MAX_CODINGS = 4  # one over the other
GZIP_MARK, ZSTD_MARK = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
ZSTD_WINDOW_LOG = 23  # 8 MiB, the largest window that RFC 9659 allows a server


def unpacked(chunks: Iterable[bytes], announced: str, name: str, max_bytes: int) -> Iterator[bytes]:
    """Yields the body unpacked, never more than twice CHUNK_BYTES at a time.

    announced: the Content-Encoding. Servers send "UTF-8" or "none", and announce gzip for plain text, so that
    the bytes decide: text stays as it is. Raises FetchRefused for a body that is broken or cut off; gzip and
    deflate over max_bytes are refused here, the rest is for the reader to count.

    >>> import gzip
    >>> b"".join(unpacked([gzip.compress(b"words")], "gzip", "a", 99))
    b'words'
    >>> b"".join(unpacked([b"words"], "gzip", "a", 99)), b"".join(unpacked([b"words"], "UTF-8", "a", 99))
    (b'words', b'words')
    """
    codings = [coding.strip() for coding in announced.lower().split(",")]
    if len(codings) > MAX_CODINGS:
        raise FetchRefused(f"{name} is packed {len(codings)} times over; expected at most {MAX_CODINGS}")
    body = iter(chunks)
    for coding in reversed(codings):
        body = _without_coding(body, coding, name, max_bytes)
    return body


def _without_coding(chunks: Iterator[bytes], coding: str, name: str, max_bytes: int) -> Iterator[bytes]:
    first = b""
    while len(first) < N_FIRST_BYTES and (chunk := next(chunks, b"")):
        first += chunk
    body = chain([first], chunks)
    if first.startswith(ZSTD_MARK):
        return _from_zstd(body, name)
    if coding in ("gzip", "x-gzip") and first.startswith(GZIP_MARK):
        return unpack(body, GZIP, name, max_bytes=max_bytes, refusal=FetchRefused)
    if coding == "br" and (not _is_text(first) or _is_brotli(first)):
        return _from_brotli(body, name)
    if coding == "deflate" and not _is_text(first):  # zlib, as the standard says, or raw deflate
        wbits = ZLIB if first[:1] == b"\x78" and int.from_bytes(first[:2], "big") % 31 == 0 else DEFLATE
        return unpack(body, wbits, name, max_bytes=max_bytes, refusal=FetchRefused)
    return body


def _is_text(first: bytes) -> bool:
    if first != first.translate(None, CONTROL_BYTES):
        return False
    if first.lstrip().startswith((b"<", b"{", b"[")):
        return True
    try:
        codecs.getincrementaldecoder("utf-8")().decode(first[:N_FIRST_BYTES])
    except UnicodeDecodeError:
        return False
    return True


def _is_brotli(body: bytes) -> bool:
    """Tells whether bytes that could be text are a whole brotli stream, as of an empty body, which is ";"."""
    engine = brotli.Decompressor()
    try:
        engine.process(body, output_buffer_limit=CHUNK_BYTES)
    except brotli.error:
        return False
    return bool(engine.is_finished())


def _from_brotli(chunks: Iterator[bytes], name: str) -> Iterator[bytes]:
    engine = brotli.Decompressor()
    try:
        for chunk in chunks:
            while not engine.is_finished():
                data = engine.process(chunk, output_buffer_limit=CHUNK_BYTES)
                yield data
                if not data:
                    break
                chunk = b""
    except brotli.error as error:
        raise _broken(name, "brotli") from error
    if not engine.is_finished():
        raise _cut_off(name)


def _from_zstd(chunks: Iterator[bytes], name: str) -> Iterator[bytes]:
    options: dict[int, int] = {zstd.DecompressionParameter.window_log_max: ZSTD_WINDOW_LOG}
    engine = zstd.ZstdDecompressor(options=options)
    try:
        for chunk in chunks:
            while chunk or not (engine.needs_input or engine.eof):
                if engine.eof:  # frames may be joined end to end
                    engine = zstd.ZstdDecompressor(options=options)
                yield engine.decompress(chunk, CHUNK_BYTES)
                chunk = engine.unused_data if engine.eof else b""
    except zstd.ZstdError as error:
        raise _broken(name, "zstd") from error
    if not engine.eof:
        raise _cut_off(name)


def _broken(name: str, coding: str) -> FetchRefused:
    return FetchRefused(f"{name} is broken: its {coding} cannot be unpacked; get it again")


def _cut_off(name: str) -> FetchRefused:
    return FetchRefused(f"{name} ends in the middle of its compressed data, so it was cut off; get it again")
