"""Fetching an address safely: public hosts only, capped in size and time, asked only for what is new."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from palate.address import address_key, shown_address
from palate.errors import FetchRefused
from palate.fetch_state import FetchState

if TYPE_CHECKING:
    from ssl import SSLContext

    import httpcore

    from palate.source.guard import Resolve
    from palate.source.redirects import Route
    from palate.source.request import Reply

MAX_BODY_BYTES = 20 << 20  # bytes, unpacked
MAX_SECONDS = 20.0  # for all of it: look-up, redirects, the last byte
CONNECT_SECONDS = 10.0


@dataclass(frozen=True)
class Fetched:
    """An answer. status is 200 or 304 (nothing new since the copy that is known; body is empty then). url:
    after redirects, as it may be shown.
    """

    url: str
    status: int
    content_type: str
    body: bytes


class Fetcher:
    """Fetches addresses of the public internet and refuses all others, also behind names and redirects.

    allow_private_network: fetch from private, loopback and link-local addresses too.
    known: what is kept of each address, by `address_key`; the server is told which copy is there, so that it
    may say 304, and is not asked before the time it set. fetched: what to keep of the answers that this
    fetcher got, refused: of its refusals. Put fetched into known once the texts are stored, not before;
    refused at once. max_bytes, seconds, connect_seconds: the caps. resolve and backend: how to look up and
    connect (tests give their own). Can be used by several threads."""

    def __init__(
        self,
        *,
        allow_private_network: bool = False,
        known: Mapping[str, FetchState] | None = None,
        max_bytes: int = MAX_BODY_BYTES,
        seconds: float = MAX_SECONDS,
        connect_seconds: float = CONNECT_SECONDS,
        resolve: "Resolve | None" = None,
        backend: "httpcore.NetworkBackend | None" = None,
    ) -> None:
        self.allow_private_network, self.known = allow_private_network, known or {}
        self.max_bytes, self.seconds, self.connect_seconds = max_bytes, seconds, connect_seconds
        self.resolve, self.backend = resolve, backend
        self.fetched: dict[str, FetchState] = {}
        self.refused: dict[str, FetchState] = {}

    def fetch(self, url: str) -> Fetched:
        """Returns the answer of the address.

        Raises FetchRefused, naming the address, for a host that is not public, a redirect that leads nowhere,
        an answer that is an error, too large or too slow, and where the server asked for a pause that is not
        over; then it is not asked."""
        from palate.source.redirects import REDIRECTS, Route
        from palate.source.request import in_words, parse

        start, key, now = parse(url), address_key(url), datetime.now(UTC)
        known = self.known.get(key) or FetchState(shown_address(str(start)))
        if known.retry_at and known.retry_at > now:
            raise FetchRefused(
                f"{known.address} asked to be left alone until {in_words(known.retry_at)}; try again then"
            )
        route, end = Route(start), time.monotonic() + self.seconds
        while True:
            reply = self._reply(route, known, end)
            if reply.status not in REDIRECTS or not reply.header("location"):
                break
            route.follow(reply)
        unchanged = reply.status == 304 and bool(known.etag or known.modified)
        if not 200 <= reply.status < 300 and not unchanged:
            raise self._refusal(reply, route.shown, key, known)
        self.fetched[key] = _state(known, reply, route.moved_to)
        return Fetched(route.shown, 304 if unchanged else 200, reply.header("content-type"), reply.body)

    def _refusal(self, reply: "Reply", shown: str, key: str, known: FetchState) -> FetchRefused:
        from palate.source.request import status_and_mend

        retry_at = reply.retry_at(datetime.now(UTC))
        if retry_at or reply.status == 410:
            self.refused[key] = replace(known, retry_at=retry_at, gone=reply.status == 410)
        return FetchRefused(f"{shown} answers {status_and_mend(reply.status, retry_at)}")

    @cached_property
    def _ssl_context(self) -> "SSLContext":
        import httpx

        return httpx.create_ssl_context()

    def _pool(self, end: float, *, encrypted: bool) -> "httpcore.ConnectionPool":
        import httpcore

        from palate.source.guard import Deadline, GuardedBackend, resolve

        backend = GuardedBackend(
            Deadline(end),
            connect_seconds=self.connect_seconds,
            allow_private=self.allow_private_network,
            resolve=self.resolve or resolve,
            backend=self.backend or httpcore.SyncBackend(),
        )
        return httpcore.ConnectionPool(
            ssl_context=self._ssl_context if encrypted else None, network_backend=backend
        )

    def _reply(self, route: "Route", known: FetchState, end: float) -> "Reply":
        """Asks the address that the route has come to."""
        import httpcore

        from palate.source.content_coding import ACCEPTED_CODINGS
        from palate.source.request import Reply, request_headers

        target, shown = route.target, route.shown
        url = httpcore.URL(
            scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path
        )
        conditions = {
            "If-None-Match": known.etag,
            "If-Modified-Since": known.modified,
            "Cookie": route.cookie(),
        }
        sent = request_headers(target, conditions, ACCEPTED_CODINGS)
        try:
            with (
                self._pool(end, encrypted=target.scheme == "https") as pool,
                pool.stream("GET", url, headers=sent) as response,
            ):
                headers = [
                    (name.decode("latin-1").lower(), value.decode("latin-1"))
                    for name, value in response.headers
                ]
                reply = Reply(response.status, headers)
                if 200 <= reply.status < 300:
                    reply = replace(reply, body=self._body(response.iter_stream(), reply, shown))
        except httpcore.TimeoutException as error:
            raise FetchRefused(
                f"{shown} took longer than {self.seconds:g} seconds; try again later"
            ) from error
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise FetchRefused(
                f"{shown} cannot be reached: {error}; check the address and the network"
            ) from error
        return reply

    def _body(self, packed: Iterable[bytes], reply: "Reply", shown: str) -> bytes:
        from palate.document.unpacking import size
        from palate.source.content_coding import unpacked

        too_large = (
            f"{shown} is larger than {size(self.max_bytes)}, the most that is fetched; "
            "download it and give the file"
        )
        length = reply.header("content-length")
        if length.isdecimal() and int(length) > self.max_bytes:
            raise FetchRefused(too_large)
        codings = ",".join(value for name, value in reply.headers if name == "content-encoding")
        body = bytearray()
        for chunk in unpacked(packed, codings, shown, self.max_bytes):
            body += chunk
            if len(body) > self.max_bytes:
                raise FetchRefused(too_large)
        return bytes(body)


def _state(known: FetchState, reply: "Reply", moved_to: str) -> FetchState:
    """Returns what to keep of an answer. A 304 may give new validators; a 200 without any forgets the old."""
    kept = known if reply.status == 304 else FetchState(known.address)
    again = bool(moved_to) and moved_to == known.moved_to
    return FetchState(
        known.address,
        etag=reply.header("etag") or kept.etag,
        modified=reply.header("last-modified") or kept.modified,
        moved_to=moved_to,
        moved_times=known.moved_times + 1 if again else int(bool(moved_to)),
    )
