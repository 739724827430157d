import pytest

from palate.errors import BadValue
from palate.model.remote_address import RemoteAddress


@pytest.mark.parametrize(
    ("name", "url", "model", "host"),
    [
        (
            "https://openrouter.ai/api/v1#org/m:free",
            "https://openrouter.ai/api/v1",
            "org/m:free",
            "openrouter.ai",
        ),
        ("HTTPS://API.OpenAI.com/v1/#gpt", "https://api.openai.com/v1", "gpt", "api.openai.com"),
        ("http://127.0.0.1:8080/v1#a#b?c", "http://127.0.0.1:8080/v1", "a#b?c", "127.0.0.1:8080"),
        ("http://localhost#m", "http://localhost", "m", "localhost"),
        ("http://[::1]:80/v1#m", "http://[::1]/v1", "m", "[::1]"),
        ("http://127.9.9.9/v1#m", "http://127.9.9.9/v1", "m", "127.9.9.9"),
    ],
)
def test_an_address_is_a_url_and_a_name(name: str, url: str, model: str, host: str) -> None:
    address = RemoteAddress.parse(name)
    assert (address.url, address.model, address.host) == (url, model, host)
    assert RemoteAddress.parse(address.name) == address
    assert address.is_loopback == (not url.startswith("https"))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("https://example.org/v1", "names no model; expected URL#NAME, such as https://openrouter"),
        ("https://example.org/v1#", "names no model"),
        ("https://example.org/v1#a b", "names no model"),
        ("https://example.org/v1#a\x1b", r"'a\\x1b' names no model"),
        ("https://example.org/v1?x=1#m", r"the address at example\.org holds a query \(\?…\); take it out"),
        ("https://example.org/v1?#m", "holds a query"),
        ("https://me:pw@example.org/v1#m", r"the address https://example\.org/v1 holds a login; take it out"),
        ("https://me@example.org/v1#m", "holds a login"),
        ("https://:pw@example.org/v1#m", "holds a login"),
        ("ftp://example.org#m", "'ftp://example.org#m' is no address of a server"),
        ("https://#m", "is no address"),
        ("#m", "is no address"),
        ("org/model", "is no address"),
        ("https://[::1#m", "is no address"),
        ("https://me:pw@[x/v1#m", "holds a login"),
        ("https://me:p/w:pw@example.org/v1#m", "'https://example.org/v1#m' is no address"),
        ("https://me:pw#pw@example.org/v1#m", "'https://example.org/v1#m' is no address"),
        ("https://example.org:port/v1#m", "is no address"),
    ],
)
def test_another_form_is_refused(name: str, said: str) -> None:
    with pytest.raises(BadValue, match=said) as caught:
        RemoteAddress.parse(name)
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize(
    "host",
    [
        "example.org",
        "10.0.0.1",
        "0.0.0.0",
        "127.0.0.1.example.org",
        "localhost.example.org",
        "2130706433",
        "[::]",
    ],
)
def test_http_is_for_this_machine_alone(host: str) -> None:
    with pytest.raises(BadValue, match="sends prompts and key unencrypted; give https://"):
        RemoteAddress.parse(f"http://{host}/v1#m")
    assert not RemoteAddress.parse(f"https://{host}/v1#m").is_loopback
