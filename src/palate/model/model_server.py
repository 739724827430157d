"""ModelServer: one OpenAI-compatible server, asked safely and again where that may help."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

import httpx

from palate.address import shown_address
from palate.errors import BadAnswer
from palate.model.api_key import ApiKey
from palate.model.chat_answer import Fault, error_words
from palate.model.remote_address import RemoteAddress
from palate.model.retry import MAX_PAUSE_S, TRIES, Retries
from palate.version import __version__

MAX_ANSWER_BYTES = 20 << 20
MAX_ERROR_BYTES = 1 << 16
MAY_PASS = (429, 500, 502, 503, 504)
MENDS = {
    400: "check the model's name and the settings",
    402: "the account has no money left",
    404: "check the model's name, and that the address ends as the server's API does, mostly in /v1",
    429: "it was asked too often; try again later",
}
T = TypeVar("T")
Read = Callable[[str, Iterator[bytes]], T]


@dataclass(frozen=True)
class Timeouts:
    """How long a server may take, in seconds: until it is reached, until its first byte, between two pieces
    of its answer, and for all of it. clock: seconds that pass; tests give their own.
    """

    connect_s: float = 10.0
    first_s: float = 300.0  # a small machine reads a long prompt for minutes
    between_s: float = 60.0
    whole_s: float = 3600.0
    clock: Callable[[], float] = time.monotonic


class PassingFault(Fault):
    """A fault that may be gone when the server is asked again. asked_s: the pause it asks for, in seconds."""

    def __init__(self, words: str, asked_s: float | None = None) -> None:
        super().__init__(words)
        self.asked_s = asked_s


class ModelServer:
    """An OpenAI-compatible server. Follows no redirects, and shows the key nowhere.

    Use `ask` with a client of `connect`, from any number of threads.
    """

    def __init__(
        self,
        address: RemoteAddress,
        key: ApiKey,
        *,
        timeouts: Timeouts | None = None,
        retries: Retries | None = None,
    ) -> None:
        self.address, self.key = address, key
        self.timeouts, self.retries = timeouts or Timeouts(), retries or Retries()

    def connect(self) -> httpx.Client:
        """Returns a client; close it. Proxies of the environment are used, save for this machine."""
        return httpx.Client(
            headers={
                "User-Agent": f"palate/{__version__}",
                "Accept": "text/event-stream, application/json",
                "Accept-Encoding": "identity",
                **self.key.headers,
            },
            timeout=httpx.Timeout(self.timeouts.first_s, connect=self.timeouts.connect_s),
            trust_env=not self.address.is_loopback,
            follow_redirects=False,
        )

    def ask(
        self,
        client: httpx.Client,
        path: str,
        body: dict[str, Any] | None,
        read: Read[T],
        may_retry: Callable[[], bool] = lambda: True,
    ) -> T:
        """Asks for a path, up to TRIES times, and returns what read makes of the answer.

        body: sent by POST; None asks by GET. read: gets the content type and the pieces of an answer with
        status 200, and raises Fault. may_retry: asked before each further try. Raises BadAnswer.
        """
        n_failed = 0
        while True:
            try:
                return self._ask_once(client, path, body, read)
            except PassingFault as fault:
                n_failed += 1
                if n_failed == TRIES or not may_retry():
                    raise BadAnswer(f"{self.address.host} {fault}") from None
                self.retries.pause(n_failed, self.address.host, fault.asked_s)
            except Fault as fault:
                raise BadAnswer(f"{self.address.host} {fault}") from None

    def _ask_once(self, client: httpx.Client, path: str, body: dict[str, Any] | None, read: Read[T]) -> T:
        waited_s = self.timeouts.first_s
        try:
            with client.stream(
                "GET" if body is None else "POST", f"{self.address.url}/{path}", json=body
            ) as got:
                # httpcore looks here again before it reads the body
                waited_s = got.request.extensions["timeout"]["read"] = self.timeouts.between_s
                if got.status_code != 200:
                    raise self._refusal(got)
                return read(got.headers.get("content-type", ""), self._pieces(got))
        except httpx.ConnectTimeout:
            raise PassingFault(
                f"cannot be reached within {self.timeouts.connect_s:g} seconds; "
                "check the address and the network"
            ) from None
        except httpx.TimeoutException:
            raise Fault(
                f"sent nothing for {waited_s:g} seconds; try again later, or a smaller model"
            ) from None
        except httpx.ConnectError as error:
            raise PassingFault(
                f"cannot be reached: {self.key.quoted(str(error))}; "
                "check that it runs, the address and the network"
            ) from None
        except httpx.RequestError as error:
            raise PassingFault(
                f"broke off its answer: {self.key.quoted(str(error))}; try again later"
            ) from None

    def _pieces(self, response: httpx.Response) -> Iterator[bytes]:
        end_s = self.timeouts.clock() + self.timeouts.whole_s
        n_bytes = 0
        for piece in response.iter_bytes():
            n_bytes += len(piece)
            if n_bytes > MAX_ANSWER_BYTES:
                raise Fault(f"answers with more than {MAX_ANSWER_BYTES >> 20} MiB; lower --max-new-tokens")
            if self.timeouts.clock() > end_s:
                raise Fault(
                    f"has not ended its answer in {self.timeouts.whole_s:g} seconds; try a smaller model"
                )
            yield piece

    def _refusal(self, response: httpx.Response) -> Fault:
        """Returns what a status other than 200 means."""
        status = response.status_code
        if response.is_redirect and (target := response.headers.get("location")):
            return Fault(
                f"sends on to {self.key.quoted(shown_address(target))} ({status}), where palate does not "
                "follow with a prompt; give that address if you trust it"
            )
        phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""
        mend = MENDS.get(status, "try again later" if status >= 500 else "expected 200")
        if status in (401, 403):
            mend = f"check the key in {self.key.variable}"
        words = self.key.quoted(_words(self._error_body(response)))
        told = f"answers {status} {phrase}".rstrip() + (f": {words}" if words else "")
        if status not in MAY_PASS:
            return Fault(f"{told}; {mend}")
        asked_s = self.retries.asked_s(response.headers.get("retry-after", ""))
        if asked_s and asked_s > MAX_PAUSE_S:
            mend = f"it asks for a pause of {asked_s:.0f} seconds, and palate waits {MAX_PAUSE_S:.0f} at most"
        return PassingFault(f"{told}; {mend}", asked_s)

    def _error_body(self, response: httpx.Response) -> bytes:
        body = b""
        for piece in self._pieces(response):
            body += piece
            if len(body) > MAX_ERROR_BYTES:
                break
        return body


def _words(body: bytes) -> str:
    """Returns what the body of an error says; nothing of a page."""
    text = body.decode("utf-8", "replace")
    try:
        return error_words(json.loads(text))
    except (ValueError, RecursionError):
        return "" if text.lstrip().startswith("<") else text
