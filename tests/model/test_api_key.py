import logging

import pytest

from palate.errors import BadValue, MissingKey
from palate.model.api_key import MAX_QUOTED, ApiKey, find_key, logs_without
from palate.model.remote_address import RemoteAddress

ENVIRONMENT = {
    "OPENROUTER_API_KEY": "sk-router",
    "OPENAI_API_KEY": "sk-open",
    "PALATE_API_KEY": " sk-other\n",
}


def sent(url: str) -> dict[str, str]:
    return find_key(RemoteAddress.parse(f"{url}#m"), ENVIRONMENT).headers


def test_each_server_gets_its_own_key() -> None:
    keys = {
        "https://openrouter.ai/api/v1": "sk-router",
        "https://OpenRouter.ai:443/api/v1": "sk-router",
        "https://api.openai.com/v1": "sk-open",
        "https://openai.com/v1": "sk-other",
        "https://openrouter.ai.example.org/v1": "sk-other",
        "http://127.0.0.1:8080/v1": "sk-other",
    }
    assert {url: sent(url)["Authorization"] for url in keys} == {
        url: f"Bearer {key}" for url, key in keys.items()
    }


@pytest.mark.parametrize(
    ("url", "variable"),
    [
        ("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
        ("https://api.openai.com/v1", "OPENAI_API_KEY"),
        ("https://example.org/v1", "PALATE_API_KEY"),
    ],
)
@pytest.mark.parametrize("value", ["", "  "])
def test_a_missing_key_names_its_variable(url: str, variable: str, value: str) -> None:
    others = {**ENVIRONMENT, variable: value}
    with pytest.raises(MissingKey, match=f"needs a key; set {variable} in the environment. Nothing was sent"):
        find_key(RemoteAddress.parse(f"{url}#m"), others)


def test_this_machine_needs_no_key() -> None:
    assert find_key(RemoteAddress.parse("http://localhost#m"), {}).headers == {}


@pytest.mark.parametrize("key", ["sk-1\r\nX: y", "sk-é", "sk 1", "sk-\x00"])
def test_what_cannot_be_a_key_is_refused_and_not_shown(key: str) -> None:
    with pytest.raises(BadValue, match="copy the key again") as caught:
        find_key(RemoteAddress.parse("https://example.org#m"), {"PALATE_API_KEY": key})
    assert "sk" not in str(caught.value)


def test_a_key_shows_itself_nowhere() -> None:
    key = ApiKey("sk-Se/cret", "PALATE_API_KEY")
    assert repr(key) == str(key) == "ApiKey(PALATE_API_KEY)"
    assert key.quoted("Bearer sk-Se/cret, sk-se/CRET, sk-Se%2Fcret, sk-\x00Se/cret") == (
        "Bearer [key], [key], [key], [key]"
    )


def test_words_are_cut_after_the_key_is_out_of_them() -> None:
    """Else the part of a key before the cut would stay."""
    key = ApiKey("sk-secret", "PALATE_API_KEY")
    shown = key.quoted("x" * (MAX_QUOTED - 3) + "sk-secret")
    assert shown == "x" * (MAX_QUOTED - 3) + "[ke…"


def test_no_key_leaves_words_as_they_are() -> None:
    assert ApiKey("", "PALATE_API_KEY").quoted("a\n b") == "a b"


def test_logs_are_left_as_they_were(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    log = logging.getLogger("httpcore.http11")
    with logs_without(ApiKey("sk-1", "PALATE_API_KEY")):
        log.info("got %s and %d", "sk-1", 3)
    log.info("got %s", "sk-1")
    assert caplog.messages == ["got [key] and 3", "got sk-1"]
