"""A server of models on this machine, for tests: what it answers, and a model that asks it."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

import numpy as np

from palate.model.api_key import ApiKey
from palate.model.model_server import ModelServer, Timeouts
from palate.model.remote import RemoteModel
from palate.model.remote_address import RemoteAddress
from palate.model.retry import Retries
from web_server import Answer, Server, answer

CHAT, MODELS = "/v1/chat/completions", "/v1/models"
KEY = "sk-Secret/1234567890abcdef"
NOW = datetime(2020, 3, 4, tzinfo=UTC)


def chunk(text: str | None = None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}], **more}


def stream(*chunks: dict[str, Any] | str, end: str = "data: [DONE]\n\n") -> Answer:
    """An answer of events; a chunk that is a text is sent as it stands."""
    events = [part if isinstance(part, str) else f"data: {json.dumps(part)}\n\n" for part in chunks]
    return answer("".join([*events, end]).encode(), Content_Type="text/event-stream")


def document(value: Any, status: int = 200, **headers: str) -> Answer:
    return answer(json.dumps(value).encode(), status, Content_Type="application/json", **headers)


def in_turn(*answers: Answer) -> Answer:
    """Each answer once, in this order."""
    left: Iterator[Answer] = iter(answers)
    return lambda request: next(left)(request)


def begun_then(*chunks: dict[str, Any], end: Callable[[], object]) -> Answer:
    """Sends the beginning of a stream, and waits."""

    def send(request: BaseHTTPRequestHandler) -> None:
        stream(*chunks, end="")(request)
        end()

    return send


def told_no(*_: object) -> None:
    """A callback of a person who says no."""
    raise ZeroDivisionError


GOOD = stream(chunk("Good "), chunk("morning"), chunk(finish="stop"))


class RemoteTest:
    """A model behind a server on this machine. pauses: the seconds that it would have slept. announced: what
    was told of what leaves. posted: the bodies that came.
    """

    def __init__(
        self, server: Server, *, key: str = KEY, budget: float | None = None, timeouts: Timeouts | None = None
    ) -> None:
        self.pauses: list[float] = []
        self.announced: list[tuple[str, int]] = []
        self.web = server
        retries = Retries(self.pauses.append, lambda: NOW, np.random.default_rng(3))
        address = RemoteAddress.parse(f"{server.url}/v1#org/small")
        self.host = address.host
        self.model = RemoteModel(
            ModelServer(address, ApiKey(key, "PALATE_API_KEY"), timeouts=timeouts, retries=retries),
            on_send=lambda host, characters: self.announced.append((host, characters)),
            budget=budget,
        )

    @property
    def posted(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.web.posted]
