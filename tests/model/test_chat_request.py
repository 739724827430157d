from typing import Any

import pytest

from palate.errors import BadValue
from palate.model.chat_request import chat_body
from palate.model.draft import Prompt, Turn
from palate.model.sampling import Sampling

HI = Prompt.plain("Hi")


def test_settings_that_do_nothing_are_not_sent() -> None:
    assert chat_body("org/m", HI, Sampling(), 0) == {
        "model": "org/m",
        "messages": [{"role": "user", "content": "Hi"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.8,
        "top_p": 1.0,
        "max_tokens": 128,
        "seed": 0,
    }


def test_settings_are_sent_under_the_names_that_servers_know() -> None:
    further: dict[str, Any] = {"top_k": 5, "min_p": 0.1, "repetition_penalty": 1.2}
    sampling = Sampling(temperature=0, top_p=0.9, new_tokens=7, stop=("\n", "END"), seed=40, **further)
    body = chat_body("m", HI, sampling, 2)
    expected = {"temperature": 0, "top_p": 0.9, "max_tokens": 7, "stop": ["\n", "END"], "seed": 42, **further}
    assert body | expected == body


def test_a_chat_keeps_its_turns() -> None:
    prompt = Prompt.chat(
        "And now?", system="Be short.", before=[Turn("user", "Hi"), Turn("assistant", "Hello")]
    )
    assert [
        (turn["role"], turn["content"]) for turn in chat_body("m", prompt, Sampling(), 0)["messages"]
    ] == [
        ("system", "Be short."),
        ("user", "Hi"),
        ("assistant", "Hello"),
        ("user", "And now?"),
    ]


@pytest.mark.parametrize(
    ("prompt", "sampling", "said"),
    [
        (
            HI,
            Sampling(length=50),
            "a length of 50 tokens with the prompt cannot be kept, .* --max-new-tokens",
        ),
        (HI, Sampling(stop_tokens=("</s>",)), "takes no stop tokens; give their texts as stop strings"),
        (Prompt.plain("caf\udce9"), Sampling(), "bytes that are no UTF-8; save it as UTF-8"),
    ],
)
def test_what_a_server_cannot_keep_is_refused(prompt: Prompt, sampling: Sampling, said: str) -> None:
    with pytest.raises(BadValue, match=said):
        chat_body("m", prompt, sampling, 0)
