import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.address import address_key, shown_address

SECRET = "hunter2"
SECRET_PARAMETERS = (
    "token access_token refreshToken private_token X-Amz-Signature X-Amz-Security-Token X-Goog-Signature"
    " key api_key apikey apiKey API_KEY api-key auth authkey password passwd pwd secret client_secret sig"
    " signature session sid jwt oauth_token AWSAccessKeyId Key-Pair-Id api%5Fkey feed_key"
).split()
PLAIN_PARAMETERS = (
    "page q author authors keyword sort_key tokenizer monkey design signal sessions_of sidebar code".split()
)
PART = st.text(st.sampled_from("abcxyz019-._~%2F"), min_size=1, max_size=8)


@pytest.mark.parametrize("name", SECRET_PARAMETERS)
@pytest.mark.parametrize("mark", ["?", "#"])
def test_a_parameter_with_a_secret_is_left_out_and_the_others_stay(name: str, mark: str) -> None:
    for url, shown in (
        (f"https://a.org/f{mark}{name}={SECRET}", "https://a.org/f"),
        (f"https://a.org/f{mark}x=1&{name}={SECRET}", f"https://a.org/f{mark}x=1"),
        (f"https://a.org/f{mark}{name}={SECRET}&x=1", f"https://a.org/f{mark}x=1"),
        (f"https://a.org/f{mark}x=1&{name}={SECRET}&y=a%20b", f"https://a.org/f{mark}x=1&y=a%20b"),
    ):
        assert shown_address(url) == shown


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://me:hunter2@a.org/f", "https://a.org/f"),
        ("https://hunter2@a.org:8080/f", "https://a.org:8080/f"),
        ("https://me:hun@ter2@a.org/f?x=1", "https://a.org/f?x=1"),
        ("https://me:hun/ter2@a.org/f", "https://a.org/f"),
        ("https://me:hunter2@a.org:99999/", "https://a.org:99999/"),
        ("ftp://me:hunter2@a.org", "ftp://a.org"),
        ("//me:hunter2@a.org/f", "//a.org/f"),
        ("https://a.org/f;jsessionid=hunter2?x=1", "https://a.org/f?x=1"),
        ("https://a.org/f?x=1;token=hunter2;y=2", "https://a.org/f?x=1;y=2"),
        ("https://a.org/f?token=hun?ter2&x=1#part", "https://a.org/f?x=1#part"),
    ],
)
def test_a_login_and_odd_places_of_a_secret_are_left_out(url: str, shown: str) -> None:
    assert shown_address(url) == shown


@pytest.mark.parametrize(
    "url",
    [
        "https://medium.com/@ann/feed",
        "https://a.org:80/@ann",
        "https://a.org/?to=ann@b.org",
        "https://a.org/?",
        "https://a.org/story?sid=24/01/05/12345",
        "https://a.org/talks?session=12",
        "https://a.org/#top",
        "not an address = at all @ home",
        *(f"https://a.org/?{name}=x1" for name in PLAIN_PARAMETERS),
    ],
)
def test_an_address_without_a_secret_stays_byte_for_byte(url: str) -> None:
    assert shown_address(url) == url


@given(PART, PART, st.lists(st.tuples(st.sampled_from([*SECRET_PARAMETERS, *PLAIN_PARAMETERS]), PART)))
def test_what_is_shown_shows_no_more_when_shown_again(
    host: str, path: str, pairs: list[tuple[str, str]]
) -> None:
    query = "&".join(f"{name}={value}" for name, value in pairs)
    url = f"https://me:{SECRET}@{host}/{path}?{query}&token={SECRET}"
    shown = shown_address(url)
    assert SECRET not in shown
    assert shown_address(shown) == shown
    assert shown.startswith(f"https://{host}/{path}")


@given(st.text(), st.text())
def test_keys_differ_as_addresses_do_and_do_not_tell_them(one: str, other: str) -> None:
    assert re.fullmatch("[0-9a-f]{64}", address_key(one))
    assert (address_key(one) == address_key(other)) == (one.strip() == other.strip())
