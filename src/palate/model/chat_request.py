"""A prompt and its sampling as an OpenAI-compatible server is asked for them."""

from __future__ import annotations

from typing import Any

from palate.errors import BadValue
from palate.model.draft import Prompt
from palate.model.sampling import Sampling

NEUTRAL = Sampling()
# settings that not every server knows: sent only where they do something
FURTHER = ("top_k", "min_p", "repetition_penalty")


def chat_body(model: str, prompt: Prompt, sampling: Sampling, index: int) -> dict[str, Any]:
    """Returns the body of a request for one draft, streamed.

    A prompt without turns becomes one message of a user. index: of the prompt; it is added to the seed.
    Raises BadValue for a length, for stop tokens, and for a prompt that is no text.

    >>> chat_body("m", Prompt.plain("Hi"), Sampling(seed=3, top_k=5), 1)["messages"]
    [{'role': 'user', 'content': 'Hi'}]
    """
    if sampling.length is not None:
        raise BadValue(
            f"a length of {sampling.length} tokens with the prompt cannot be kept, as only the server counts "
            "the prompt's; give --max-new-tokens"
        )
    if sampling.stop_tokens:
        raise BadValue("a remote model takes no stop tokens; give their texts as stop strings")
    turns = [turn._asdict() for turn in prompt.turns] or [{"role": "user", "content": prompt.text}]
    try:
        for turn in turns:
            turn["content"].encode()
    except UnicodeEncodeError:
        raise BadValue("the prompt holds bytes that are no UTF-8; save it as UTF-8") from None
    body: dict[str, Any] = {
        "model": model,
        "messages": turns,
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "max_tokens": sampling.new_tokens,
        "seed": sampling.seed + index,
    }
    if sampling.stop:
        body["stop"] = list(sampling.stop)
    changed = {name: getattr(sampling, name) for name in FURTHER}
    return body | {name: value for name, value in changed.items() if value != getattr(NEUTRAL, name)}
