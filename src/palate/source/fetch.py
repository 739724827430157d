"""Fetching an address safely: public hosts only, capped in size and time, asked only for what is new."""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from palate.errors import FetchRefused

if TYPE_CHECKING:
    from ssl import SSLContext

    import httpcore
    import httpx

    from palate.source.guard import Resolve

MAX_BODY_BYTES = 20 << 20  # bytes, unpacked
MAX_SECONDS = 20.0  # for all of it: look-up, redirects, the last byte
CONNECT_SECONDS = 10.0
MAX_REDIRECTS = 5
REDIRECTS = {301, 302, 303, 307, 308}
ACCEPTED_TYPES = (
    "application/atom+xml, application/rss+xml, application/feed+json, "
    "application/xml;q=0.9, text/html;q=0.8, */*;q=0.5"
)
MENDS = {
    401: "it wants a login, which palate does not have",
    403: "the server does not let programs read it",
    404: "check the address",
    410: "it is gone for good; take the address out",
    429: "it was asked too often; try again later",
}


@dataclass(frozen=True)
class Fetched:
    """An answer. status is 200 or 304 (nothing new since etag or modified; body is empty then). url: after
    redirects.
    """

    url: str
    status: int
    content_type: str
    body: bytes
    etag: str
    modified: str


class Fetcher:
    """Fetches addresses of the public internet and refuses all others, also behind names and redirects.

    allow_private_network: fetch from private, loopback and link-local addresses too.
    known: address -> (ETag, Last-Modified) of what is already stored; sent along, so that the server may say
    304. fetched: the same of what this fetcher got. Put it into known once the texts are stored, not before.
    max_bytes, seconds, connect_seconds: the caps. resolve and backend: how to look up and connect (tests give
    their own). Can be used by several threads."""

    def __init__(
        self,
        *,
        allow_private_network: bool = False,
        known: Mapping[str, tuple[str, str]] | None = None,
        max_bytes: int = MAX_BODY_BYTES,
        seconds: float = MAX_SECONDS,
        connect_seconds: float = CONNECT_SECONDS,
        resolve: "Resolve | None" = None,
        backend: "httpcore.NetworkBackend | None" = None,
    ) -> None:
        self.allow_private_network, self.known = allow_private_network, known or {}
        self.max_bytes, self.seconds, self.connect_seconds = max_bytes, seconds, connect_seconds
        self.resolve, self.backend = resolve, backend
        self.fetched: dict[str, tuple[str, str]] = {}

    def fetch(self, url: str, *, etag: str | None = None, modified: str | None = None) -> Fetched:
        """The answer of the address. etag and modified: of the copy there is; default: what is known.

        Raises FetchRefused, naming the address, for a host that is not public, a redirect that leads nowhere,
        an answer that is an error, too large or too slow."""
        known = self.known.get(url, ("", ""))
        conditions = {
            "If-None-Match": known[0] if etag is None else etag,
            "If-Modified-Since": known[1] if modified is None else modified,
        }
        end = time.monotonic() + self.seconds
        target, visited = parse(url), list[str]()
        while len(visited) <= MAX_REDIRECTS:
            shown = without_password(target)
            if shown in visited:
                raise FetchRefused(f"{visited[0]} redirects in a circle: {' -> '.join([*visited, shown])}")
            visited.append(shown)
            answer = self._answer(target, {name: value for name, value in conditions.items() if value}, end)
            if isinstance(answer, Fetched):
                if answer.status == 200 and (answer.etag or answer.modified):
                    self.fetched[url] = (answer.etag, answer.modified)
                return answer
            target = parse(answer, base=target)
        raise FetchRefused(
            f"{visited[0]} redirects more than {MAX_REDIRECTS} times; give the address it leads to in the end"
        )

    @cached_property
    def _ssl_context(self) -> "SSLContext":
        import httpx

        return httpx.create_ssl_context()

    def _answer(self, target: "httpx.URL", conditions: dict[str, str], end: float) -> Fetched | str:
        """The answer, or the address it redirects to."""
        import httpcore

        from palate.source.guard import Deadline, GuardedBackend, resolve

        shown = without_password(target)
        backend = GuardedBackend(
            Deadline(end),
            connect_seconds=self.connect_seconds,
            allow_private=self.allow_private_network,
            resolve=self.resolve or resolve,
            backend=self.backend or httpcore.SyncBackend(),
        )
        ssl_context = self._ssl_context if target.scheme == "https" else None
        url = httpcore.URL(
            scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path
        )
        try:
            with (
                httpcore.ConnectionPool(ssl_context=ssl_context, network_backend=backend) as pool,
                pool.stream("GET", url, headers=_headers(target, conditions)) as response,
            ):
                headers = {
                    name.decode("latin-1").lower(): value.decode("latin-1")
                    for name, value in response.headers
                }
                if response.status in REDIRECTS and "location" in headers:
                    return headers["location"]
                unchanged = response.status == 304 and bool(conditions)
                if not 200 <= response.status < 300 and not unchanged:
                    raise FetchRefused(f"{shown} answers {_status(response.status)}")
                length = headers.get("content-length", "")
                if length.isdecimal() and int(length) > self.max_bytes:
                    raise FetchRefused(f"{shown} {self._too_large()}")
                packed = response.iter_stream()
                body = (
                    b""
                    if unchanged
                    else self._body(packed, headers.get("content-encoding", "").strip().lower(), shown)
                )
        except httpcore.TimeoutException as error:
            raise FetchRefused(
                f"{shown} took longer than {self.seconds:g} seconds; try again later"
            ) from error
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise FetchRefused(
                f"{shown} cannot be reached: {error}; check the address and the network"
            ) from error
        return Fetched(
            url=shown,
            status=304 if unchanged else 200,
            content_type=headers.get("content-type", ""),
            body=body,
            etag=headers.get("etag", ""),
            modified=headers.get("last-modified", ""),
        )

    def _body(self, packed: Iterable[bytes], encoding: str, shown: str) -> bytes:
        from palate.document.unpacking import DEFLATE, GZIP, ZLIB, unpack

        def unpacked(chunks: Iterable[bytes], wbits: int) -> Iterator[bytes]:
            return unpack(chunks, wbits, shown, max_bytes=self.max_bytes, refusal=FetchRefused)

        chunks = iter(packed)
        if encoding in ("gzip", "x-gzip"):
            chunks = unpacked(chunks, GZIP)
        elif encoding == "deflate":  # servers send zlib, as the standard says, or raw deflate
            first = next(chunks, b"")
            wbits = ZLIB if first[:1] == b"\x78" and int.from_bytes(first[:2], "big") % 31 == 0 else DEFLATE
            chunks = unpacked(_joined(first, chunks), wbits)
        elif encoding not in ("", "identity"):
            raise FetchRefused(
                f"{shown} is packed with {encoding!r}, which was not asked for; "
                "expected gzip, deflate or none"
            )
        body = bytearray()
        for chunk in chunks:
            body += chunk
            if len(body) > self.max_bytes:
                raise FetchRefused(f"{shown} {self._too_large()}")
        return bytes(body)

    def _too_large(self) -> str:
        from palate.document.unpacking import size

        return (
            f"is larger than {size(self.max_bytes)}, the most that is fetched; download it and give the file"
        )


def is_address(text: str) -> bool:
    """
    >>> is_address("HTTPS://example.org"), is_address("example.org/feed")
    (True, False)
    """
    return text[:8].lower().startswith(("http://", "https://"))


def parse(text: str, *, base: "httpx.URL | None" = None) -> "httpx.URL":
    """The address, which a relative one is only together with base. Raises FetchRefused for what is not http
    or https.
    """
    import httpx

    try:
        url = base.join(text.strip()) if base else httpx.URL(text.strip())
        usable = url.scheme in ("http", "https") and bool(url.host)
    # ValueError: brackets, ports and names that only its parts look at
    except (httpx.InvalidURL, ValueError) as error:
        raise FetchRefused(
            f"{text!r} is no address ({error}); expected one such as https://example.org/feed"
        ) from error
    if not usable:
        leads = f"{without_password(base)} redirects to {text!r}" if base else f"{text!r} is the address"
        raise FetchRefused(f"{leads}, which is not http or https with a host; palate fetches those only")
    return url.copy_with(fragment=None)


def without_password(url: "httpx.URL") -> str:
    return str(url.copy_with(userinfo=b"")) if url.userinfo else str(url)


def _headers(target: "httpx.URL", conditions: dict[str, str]) -> list[tuple[bytes, bytes]]:
    import base64

    from palate.version import __version__

    headers = {
        "Host": target.netloc.decode("ascii"),
        "User-Agent": f"palate/{__version__}",
        "Accept": ACCEPTED_TYPES,
        "Accept-Encoding": "gzip, deflate",
        "Connection": "close",
        **conditions,
    }
    if target.userinfo:
        login = f"{target.username}:{target.password}".encode()
        headers["Authorization"] = f"Basic {base64.b64encode(login).decode()}"
    return [(name.encode("ascii"), value.encode("latin-1", "replace")) for name, value in headers.items()]


def _status(status: int) -> str:
    from http import HTTPStatus

    phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""
    mend = MENDS.get(status, "try again later" if status >= 500 else "expected 200")
    return f"{status} {phrase}".strip() + f"; {mend}"


def _joined(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
