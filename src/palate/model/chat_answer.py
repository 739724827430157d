"""What a server answers to a request for a draft: a stream of events, or one JSON document."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import httpx

from palate.model.draft import UNKNOWN, Finish, Usage
from palate.model.sse import EventReader

FINISHES: dict[str, Finish] = {"stop": "end", "length": "limit"}
SURROGATE = re.compile(r"[\ud800-\udfff]")
LAST = "[DONE]"
MAX_COST = 1e6  # US dollars; no draft costs more, so a larger number is something else
NO_API = "check that the address is that of an OpenAI-compatible API; most end in /v1"


class Fault(Exception):
    """What is wrong with an answer, in words that go on from the host's name."""


class Answer(NamedTuple):
    """A whole draft, and what it took."""

    text: str
    finish: Finish
    usage: Usage


class ChatAnswer:
    """One draft as it comes.

    quote: makes a server's words fit to be shown. on_piece: called with each piece of text.
    """

    def __init__(self, quote: Callable[[str], str], on_piece: Callable[[str], None]) -> None:
        self._quote, self._on_piece = quote, on_piece
        self._pieces: list[str] = []
        self._finish: str | None = None
        self._usage = UNKNOWN

    def read(self, content_type: str, pieces: Iterable[bytes]) -> Answer:
        """Reads an answer to its end. Raises Fault, and what pieces raises before the draft is whole."""
        if media_type(content_type) == "text/event-stream":
            self._read_events(pieces)
        else:
            self._take(read_json(content_type, pieces))
        text = "".join(self._pieces)
        return Answer(text, self._finish_of(text), self._usage)

    def _read_events(self, pieces: Iterable[bytes]) -> None:
        reader = EventReader()
        try:
            for piece in pieces:
                for data in reader.feed(piece):
                    if data == LAST:
                        return
                    self._take(_decoded(data))
        except UnicodeDecodeError:
            raise Fault("streams bytes that are no UTF-8; try again, or take another server") from None
        except httpx.RequestError:
            if self._finish is None:  # else the draft is whole, and only what it took may be missing
                raise

    def _finish_of(self, text: str) -> Finish:
        if self._finish is None:
            raise Fault(
                f"broke off after {len(text)} characters, before it said that the draft is whole; try again"
            )
        if self._finish not in FINISHES:
            raise Fault(
                f"ended the draft by {self._quote(self._finish)!r}, expected stop or length; "
                "change the prompt or take another model"
            )
        if not text.strip():
            raise Fault(
                "gave an empty draft; raise --max-new-tokens, change the prompt or take another model"
            )
        return FINISHES[self._finish]

    def _take(self, chunk: Any) -> None:
        """Takes one event of a stream, or all of an answer that is none."""
        if not isinstance(chunk, dict):
            raise Fault(f"answers JSON that is no object; {NO_API}")
        if chunk.get("error"):
            raise Fault(f"answers an error: {self._quote(error_words(chunk))}; try again later")
        match chunk:
            case {"choices": [{"delta": {"content": str(text)}}, *_]} if text:
                self._add(text)
            case {"choices": [{"message": {"content": str(text)}}, *_]} if text:
                self._add(text)
        match chunk:
            case {"choices": [{"finish_reason": str(finish)}, *_]}:
                self._finish = finish
        if isinstance(usage := chunk.get("usage"), dict):
            self._usage = read_usage(usage)

    def _add(self, text: str) -> None:
        if SURROGATE.search(text):
            raise Fault("writes half a character, which cannot be kept; try again, or take another server")
        self._pieces.append(text)
        self._on_piece(text)


def media_type(content_type: str) -> str:
    """
    >>> media_type("Text/HTML; charset=utf-8")
    'text/html'
    """
    return content_type.partition(";")[0].strip().lower()


def read_json(content_type: str, pieces: Iterable[bytes]) -> Any:
    """Returns the JSON of an answer. Raises Fault where it is none."""
    if media_type(content_type) != "application/json":
        kind = "".join(filter(str.isprintable, media_type(content_type)))[:40] or "no kind of content"
        raise Fault(f"answers with {kind}, expected application/json or text/event-stream; {NO_API}")
    return _decoded(b"".join(pieces))


def read_usage(usage: dict[str, Any]) -> Usage:
    """Returns what a server says that a request took; None for what it does not say.

    >>> read_usage({"prompt_tokens": 7, "completion_tokens": "?", "cost": 0.25})
    Usage(prompt=7, new=None, cost=0.25)
    """
    prompt, new = (_count(usage.get(name)) for name in ("prompt_tokens", "completion_tokens"))
    match usage.get("cost"):
        case bool():
            return Usage(prompt, new)
        case int() | float() as cost if 0 <= cost <= MAX_COST:
            return Usage(prompt, new, float(cost))
    return Usage(prompt, new)


def error_words(body: Any) -> str:
    """Returns what an error of a server says, in the forms that servers give it.

    >>> error_words({"error": {"code": 404, "message": "no such model"}}), error_words({"detail": "Gone"})
    ('no such model', 'Gone')
    """
    match body:
        case {"error": {"message": str(words)}} | {"error": str(words)}:
            return words
        case {"message": str(words)} | {"detail": str(words)}:
            return words
    return body if isinstance(body, str) else json.dumps(body)


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _decoded(data: str | bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise Fault(f"answers what is no JSON; {NO_API}") from None
