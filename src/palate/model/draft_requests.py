"""DraftRequests: several drafts asked of one server at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, wait
from threading import Event, Lock, Thread
from typing import Any

import httpx

from palate.model.chat_answer import Answer, ChatAnswer, Fault
from palate.model.model_server import ModelServer
from palate.model.promise import OnText

MAX_THREADS = 4


class DraftRequests:
    """Requests to one server, up to MAX_THREADS at once; the first that fails ends all.

    on_text: called by one thread at a time, with the index of a request and a piece of its text.
    """

    def __init__(self, server: ModelServer, client: httpx.Client, on_text: OnText) -> None:
        self._server, self._client, self._on_text = server, client, on_text
        self._stopped, self._lock = Event(), Lock()

    def send(self, bodies: Sequence[dict[str, Any]]) -> list[Answer]:
        """Returns the answers in the order of the bodies. Raises BadAnswer."""
        if len(bodies) == 1:  # in this thread, which Ctrl-C ends at once
            return [self._send_one(0, bodies[0])]
        futures = [Future[Answer]() for _ in bodies]
        indices = iter(range(len(bodies)))

        def work() -> None:
            while not self._stopped.is_set():
                with self._lock:
                    index = next(indices, None)
                if index is None:
                    return
                try:
                    futures[index].set_result(self._send_one(index, bodies[index]))
                except BaseException as error:  # of this thread: raised by the one that waits
                    if not self._stopped.is_set():  # else it was left, which is no reason
                        self._stopped.set()
                        futures[index].set_exception(error)

        for _ in range(min(MAX_THREADS, len(bodies))):
            # of a pool, threads that wait for a server would be waited for
            Thread(target=work, daemon=True).start()
        try:
            for future in wait(futures, return_when=FIRST_EXCEPTION).done:
                future.result()
        finally:
            self._stopped.set()
        return [future.result() for future in futures]

    def _send_one(self, index: int, body: dict[str, Any]) -> Answer:
        has_text = Event()

        def take(piece: str) -> None:
            if self._stopped.is_set():
                raise Fault("is no longer listened to, as another draft failed")
            has_text.set()
            with self._lock:
                self._on_text(index, piece)

        def read(content_type: str, pieces: Iterator[bytes]) -> Answer:
            return ChatAnswer(self._server.key.quoted, take).read(content_type, pieces)

        def may_retry() -> bool:
            return not has_text.is_set() and not self._stopped.is_set()

        return self._server.ask(self._client, "chat/completions", body, read, may_retry)
