"""The way that redirects lead a fetch."""

import re
from urllib.parse import quote_from_bytes

import httpx

from palate.address import shown_address
from palate.errors import FetchRefused
from palate.source.request import Reply, parse

MAX_REDIRECTS = 5
REDIRECTS = {301, 302, 303, 307, 308}
PERMANENT = {301, 308}


class Route:
    """The addresses that one fetch is led to, the first of them the one that was asked for.

    target: the address to ask now. permanent: all redirects so far are meant to last. Cookies live as long as
    the route and go to the host only that set them, since some servers let nobody in without one."""

    def __init__(self, start: httpx.URL) -> None:
        self.target, self.permanent = start, True
        self._asked: list[tuple[httpx.URL, str]] = []
        self._cookies: dict[str, httpx.Cookies] = {}

    @property
    def shown(self) -> str:
        """The address to ask now, as it may be shown."""
        return shown_address(str(self.target))

    @property
    def moved_to(self) -> str:
        """Where the address has moved for good, as it may be shown; "" where it has not."""
        urls = [url for url, _ in self._asked] or [self.target]
        return self.shown if self.permanent and self.target != urls[0] else ""

    def cookie(self) -> str:
        """Returns the Cookie header for the address to ask now, "" for none."""
        jar = self._cookies.get(self.target.host)
        if jar is None:
            return ""
        request = httpx.Request("GET", self.target)
        jar.set_cookie_header(request)
        return str(request.headers.get("cookie", ""))

    def follow(self, reply: Reply) -> None:
        """Goes on to where a redirect leads.

        Raises FetchRefused for what is not http, too many redirects, and a circle: an address comes a second
        time with the same cookie, or a third time."""
        self._asked.append((self.target, self.cookie()))
        self._keep_cookies(reply)
        first = shown_address(str(self._asked[0][0]))
        self.target = _next_target(self.target, reply.header("location"))
        self.permanent = self.permanent and reply.status in PERMANENT
        before = [cookie for url, cookie in self._asked if url == self.target]
        if self.cookie() in before or len(before) > 1:
            way = [*(shown_address(str(url)) for url, _ in self._asked), self.shown]
            raise FetchRefused(f"{first} redirects in a circle: {' -> '.join(way)}")
        if len(self._asked) > MAX_REDIRECTS:
            raise FetchRefused(
                f"{first} redirects more than {MAX_REDIRECTS} times; give the address it leads to in the end"
            )

    def _keep_cookies(self, reply: Reply) -> None:
        cookies = [("set-cookie", value) for name, value in reply.headers if name == "set-cookie"]
        if cookies:
            request = httpx.Request("GET", self.target)
            response = httpx.Response(reply.status, headers=cookies, request=request)
            self._cookies.setdefault(self.target.host, httpx.Cookies()).extract_cookies(response)


def _next_target(base: httpx.URL, location: str) -> httpx.URL:
    """Returns where a Location leads: relative to base, its raw bytes UTF-8 or whatever the server takes them
    for, with the login of base where it stays on the same host.
    """
    raw = location.encode("latin-1")
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = quote_from_bytes(raw, safe="".join(map(chr, range(33, 127))))
    text = re.sub(r"[\t\r\n]", "", text.strip())
    try:
        joined = str(base.join(text))
    except (httpx.InvalidURL, ValueError):
        joined = text
    try:
        target = parse(joined)
    except FetchRefused as refusal:
        raise FetchRefused(
            f"{shown_address(str(base))} redirects where palate does not go: {refusal}"
        ) from None
    same_origin = (target.scheme, target.host, target.port) == (base.scheme, base.host, base.port)
    return target.copy_with(userinfo=base.userinfo) if same_origin and not target.userinfo else target
