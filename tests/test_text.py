import unicodedata
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.text import TRACKING_PREFIXES, Text, canonical_url, content_hash

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
LABELS = st.from_regex(r"[a-zA-Z0-9]([a-zA-Z0-9-]{0,8}[a-zA-Z0-9])?", fullmatch=True)
HOSTS = st.lists(LABELS, min_size=1, max_size=3).map(".".join) | st.ip_addresses(v=4).map(str)
PIECES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8).map(quote)
PATHS = st.lists(PIECES, max_size=4).map(lambda pieces: "".join(f"/{piece}" for piece in pieces))
PAIRS = st.lists(
    st.tuples(PIECES.filter(lambda key: not key.lower().startswith(TRACKING_PREFIXES)), PIECES), max_size=3
)


@st.composite
def addresses(draw: st.DrawFn) -> str:
    port = draw(st.sampled_from(["", ":80", ":443", ":8080", ":1"]))
    query = "&".join(f"{key}={value}" for key, value in draw(PAIRS))
    fragment = draw(PIECES)
    scheme = draw(st.sampled_from(["http", "HTTPS", "ftp"]))
    address = f"{scheme}://{draw(HOSTS)}{port}{draw(PATHS)}"
    return address + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")


@given(
    title=WORDS, body=WORDS, spaces=st.lists(st.sampled_from(" \n\t\r\u00a0\u2003"), min_size=1, max_size=3)
)
def test_a_rewrapped_copy_has_the_same_hash(title: str, body: str, spaces: list[str]) -> None:
    gap = "".join(spaces)
    rewrapped = gap + gap.join(body.split()) + gap
    assert content_hash(title, body) == content_hash(title + gap, rewrapped)


@given(title=WORDS, body=WORDS)
def test_composed_and_decomposed_letters_have_the_same_hash(title: str, body: str) -> None:
    assert content_hash(title, body) == content_hash(
        unicodedata.normalize("NFD", title), unicodedata.normalize("NFD", body)
    )


@pytest.mark.parametrize(
    "different", [("a", "b c"), ("a b", "c"), ("", "a b c"), ("a b c", ""), ("a", "bc"), ("A", "b c d")]
)
def test_other_words_or_another_title_have_another_hash(different: tuple[str, str]) -> None:
    assert content_hash(*different) != content_hash("a", "b c d")


def test_lone_surrogates_which_no_file_can_hold_are_replaced() -> None:
    text = Text.of("a\ud800b", title="\udfff", id="\ud83d", url="https://a.org/\ud800")
    assert (text.id, text.title, text.body, text.url) == ("?", "?", "a?b", "https://a.org/?")
    assert text.content_hash == Text.of("a?b", title="?").content_hash == content_hash("\udfff", "a\ud800b")


@given(id=WORDS, title=WORDS, body=WORDS)
def test_an_id_is_the_given_one_or_else_made_of_the_content(id: str, title: str, body: str) -> None:
    text = Text.of(body, title=title, id=id)
    assert text.id == (id or content_hash(title, body)[:16])
    assert text.content_hash == content_hash(title, body)


def test_a_text_with_an_address_has_it_as_its_id() -> None:
    text = Text.of("b", title="a", url="HTTPS://Example.org/page/?utm_source=mail#top")
    assert (text.id, text.url) == (
        "https://example.org/page",
        "HTTPS://Example.org/page/?utm_source=mail#top",
    )


@pytest.mark.parametrize(
    ("title", "body", "content"), [("a", "b", "a\nb"), ("a", "", "a"), ("", "b", "b"), ("", "", "")]
)
def test_content_is_title_and_body(title: str, body: str, content: str) -> None:
    assert Text.of(body, title=title).content == content


@given(url=addresses())
def test_a_canonical_address_stays_as_it_is(url: str) -> None:
    assert canonical_url(canonical_url(url)) == canonical_url(url)


@given(host=HOSTS, path=PATHS, pairs=PAIRS, junk=st.sampled_from(TRACKING_PREFIXES), fragment=PIECES)
def test_what_does_not_change_the_page_does_not_change_the_address(
    host: str, path: str, pairs: list[tuple[str, str]], junk: str, fragment: str
) -> None:
    plain = f"https://{host}{path}?{'&'.join(f'{key}={value}' for key, value in pairs)}"
    decorated = f" HTTPS://{host.upper()}:443{path}/?{junk}x=1&{plain.partition('?')[2]}&{junk.upper()}y=2#{fragment}\n"
    assert canonical_url(decorated) == canonical_url(plain)


@pytest.mark.parametrize(
    "different",
    [
        "http://a.org/b?c=1",
        "https://a.org:8443/b?c=1",
        "https://a.org/B?c=1",
        "https://a.org/b?c=2",
        "https://a.org/b?C=1",
        "https://a.org/b",
        "https://b.org/b?c=1",
        "https://a.org/b?c=1&d=",
    ],
)
def test_what_changes_the_page_changes_the_address(different: str) -> None:
    assert canonical_url(different) != canonical_url("https://a.org/b?c=1")


@pytest.mark.parametrize("url", ["http://[::1]/a", "https://[2001:DB8::1]:8080/a?b=c"])
def test_an_ipv6_host_keeps_its_brackets(url: str) -> None:
    assert canonical_url(url) == url.lower()
    assert canonical_url(canonical_url(url)) == canonical_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://[a/",
        "http://a:99999/",
        "http://a:x/",
        "http://a℀b/",
        "http://a/?\ud800=1",
        "//",
        ":",
        "a b",
        "http:///x",
    ],
)
def test_what_is_no_address_is_taken_as_it_is(url: str) -> None:
    text = Text.of("body", url=url)
    assert text.id
    assert canonical_url(canonical_url(url)) == canonical_url(url)


@given(url=st.text(max_size=40) | st.text("htp:/[]?#@&=%.a1 ", max_size=20))
def test_any_characters_have_a_canonical_address(url: str) -> None:
    canonical_url(url)
