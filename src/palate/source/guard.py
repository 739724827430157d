"""The connection under a fetch: it goes to an address that was checked, and ends at a deadline.

The host is resolved, checked and connected to in one place, so no second look-up can lead elsewhere (DNS
rebinding)."""

import queue
import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ssl import SSLContext
from typing import Any

import httpcore

from palate.errors import FetchRefused
from palate.source.addresses import refusal_reason

Resolve = Callable[[str, int], list[str]]  # host, port -> its IP addresses


def resolve(host: str, port: int) -> list[str]:
    """Returns the addresses that this machine's resolver gives, as a browser would try them."""
    return list(
        dict.fromkeys(str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    )


@dataclass(frozen=True)
class Deadline:
    """at: a moment of time.monotonic()."""

    at: float

    def left(self, at_most: float | None = None) -> float:
        """Returns the seconds left, above 0. Raises httpcore.ReadTimeout when there are none."""
        seconds = self.at - time.monotonic()
        if seconds <= 0:
            raise httpcore.ReadTimeout
        return seconds if at_most is None else min(seconds, at_most)


class GuardedBackend(httpcore.NetworkBackend):
    """Connects to public addresses only, unless private ones are allowed. backend makes the connection
    itself.
    """

    def __init__(
        self,
        deadline: Deadline,
        *,
        connect_seconds: float,
        allow_private: bool,
        resolve: Resolve,
        backend: httpcore.NetworkBackend,
    ) -> None:
        self.deadline, self.connect_seconds, self.allow_private = deadline, connect_seconds, allow_private
        self.resolve, self.backend = resolve, backend

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002  # the deadline takes its place
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Returns a connection to the first address of the host that takes one.

        All its addresses must be public.
        """
        addresses = self._resolved(host, port)
        for address in addresses:
            if not self.allow_private and (reason := refusal_reason(address)):
                leads = f"is {reason}" if address == host else f"leads to {address}, {reason}"
                raise FetchRefused(
                    f"{host} {leads}, which palate does not fetch from; "
                    "if it is meant, add --allow-private-network"
                )
        failure: httpcore.ConnectError | httpcore.ConnectTimeout = httpcore.ConnectError(
            f"no address for {host}"
        )
        for address in addresses:
            try:
                seconds = self.deadline.left(self.connect_seconds)
                stream = self.backend.connect_tcp(address, port, seconds, local_address, socket_options)
                return GuardedStream(stream, self.deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def _resolved(self, host: str, port: int) -> list[str]:
        """The look-up cannot be given a time limit, so it runs in a thread that nothing waits for beyond the
        deadline.
        """
        answers: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

        def look_up() -> None:
            try:
                answers.put(self.resolve(host, port))
            except (OSError, UnicodeError) as error:
                answers.put(error)

        threading.Thread(target=look_up, daemon=True).start()
        try:
            answer = answers.get(timeout=self.deadline.left(self.connect_seconds))
        except queue.Empty:
            raise httpcore.ConnectTimeout from None
        if isinstance(answer, Exception):
            raise FetchRefused(
                f"{host} is not known as a host; check the spelling and the network"
            ) from answer
        return answer


class GuardedStream(httpcore.NetworkStream):
    """A stream that gives each read and write only the time left until the deadline, so that slow drips end
    too.
    """

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self.stream, self.deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, self.deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, self.deadline.left(timeout))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return GuardedStream(
            self.stream.start_tls(ssl_context, server_hostname, self.deadline.left(timeout)), self.deadline
        )

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)
