import gzip
import re
import threading
import zlib
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate import __version__
from palate.address import address_key
from palate.errors import BadSource, FetchRefused
from palate.fetch_state import FetchState
from palate.source import Fetcher, Skipped, open_source
from palate.source.addresses import refusal_reason
from palate.text import Text
from web_server import Server, answer

FEED = b"<rss><channel><title>Pets</title><item><title>Cats</title><link>/cats</link></item></channel></rss>"


def test_a_page_is_fetched_with_palates_name_and_without_a_proxy(
    server: Server, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    server.answers["/a?b=1"] = answer(b"words", Content_Type="text/plain", ETag='"1"')
    fetched = fetcher.fetch(f"{server.url}/a?b=1#part")
    assert (fetched.url, fetched.status, fetched.body, fetched.content_type) == (
        f"{server.url}/a?b=1",
        200,
        b"words",
        "text/plain",
    )
    assert re.fullmatch(
        rf"palate/{re.escape(__version__)} \(\+https://\S+\)", server.asked[0][1]["user-agent"]
    )


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda data: zlib.compress(data)[2:-4]),
        ("identity", bytes),
    ],
)
def test_packed_answers_are_unpacked(
    server: Server, fetcher: Fetcher, encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    server.answers["/"] = answer(pack(b"words " * 100), Content_Encoding=encoding)
    assert fetcher.fetch(server.url).body == b"words " * 100


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (404, "answers 404 Not Found; check the address"),
        (503, "answers 503 Service Unavailable; try again later"),
        (418, "answers 418 "),
    ],
)
def test_an_error_is_refused_with_its_status(
    server: Server, fetcher: Fetcher, status: int, sentence: str
) -> None:
    server.answers["/"] = answer(status=status)
    with pytest.raises(FetchRefused, match=f"^{server.url}/? {sentence}"):
        fetcher.fetch(server.url)


def test_redirects_are_followed_and_circles_named(server: Server, fetcher: Fetcher) -> None:
    server.answers |= {
        "/a": answer(status=301, Location="/b"),
        "/b": answer(status=302, Location=f"{server.url}/c"),
        "/c": answer(b"words"),
        "/x": answer(status=307, Location="/y"),
        "/y": answer(status=308, Location="/x"),
    }
    assert fetcher.fetch(f"{server.url}/a").url == f"{server.url}/c"
    with pytest.raises(
        FetchRefused,
        match=rf"^{server.url}/x redirects in a circle: {server.url}/x -> {server.url}/y -> {server.url}/x$",
    ):
        fetcher.fetch(f"{server.url}/x")


def test_more_than_five_redirects_are_refused(server: Server, fetcher: Fetcher) -> None:
    server.answers |= {f"/{n}": answer(status=302, Location=f"/{n + 1}") for n in range(9)}
    with pytest.raises(FetchRefused, match="redirects more than 5 times"):
        fetcher.fetch(f"{server.url}/0")
    assert len(server.asked) == 6


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://example.org/", "javascript:alert(1)", "http://a:b/"]
)
def test_a_redirect_to_anything_but_http_is_refused(server: Server, fetcher: Fetcher, location: str) -> None:
    server.answers["/"] = answer(status=302, Location=location)
    with pytest.raises(FetchRefused, match=r"is no address|is not http or https"):
        fetcher.fetch(server.url)


def test_a_body_over_the_cap_is_refused_whether_announced_or_not(server: Server) -> None:
    fetcher = Fetcher(allow_private_network=True, max_bytes=1 << 20)
    server.answers |= {
        "/announced": answer(Content_Length=str(1 << 30)),
        "/not": answer(bytes((1 << 20) + 1)),
        "/bomb": answer(gzip.compress(bytes(32 << 20)), Content_Encoding="gzip"),
    }
    for path in ("/announced", "/not"):
        with pytest.raises(
            FetchRefused, match=rf"^{server.url}{path} is larger than 1 MiB, the most that is fetched"
        ):
            fetcher.fetch(server.url + path)
    with pytest.raises(
        FetchRefused, match=rf"^{server.url}/bomb unpacks to more than 1 MiB, the most that is taken"
    ):
        fetcher.fetch(f"{server.url}/bomb")


@pytest.mark.parametrize("in_headers", [True, False])
def test_a_slow_drip_ends_at_the_deadline(server: Server, in_headers: bool) -> None:
    stop = threading.Event()

    def drip(request: BaseHTTPRequestHandler) -> None:
        if not in_headers:
            answer()(request)
        try:
            while not stop.wait(0.02):
                request.wfile.write(b"x")
        except OSError:  # the other side has gone, as it should
            pass

    server.answers["/"] = drip
    with pytest.raises(FetchRefused, match=r"took longer than 0\.3 seconds; try again later"):
        Fetcher(allow_private_network=True, seconds=0.3).fetch(server.url)
    stop.set()


def test_a_look_up_that_hangs_ends_at_the_deadline() -> None:
    release = threading.Event()

    def hang(host: str, port: int) -> list[str]:
        release.wait(10)
        return []

    with pytest.raises(FetchRefused, match="took longer than"):
        Fetcher(seconds=0.1, resolve=hang).fetch("http://example.org")
    release.set()


def test_hosts_that_cannot_be_found_or_reached_are_refused(server: Server, fetcher: Fetcher) -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise OSError("no such host")

    with pytest.raises(
        FetchRefused, match=r"^example\.org is not known as a host; check the spelling and the network$"
    ):
        Fetcher(resolve=unknown).fetch("http://example.org/feed")
    with pytest.raises(FetchRefused, match=r"^http://127\.0\.0\.1:1/? cannot be reached: "):
        fetcher.fetch("http://127.0.0.1:1")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "168.63.129.16",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "239.1.1.1",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "198.18.0.1",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:db8::1",
        "::7f00:1",
        "fec0::1",
        "2001::1",
    ],
)
def test_an_address_that_is_not_of_the_public_internet_is_refused(address: str) -> None:
    assert refusal_reason(address)


@pytest.mark.parametrize(
    "address",
    ["93.184.216.34", "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "2a00:1450:4001:81b::200e"],
)
def test_an_address_of_the_public_internet_is_taken(address: str) -> None:
    assert refusal_reason(address) == ""


@given(st.ip_addresses())
def test_every_address_gets_an_answer(address: object) -> None:
    assert isinstance(refusal_reason(str(address)), str)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://[::1]/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://[::ffff:127.0.0.1]/",
    ],
)
def test_this_machine_is_refused_however_it_is_written(url: str) -> None:
    with pytest.raises(
        FetchRefused, match="which palate does not fetch from; if it is meant, add --allow-private-network"
    ):
        Fetcher().fetch(url)


class Recorded(httpcore.MockBackend):
    """Answers as told and remembers which addresses it was asked to connect to."""

    def __init__(self, *parts: bytes) -> None:
        super().__init__(list(parts))
        self.connected: list[str] = []

    def connect_tcp(self, host: str, *args: Any, **more: Any) -> httpcore.NetworkStream:
        self.connected.append(host)
        return super().connect_tcp(host, *args, **more)


def test_the_connection_goes_to_the_very_address_that_was_checked() -> None:
    answers = iter([["93.184.216.34"], ["127.0.0.1"]])  # a name that changes its address between two look-ups
    backend = Recorded(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    fetcher = Fetcher(resolve=lambda host, port: next(answers), backend=backend)
    assert fetcher.fetch("http://rebinding.example/").body == b"ok"
    assert backend.connected == ["93.184.216.34"]
    with pytest.raises(FetchRefused, match=r"^rebinding\.example leads to 127\.0\.0\.1, a loopback address"):
        fetcher.fetch("http://rebinding.example/")


def test_a_host_with_one_private_address_among_its_own_is_refused_unconnected() -> None:
    backend = Recorded()
    with pytest.raises(FetchRefused, match=r"leads to 10\.0\.0\.1, a private address"):
        Fetcher(resolve=lambda host, port: ["93.184.216.34", "10.0.0.1"], backend=backend).fetch(
            "https://mixed.example/"
        )
    assert not backend.connected


def test_a_redirect_into_the_private_network_is_refused() -> None:
    backend = Recorded(
        b"HTTP/1.1 302 Found\r\n"
        b"Location: http://169.254.169.254/latest/meta-data\r\nContent-Length: 0\r\n\r\n"
    )
    hosts = {"public.example": ["93.184.216.34"], "169.254.169.254": ["169.254.169.254"]}
    with pytest.raises(FetchRefused, match=r"^169\.254\.169\.254 is a cloud's metadata address"):
        Fetcher(resolve=lambda host, port: hosts[host], backend=backend).fetch("http://public.example/")
    assert backend.connected == ["93.184.216.34"]


def test_the_next_address_is_tried_when_the_first_takes_no_connection(server: Server) -> None:
    server.answers["/"] = answer(b"words")
    fetcher = Fetcher(allow_private_network=True, resolve=lambda host, port: ["127.0.0.2", "127.0.0.1"])
    assert fetcher.fetch(f"http://named.example:{server.http.server_port}/").body == b"words"
    assert server.asked[0][1]["host"] == f"named.example:{server.http.server_port}"


def test_a_password_is_sent_and_never_shown(server: Server, fetcher: Fetcher) -> None:
    server.answers["/"] = answer(FEED)
    url = server.url.replace("//", "//me:secret@")
    source = open_source(url, fetcher=fetcher)
    assert server.url in source.name
    assert all("secret" not in repr(item) for item in source)
    assert server.asked[0][1]["authorization"].startswith("Basic ")
    with pytest.raises(FetchRefused) as refused:
        fetcher.fetch(f"{url}/missing")
    assert "secret" not in str(refused.value)


def test_what_is_known_is_asked_for_conditionally_and_unchanged_feeds_give_nothing(server: Server) -> None:
    def conditional(request: BaseHTTPRequestHandler) -> None:
        known = (
            request.headers["If-None-Match"] == '"1"'
            and request.headers["If-Modified-Since"] == "Wed, 04 Mar 2020 00:00:00 GMT"
        )
        (
            answer(status=304)
            if known
            else answer(FEED, ETag='"1"', Last_Modified="Wed, 04 Mar 2020 00:00:00 GMT")
        )(request)

    server.answers["/feed"] = conditional
    url = f"{server.url}/feed"
    known: dict[str, FetchState] = {}
    first = Fetcher(allow_private_network=True, known=known)
    source = open_source(url, fetcher=first)
    assert [item.title for item in source if isinstance(item, Text)] == ["Cats"]
    assert not source.unchanged
    assert known == {}
    state = FetchState(url, '"1"', "Wed, 04 Mar 2020 00:00:00 GMT")
    assert first.fetched == {address_key(url): state}

    second = open_source(url, fetcher=Fetcher(allow_private_network=True, known=first.fetched))
    assert list(second) == []
    assert second.unchanged


def test_a_304_that_nobody_asked_for_is_an_error(server: Server, fetcher: Fetcher) -> None:
    server.answers["/"] = answer(status=304)
    with pytest.raises(FetchRefused, match="answers 304 Not Modified"):
        fetcher.fetch(server.url)


def test_a_source_is_fetched_one_time_however_often_it_is_read(server: Server, fetcher: Fetcher) -> None:
    server.answers["/feed"] = answer(FEED, Content_Type="application/rss+xml")
    source = open_source(f"{server.url}/feed", fetcher=fetcher)
    first, second = list(source), list(source)
    assert first == second
    assert [getattr(item, "url", "") for item in first] == [f"{server.url}/cats"]
    assert len(server.asked) == 1
    gone = open_source(f"{server.url}/gone", fetcher=fetcher)
    for _ in range(2):
        with pytest.raises(FetchRefused):
            list(gone)
    assert len(server.asked) == 2


@pytest.mark.needs("pages")
def test_a_web_page_gives_its_article(server: Server, fetcher: Fetcher) -> None:
    article = "<p>" + "Cats sleep all day long, and so they should. " * 10 + "</p>"
    head = "<html lang='en'><head><title>On cats</title></head><body><nav>Menu</nav>"
    html = f"{head}<article><h1>On cats</h1>{article}</article></body></html>"
    server.answers |= {
        "/cats": answer(html.encode(), Content_Type="text/html"),
        "/empty": answer(b"<html></html>", Content_Type="text/html"),
    }
    (text,) = open_source(f"{server.url}/cats", fetcher=fetcher)
    assert isinstance(text, Text)
    assert (text.title, text.url, "Menu" in text.body) == ("On cats", f"{server.url}/cats", False)
    with pytest.raises(
        BadSource,
        match=rf"^{server.url}/empty shows no article; expected a page with one, or the address of a feed$",
    ):
        list(open_source(f"{server.url}/empty", fetcher=fetcher))


def test_an_opml_list_gives_the_entries_of_its_feeds_and_skips_those_that_fail(
    server: Server, fetcher: Fetcher
) -> None:
    outlines = "".join(
        f'<outline text="{name}" xmlUrl="{server.url}/{name}?a=1&b=2"/>'
        for name in ("one", "gone", "page", "two")
    )
    server.answers |= {
        "/list.opml": answer(
            f"<opml><body><outline text='all'>{outlines}</outline></body></opml>".encode(), ETag='"0"'
        ),
        "/one?a=1&b=2": answer(FEED, ETag='"1"'),
        "/page?a=1&b=2": answer(b"<html>no feed</html>", ETag='"2"'),
        "/two?a=1&b=2": answer(
            b'{"version": "https://jsonfeed.org/version/1", "items": [{"title": "Dogs"}]}'
        ),
    }
    source = open_source(f"{server.url}/list.opml", fetcher=fetcher)
    items = list(source)
    assert [item.title for item in items if isinstance(item, Text)] == ["Cats", "Dogs"]
    gone, page = (item for item in items if isinstance(item, Skipped))
    assert (gone.where, page.where) == (f"{server.url}/list.opml, gone", f"{server.url}/list.opml, page")
    assert gone.reason == f"{server.url}/gone?a=1&b=2 answers 404 Not Found; check the address"
    assert "is a web page; expected an RSS" in page.reason
    assert list(source) == items
    assert len(server.asked) == 5
    assert [state.address for state in fetcher.fetched.values() if state.etag] == [
        f"{server.url}/one?a=1&b=2"
    ]


def test_an_opml_list_of_which_nothing_is_new_is_unchanged(server: Server, tmp_path: Any) -> None:
    server.answers["/feed"] = answer(status=304)
    (tmp_path / "feeds.opml").write_text(f"<opml><body><outline xmlUrl='{server.url}/feed'/></body></opml>")
    url = f"{server.url}/feed"
    known = {address_key(url): FetchState(url, '"1"')}
    source = open_source(tmp_path / "feeds.opml", fetcher=Fetcher(allow_private_network=True, known=known))
    assert list(source) == []
    assert source.unchanged


@pytest.mark.parametrize(
    ("opml", "sentence"),
    [
        ("<opml><body/></opml>", r"^feeds\.opml lists no feeds; expected <outline xmlUrl="),
        ("<opml><body>", r"^feeds\.opml is no XML that can be read"),
        (
            '<!DOCTYPE opml [<!ENTITY a "b">]><opml>&a;</opml>',
            r"^feeds\.opml declares XML entities, as XML bombs do",
        ),
    ],
)
def test_a_list_that_cannot_be_read_is_refused(opml: str, sentence: str, tmp_path: Any) -> None:
    (tmp_path / "feeds.opml").write_text(opml)
    with pytest.raises(BadSource, match=sentence):
        list(open_source(tmp_path / "feeds.opml"))
