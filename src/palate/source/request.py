"""One address as it is asked for, and what its answer says beside the body."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

from palate.address import shown_address
from palate.errors import FetchRefused
from palate.version import __version__

USER_AGENT = f"palate/{__version__} (+https://pypi.org/project/palate/)"
ACCEPTED_TYPES = (
    "application/atom+xml, application/rss+xml, application/feed+json, "
    "application/xml;q=0.9, text/html;q=0.8, */*;q=0.5"
)
MENDS = {
    401: "it wants a login, which palate does not have",
    403: "the server does not let programs read it",
    404: "check the address",
    410: "it is gone for good; take the address out",
    429: "it was asked too often; try again later",
}
LAST_MOMENT = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Reply:
    """status and headers of an answer, and its body, empty unless the status is 200 to 299.

    headers: names in lower case. Values are bytes read as Latin-1, so that they go back as they came."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""

    def header(self, name: str) -> str:
        """Returns the first value of a header; "" where there is none."""
        return next((value for key, value in self.headers if key == name), "")

    def retry_at(self, now: datetime) -> datetime | None:
        """Returns the moment before which a 429 or 503 asks to be left alone, None where it does not say.

        >>> Reply(503, [("retry-after", "120")]).retry_at(datetime(2020, 3, 4, tzinfo=UTC)).isoformat()
        '2020-03-04T00:02:00+00:00'
        """
        from palate.table.dates import read_date

        value = self.header("retry-after").strip()
        if self.status not in (429, 503) or not value:
            return None
        try:
            moment = now + timedelta(seconds=float(value)) if value[0].isdigit() else read_date(value)
        except OverflowError:
            moment = LAST_MOMENT
        except ValueError:  # neither a number nor a date
            moment = None
        return moment if moment and moment > now else None


def parse(text: str) -> httpx.URL:
    """Returns the address without its fragment.

    Raises FetchRefused for what is not http or https with a host.

    >>> str(parse(" https://example.org/a b#part"))
    'https://example.org/a%20b'
    """
    try:
        url = httpx.URL(text.strip())
        usable = url.scheme in ("http", "https") and bool(url.host)
    # ValueError: brackets, ports and names that only its parts look at
    except (httpx.InvalidURL, ValueError) as error:
        reason = "" if "@" in text else f" ({error})"  # it may quote a piece of a password
        raise FetchRefused(
            f"{shown_address(text)!r} is no address{reason}; expected one such as https://example.org/feed"
        ) from None
    if not usable:
        raise FetchRefused(
            f"{shown_address(text)!r} is not http or https with a host; palate fetches those only"
        )
    return url.copy_with(fragment=None)


def request_headers(
    target: httpx.URL, further: Mapping[str, str], accepted_codings: str
) -> list[tuple[bytes, bytes]]:
    """Returns what is sent along. further: more headers; those without a value are left out."""
    headers = {
        "Host": target.netloc.decode("ascii"),
        "User-Agent": USER_AGENT,
        "Accept": ACCEPTED_TYPES,
        "Accept-Encoding": accepted_codings,
        "Connection": "close",
        **{name: value for name, value in further.items() if value},
    }
    if target.userinfo:
        login = f"{target.username}:{target.password}".encode()
        headers["Authorization"] = f"Basic {base64.b64encode(login).decode()}"
    return [(name.encode("ascii"), value.encode("latin-1", "replace")) for name, value in headers.items()]


def status_and_mend(status: int, retry_at: datetime | None) -> str:
    """
    >>> status_and_mend(404, None)
    '404 Not Found; check the address'
    """
    from http import HTTPStatus

    phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""
    mend = MENDS.get(status, "try again later" if status >= 500 else "expected 200")
    if retry_at:
        mend = f"it asks to be left alone until {in_words(retry_at)}; try again then"
    return f"{status} {phrase}".strip() + f"; {mend}"


def in_words(moment: datetime) -> str:
    """
    >>> in_words(datetime(2020, 3, 4, 9, 5, tzinfo=UTC))
    '2020-03-04 09:05 UTC'
    """
    return moment.strftime("%Y-%m-%d %H:%M UTC")
