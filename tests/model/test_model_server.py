"""A server is asked safely, again where that may help, and what goes wrong is one sentence."""

import itertools
import threading

import pytest

from model_server import CHAT, GOOD, KEY, RemoteTest, begun_then, chunk, document, in_turn, stream
from palate.errors import BadAnswer
from palate.model import model_server
from palate.model.draft import Prompt
from palate.model.model_server import Timeouts
from palate.model.sampling import Sampling
from web_server import Answer, Server, answer


def written(remote: RemoteTest) -> str:
    [draft] = remote.model.write([Prompt.plain("Hi there")], Sampling())
    return draft.text


def refusal(remote: RemoteTest) -> str:
    with pytest.raises(BadAnswer) as caught:
        written(remote)
    message = str(caught.value)
    assert message.startswith(f"{remote.host} ")
    assert KEY not in message
    assert message.isprintable()
    return message.removeprefix(f"{remote.host} ")


CUT_BEFORE_TEXT = answer(b": wait\n\n", Content_Type="text/event-stream", Content_Length="99")
CUT_IN_TEXT = answer(
    b'data: {"choices": [{"delta": {"content": "Once"}}]}\n\n',
    Content_Type="text/event-stream",
    Content_Length="999",
)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_fault_that_may_pass_is_tried_again_after_longer_pauses(server: Server, status: int) -> None:
    busy = document({"error": {"message": "busy"}}, status)
    server.answers[CHAT] = in_turn(busy, busy, busy, GOOD)
    remote = RemoteTest(server)
    assert written(remote) == "Good morning"
    assert [0.5 * 2**n <= pause <= 2**n for n, pause in enumerate(remote.pauses)] == [True] * 3
    assert len({pause / 2**n for n, pause in enumerate(remote.pauses)}) == 3


def test_four_tries_are_all(server: Server) -> None:
    server.answers[CHAT] = document({"error": "busy"}, 503)
    remote = RemoteTest(server)
    assert refusal(remote) == "answers 503 Service Unavailable: busy; try again later"
    assert len(server.posted) == 4


@pytest.mark.parametrize(
    ("asked", "pause"), [("7", 7), ("Wed, 04 Mar 2020 00:00:09 GMT", 9), ("3600", 60), ("999999999999", 60)]
)
def test_a_pause_that_the_server_asks_for_is_kept_up_to_a_minute(
    server: Server, asked: str, pause: float, caplog: pytest.LogCaptureFixture
) -> None:
    server.answers[CHAT] = in_turn(document({}, 429, Retry_After=asked), GOOD)
    remote = RemoteTest(server)
    assert written(remote) == "Good morning"
    assert remote.pauses == [pause]
    assert ("of which palate waits 60" in caplog.text) == (pause == 60)


def test_a_refusal_says_which_pause_was_asked_for(server: Server) -> None:
    server.answers[CHAT] = document({"error": "slow down"}, 429, Retry_After="3600")
    assert refusal(RemoteTest(server)) == (
        "answers 429 Too Many Requests: slow down; it asks for a pause of 3600 seconds, "
        "and palate waits 60 at most"
    )


@pytest.mark.parametrize("asked", ["0", "soon", "-1", "Tue, 03 Mar 2020 00:00:00 GMT"])
def test_a_pause_that_is_none_is_as_long_as_without(server: Server, asked: str) -> None:
    server.answers[CHAT] = in_turn(document({}, 503, Retry_After=asked), GOOD)
    remote = RemoteTest(server)
    assert written(remote) == "Good morning"
    assert 0.5 <= remote.pauses[0] <= 1


def test_a_connection_lost_before_any_text_is_tried_again(server: Server) -> None:
    server.answers[CHAT] = in_turn(lambda request: None, CUT_BEFORE_TEXT, GOOD)
    remote = RemoteTest(server)
    assert written(remote) == "Good morning"
    assert len(remote.pauses) == 2


def test_a_connection_lost_after_text_is_an_error(server: Server) -> None:
    server.answers[CHAT] = CUT_IN_TEXT
    remote = RemoteTest(server)
    assert refusal(remote).startswith("broke off its answer: peer closed connection")
    assert remote.pauses == []


def test_a_server_that_is_not_there_is_tried_four_times(server: Server) -> None:
    remote = RemoteTest(server)
    server.http.socket.close()
    assert refusal(remote).startswith("cannot be reached: ")
    assert len(remote.pauses) == 3


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(server: Server, status: int) -> None:
    server.answers[CHAT] = answer(status=status, Location="https://me:pw@elsewhere.org/v1?token=x1")
    assert refusal(RemoteTest(server)) == (
        f"sends on to https://elsewhere.org/v1 ({status}), where palate does not follow with a prompt; "
        "give that address if you trust it"
    )
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (document({"error": {"message": "No\n model \x1b[31m"}}, 404), "404 Not Found: No model [31m; check"),
        (document({"detail": "bad"}, 400), "400 Bad Request: bad; check the model's name and the settings"),
        (answer(b"<html>Nothing here</html>", 404), "404 Not Found; check the model's name"),
        (answer(b"plain words", 418), "418 I'm a Teapot: plain words; expected 200"),
        (answer(b"", 799), "799; try again later"),
        (answer(b"\xff{", 403), "403 Forbidden: \ufffd{; check the key in PALATE_API_KEY"),
        (document({"message": "pay"}, 402), "402 Payment Required: pay; the account has no money left"),
        (document({"error": {"code": 7}}, 400), '400 Bad Request: {"error": {"code": 7}}; check'),
        (
            document({"error": f"{KEY.upper()} {KEY.replace('/', '%2F')}"}, 401),
            "401 Unauthorized: [key] [key];",
        ),
        (document({"error": "x" * 195 + KEY}, 400), f"400 Bad Request: {'x' * 195}[key]; check"),
        (document({"error": "x" * 999}, 400), f"400 Bad Request: {'x' * 200}…; check"),
        (answer(b"[" * 70000, 400), f"400 Bad Request: {'[' * 200}…; check"),
    ],
)
def test_a_refusal_is_one_sentence_with_the_servers_words(server: Server, sent: Answer, said: str) -> None:
    server.answers[CHAT] = sent
    remote = RemoteTest(server)
    assert refusal(remote).startswith(f"answers {said}")
    assert len(server.posted) == 1


def test_a_silent_server_ends_in_one_sentence(server: Server) -> None:
    done = threading.Event()
    silent = begun_then(chunk("Once"), end=lambda: done.wait(60))
    server.answers[CHAT] = in_turn(lambda request: (done.wait(60), None)[1], silent)
    try:
        first = refusal(RemoteTest(server, timeouts=Timeouts(first_s=0.05)))
        between = refusal(RemoteTest(server, timeouts=Timeouts(between_s=0.06)))
    finally:
        done.set()
    assert first == "sent nothing for 0.05 seconds; try again later, or a smaller model"
    assert between == "sent nothing for 0.06 seconds; try again later, or a smaller model"
    assert len(server.posted) == 2


def test_a_server_that_only_says_that_it_waits_ends_too(server: Server) -> None:
    """Comments keep a stream open for as long as a server likes."""
    clock = itertools.count(0.0, 1801.0)
    server.answers[CHAT] = stream(": wait\n\n" * 100_000)
    remote = RemoteTest(server, timeouts=Timeouts(clock=lambda: next(clock)))
    assert refusal(remote) == "has not ended its answer in 3600 seconds; try a smaller model"


def test_an_answer_without_end_is_not_kept(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_server, "MAX_ANSWER_BYTES", 1 << 20)
    server.answers[CHAT] = stream(": wait\n\n" * 200_000)
    assert refusal(RemoteTest(server)) == "answers with more than 1 MiB; lower --max-new-tokens"


def test_proxies_are_not_used_for_this_machine(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    server.answers[CHAT] = GOOD
    assert written(RemoteTest(server)) == "Good morning"


def test_no_key_sends_no_authorization(server: Server) -> None:
    server.answers[CHAT] = GOOD
    assert written(RemoteTest(server, key="")) == "Good morning"
    assert "authorization" not in server.asked[0][1]
