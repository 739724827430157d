"""An answer is a whole draft or an error."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_server import CHAT, RemoteTest, chunk, document, stream
from palate.errors import BadAnswer
from palate.model.chat_answer import Answer, ChatAnswer, Fault
from palate.model.draft import UNKNOWN, Prompt, Usage
from palate.model.sampling import Sampling
from web_server import Answer as Send
from web_server import Server, answer

STREAM = "Text/Event-Stream; charset=utf-8"


def events(*chunks: Any) -> bytes:
    return "".join(f"data: {json.dumps(part)}\n\n" for part in chunks).encode()


def read(*pieces: bytes, kind: str = STREAM) -> tuple[Answer, list[str]]:
    said: list[str] = []
    return ChatAnswer(str, said.append).read(kind, pieces), said


def test_a_whole_document_is_taken_though_a_stream_was_asked_for() -> None:
    message = {"role": "assistant", "content": "Good morning"}
    body = {"choices": [{"message": message, "finish_reason": "length"}], "usage": {"prompt_tokens": 3}}
    taken, said = read(json.dumps(body).encode(), kind="application/json")
    assert taken == Answer("Good morning", "limit", Usage(prompt=3))
    assert said == ["Good morning"]


def test_a_stream_ends_with_its_finish_also_without_done() -> None:
    assert read(events(chunk("a"), chunk(finish="stop")))[0] == Answer("a", "end", UNKNOWN)


def test_what_comes_after_done_is_not_read() -> None:
    whole = events(chunk("a", finish="stop"))
    assert read(whole + b"data: [DONE]\n\ndata: {\n\n")[0].text == "a"


def test_a_connection_lost_when_the_draft_is_whole_loses_nothing() -> None:
    def pieces() -> Any:
        yield events(chunk("a", finish="stop"))
        raise httpx.ReadError("lost")

    assert ChatAnswer(str, print).read(STREAM, pieces()).text == "a"


@given(text=st.text(min_size=1).filter(str.strip), size=st.integers(1, 9))
def test_the_pieces_are_the_text_however_the_bytes_are_split(text: str, size: int) -> None:
    raw = "".join(
        f"data: {json.dumps(part, ensure_ascii=False)}\r\n\r\n"
        for part in [*map(chunk, text), chunk(finish="stop")]
    )
    sent = raw.encode("utf-8", "surrogatepass")
    whole, said = read(*(sent[start : start + size] for start in range(0, len(sent), size)))
    assert (whole.text, "".join(said)) == (text, text)


@pytest.mark.parametrize(
    ("usage", "known"),
    [
        ({"prompt_tokens": 3, "completion_tokens": 0, "cost": 0}, Usage(3, 0, 0.0)),
        ({"prompt_tokens": -1, "completion_tokens": 2.5, "cost": -1}, UNKNOWN),
        ({"prompt_tokens": True, "completion_tokens": None, "cost": False}, UNKNOWN),
        ({"cost": float("nan")}, UNKNOWN),
        ({"cost": 10**400}, UNKNOWN),
        ({"cost": "0.5"}, UNKNOWN),
        ("much", UNKNOWN),
        (None, UNKNOWN),
    ],
)
def test_what_is_not_said_or_no_number_stays_unknown(usage: Any, known: Usage) -> None:
    assert read(events(chunk("a", finish="stop", usage=usage)))[0].usage == known


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (events(chunk("Once"), chunk(" upon")), "broke off after 9 characters, before it said"),
        (events(chunk("Once")) + b"data: [DONE]\n\n", "broke off after 4 characters"),
        (b"", "broke off after 0 characters"),
        (events(chunk("a"), {"error": {"code": 502, "message": "gone"}}), "answers an error: gone; try"),
        (events(chunk("a", finish="content_filter")), "ended the draft by 'content_filter', expected stop"),
        (events(chunk("a", finish="error")), "ended the draft by 'error'"),
        (events(chunk(finish="stop")), "gave an empty draft; raise --max-new-tokens"),
        (events(chunk(" \n", finish="stop")), "gave an empty draft"),
        (b"data: {\n\n", "answers what is no JSON; check that the address is that of an"),
        (b"data: " + b"[" * 100_000 + b"\n\n", "answers what is no JSON"),
        (events(chunk("\ud83d", finish="stop")), "writes half a character"),
        (events([]), "answers JSON that is no object"),
        (b"data: \xff\n\n", "streams bytes that are no UTF-8"),
        (events({"choices": "none"}, {"choices": [7]}, {"choices": [{"delta": 3}]}), "broke off after 0"),
    ],
)
def test_a_stream_that_is_no_whole_draft_is_an_error(sent: bytes, said: str) -> None:
    with pytest.raises(Fault) as caught:
        read(sent)
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (answer(b"<p>", Content_Type="text/html; charset=utf-8"), "answers with text/html, expected"),
        (answer(b"hello"), "answers with no kind of content, expected"),
        (answer(b"{", Content_Type="application/json"), "answers what is no JSON; check that the address"),
        (document({"error": "overloaded"}), "answers an error: overloaded; try again later"),
        (document([1]), "answers JSON that is no object"),
        (document({}), "broke off after 0 characters"),
        (stream(chunk("a"), end=""), "broke off after 1 characters"),
    ],
)
def test_an_answer_that_is_no_draft_is_one_sentence(server: Server, sent: Send, said: str) -> None:
    server.answers[CHAT] = sent
    remote = RemoteTest(server)
    with pytest.raises(BadAnswer) as caught:
        remote.model.write([Prompt.plain("Hi")], Sampling())
    assert str(caught.value).startswith(f"{remote.host} {said}")
    assert len(server.posted) == 1
