from http.server import BaseHTTPRequestHandler
from urllib.parse import quote

import pytest

from palate.address import address_key
from palate.errors import FetchRefused
from palate.fetch_state import FetchState
from palate.source import Fetcher
from web_server import Answer, Server, answer


def raw(location: bytes) -> str:
    """The location as the server's headers take it, byte for byte."""
    return location.decode("latin-1")


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("/käse/brot".encode(), quote("/käse/brot")),
        ("/日本語?q=ü".encode(), f"{quote('/日本語')}?q={quote('ü')}"),
        ("/käse".encode("latin-1"), "/k%E4se"),
        (b"/k%C3%A4se", "/k%C3%A4se"),
        (b"/two words/and more", "/two%20words/and%20more"),
        (b"  /blanks  ", "/blanks"),
        (b"next", "/feeds/next"),
        (b"../up", "/up"),
        (b"?page=2", "/feeds/old?page=2"),
        (b"//HOST/there", "/there"),
        (b"http://HOST/whole#part", "/whole"),
    ],
)
def test_a_location_leads_to_the_right_path(
    server: Server, fetcher: Fetcher, location: bytes, path: str
) -> None:
    host = server.url.removeprefix("http://").encode()
    server.answers |= {
        "/feeds/old": answer(status=302, Location=raw(location.replace(b"HOST", host))),
        path: answer(b"words"),
    }
    assert fetcher.fetch(f"{server.url}/feeds/old").body == b"words"
    assert [asked for asked, _ in server.asked] == ["/feeds/old", path]


def wants_cookie(then: Answer, *, status: int = 302, location: str = "/feed") -> Answer:
    def send(request: BaseHTTPRequestHandler) -> None:
        if request.headers["Cookie"] == "seen=yes":
            then(request)
        else:
            answer(status=status, Location=location, Set_Cookie="seen=yes; Path=/; HttpOnly")(request)

    return send


def test_a_redirect_to_itself_that_sets_a_cookie_is_followed_once(server: Server, fetcher: Fetcher) -> None:
    server.answers["/feed"] = wants_cookie(answer(b"words"))
    assert fetcher.fetch(f"{server.url}/feed").body == b"words"
    assert [headers.get("cookie") for _, headers in server.asked] == [None, "seen=yes"]
    fetcher.fetch(f"{server.url}/feed")
    assert server.asked[2][1].get("cookie") is None, "cookies live as long as one fetch"


def test_a_way_over_a_page_of_consent_is_followed(server: Server, fetcher: Fetcher) -> None:
    server.answers |= {
        "/feed": lambda request: (
            answer(b"words") if request.headers["Cookie"] else answer(status=302, Location="/consent")
        )(request),
        "/consent": answer(status=302, Location="/feed", Set_Cookie="consent=1; Path=/"),
    }
    assert fetcher.fetch(f"{server.url}/feed").body == b"words"


@pytest.mark.parametrize("cookies", [[], ["a=1"], ["a=1", "a=2", "a=3", "a=4", "a=5"]])
def test_circles_are_refused_with_and_without_cookies(
    server: Server, fetcher: Fetcher, cookies: list[str]
) -> None:
    left = list(cookies)

    def send(request: BaseHTTPRequestHandler) -> None:
        reply = (
            answer(status=302, Location="/", Set_Cookie=left.pop())
            if left
            else answer(status=302, Location="/")
        )
        reply(request)

    server.answers["/"] = send
    with pytest.raises(FetchRefused, match="redirects in a circle"):
        fetcher.fetch(f"{server.url}/")
    assert len(server.asked) == (2 if cookies else 1)


def test_a_cookie_and_a_login_stay_with_the_host_that_they_are_for(server: Server) -> None:
    fetcher = Fetcher(allow_private_network=True, resolve=lambda host, port: ["127.0.0.1"])
    port = server.http.server_port
    server.answers |= {
        "/a": answer(status=302, Location="/b", Set_Cookie="x=1; Path=/"),
        "/b": answer(status=302, Location=f"http://other.example:{port}/c"),
        "/c": answer(b"words"),
    }
    fetcher.fetch(f"http://me:pw@one.example:{port}/a")
    sent = [("authorization" in headers, headers.get("cookie")) for _, headers in server.asked]
    assert sent == [(True, None), (True, "x=1"), (False, None)]


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [
        ([301], True),
        ([308, 301], True),
        ([301, 302], False),
        ([307, 308], False),
        ([303], False),
        ([], False),
    ],
)
def test_an_address_has_moved_after_three_fetches_whose_redirects_are_all_permanent(
    server: Server, statuses: list[int], moved: bool
) -> None:
    for hop, status in enumerate(statuses):
        server.answers[f"/{hop}"] = answer(status=status, Location=f"/{hop + 1}")
    server.answers[f"/{len(statuses)}"] = answer(b"words")
    known: dict[str, FetchState] = {}
    offered = []
    for _ in range(4):
        fetcher = Fetcher(allow_private_network=True, known=known)
        fetcher.fetch(f"{server.url}/0")
        known = fetcher.fetched
        (state,) = known.values()
        offered.append(state.has_moved)
    assert offered == ([False, False, True, True] if moved else [False] * 4)
    assert state.moved_to == (f"{server.url}/{len(statuses)}" if moved else "")


def test_a_move_is_counted_anew_where_it_leads_elsewhere(server: Server) -> None:
    server.answers |= {"/0": answer(status=301, Location="/2"), "/2": answer(b"words")}
    url = f"{server.url}/0"
    known = {address_key(url): FetchState(url, moved_to=f"{server.url}/1", moved_times=2)}
    fetcher = Fetcher(allow_private_network=True, known=known)
    fetcher.fetch(url)
    state = fetcher.fetched[address_key(url)]
    assert (state.moved_to, state.moved_times) == (f"{server.url}/2", 1)
