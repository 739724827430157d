"""Mutation: broken documents made from whole ones, equal for equal seeds."""

from collections.abc import Callable, Sequence

import numpy as np

Change = Callable[[bytes, np.random.Generator], bytes]

TOKENS = (  # what readers of markup, tables and references look for, and what trips them
    *(
        b"<",
        b">",
        b'"',
        b"'",
        b"&",
        b"\\",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b";",
        b"\t",
        b"\n",
        b"\r",
        b"\0",
        b"@",
        b"%",
    ),
    *(
        b"<![CDATA[",
        b"]]>",
        b"<!--",
        b"-->",
        b"<?xml version='1.0' encoding='utf-16'?>",
        b"<!DOCTYPE x [",
        b"&#0;",
    ),
    *(b"&#xD800;", b"&#99999999;", b"<item>", b"</item>", b"<entry>", b"</channel>", b"xml:base='http://['"),
    *(
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\xfe\xff",
        b"\xed\xa0\x80",
        b"\xc0\x80",
        b"\x1f\x8b\x08",
        b"PK\x03\x04",
    ),
    *(b"NaN", b"null", b"1e999", b"-0", b"9" * 400, b"[" * 200, b"{" * 200, b"<b>" * 200, b"(" * 200),
    *(
        b"\nTY  - JOUR\n",
        b"\nER  - \n",
        b"\nPMID- 1\n",
        b"\nPT J\n",
        b"\n%0 Book\n",
        b"@article{a, title = {",
        b"sep=;\n",
    ),
    *(b"From a@b.c Mon Jan  1 00:00:00 2024\n", b"=?utf-8?B?AAAA?=", b"Content-Type: text/html; charset=x\n"),
    *(
        b"2020-13-45T99:99:99Z",
        b"0000-00-00",
        b"\\textbf{",
        b"$x$",
        b"\\\\",
        b'""',
        b"\xe2\x80\xae",
        b"\xf0\x9f\x98\x80",
    ),
)
MAX_BYTES = 200_000  # of a mutated document


def mutated(seeds: Sequence[bytes], rng: np.random.Generator) -> bytes:
    """Returns one of the seeds after one to eight changes: bits flipped, parts cut, repeated, swapped in from
    another seed, tokens put in.

    >>> one = mutated([b"title,text"], np.random.default_rng(7))
    >>> one == mutated([b"title,text"], np.random.default_rng(7))
    True
    """
    data = seeds[int(rng.integers(len(seeds)))]
    for _ in range(int(rng.integers(1, 9))):
        change = CHANGES[int(rng.integers(len(CHANGES)))]
        data = change(data, rng)[:MAX_BYTES]
    if rng.random() < 0.2:
        data = _spliced(data, seeds[int(rng.integers(len(seeds)))], rng)[:MAX_BYTES]
    return data


def _part(data: bytes, rng: np.random.Generator) -> tuple[int, int]:
    begin = int(rng.integers(len(data) + 1))
    return begin, min(len(data), begin + int(rng.geometric(0.02)))


def _flip(data: bytes, rng: np.random.Generator) -> bytes:
    if not data:
        return data
    at = int(rng.integers(len(data)))
    return data[:at] + bytes([data[at] ^ 1 << int(rng.integers(8))]) + data[at + 1 :]


def _cut(data: bytes, rng: np.random.Generator) -> bytes:
    begin, end = _part(data, rng)
    return data[:begin] + data[end:]


def _repeat(data: bytes, rng: np.random.Generator) -> bytes:
    begin, end = _part(data, rng)
    return data[:begin] + data[begin:end] * int(rng.integers(2, 50)) + data[end:]


def _insert(data: bytes, rng: np.random.Generator) -> bytes:
    at = int(rng.integers(len(data) + 1))
    return data[:at] + TOKENS[int(rng.integers(len(TOKENS)))] + data[at:]


def _overwrite(data: bytes, rng: np.random.Generator) -> bytes:
    begin, end = _part(data, rng)
    return data[:begin] + rng.bytes(end - begin) + data[end:]


def _truncate(data: bytes, rng: np.random.Generator) -> bytes:
    return data[: int(rng.integers(len(data) + 1))]


def _spliced(data: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    return data[: int(rng.integers(len(data) + 1))] + other[int(rng.integers(len(other) + 1)) :]


CHANGES: tuple[Change, ...] = (_flip, _cut, _repeat, _insert, _insert, _overwrite, _truncate)
