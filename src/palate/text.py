"""Text: one block of text, and how two of them are recognised as the same."""

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

SNIPPET_CHARACTERS = 200
TRACKING_PREFIXES = ("utm_", "fbclid", "gclid", "mc_cid", "mc_eid")


@dataclass(frozen=True)
class Text:
    """One block of text. id is unique in a store; extra holds the other fields of the source
    (JSON values).

    published has a time zone (UTC where the source gave none). origin: the place a text came from and the id
    it has there, made by `origin_of`; empty where it has none. A text that comes again with the same origin
    and other words is a new version. Stores know it by a key only, so that texts from a store have none.

    >>> text = Text.of("A cat sat.", title="Cats")
    >>> text.content
    'Cats\\nA cat sat.'
    >>> text.id == text.content_hash[:16]
    True
    """

    id: str
    title: str
    body: str
    source: str = ""
    url: str = ""
    language: str = ""
    published: datetime | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    origin: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        for name in ("id", "title", "body", "source", "url", "language"):
            object.__setattr__(self, name, well_formed(getattr(self, name)))

    @classmethod
    def of(cls, body: str, *, title: str = "", id: str = "", **more: Any) -> "Text":
        """Returns a Text whose id is, where none is given, its canonical URL or else a hash of its
        content.
        """
        url = more.get("url", "")
        return cls(id or canonical_url(url) or content_hash(title, body)[:16], title, body, **more)

    @property
    def content(self) -> str:
        """What encoders and features read: the title, then the body."""
        return f"{self.title}\n{self.body}" if self.title and self.body else self.title or self.body

    @property
    def snippet(self) -> str:
        """How the body begins: one line of at most 200 characters.

        >>> Text.of("They sleep\\nall day.").snippet
        'They sleep all day.'
        """
        line = " ".join(self.body[: 4 * SNIPPET_CHARACTERS].split())
        whole = len(line) <= SNIPPET_CHARACTERS
        return line if whole else f"{line[: SNIPPET_CHARACTERS - 1].rstrip()}…"

    @cached_property
    def content_hash(self) -> str:
        return content_hash(self.title, self.body)

    @cached_property
    def canonical_url(self) -> str:
        return canonical_url(self.url)


def origin_of(locator: str, id: str) -> str:
    """Returns what names a text in the whole world where its id does so in one place only.

    locator: the address of a feed or page, the path of a file.

    >>> origin_of("https://example.org/feed.xml", "17")
    'https://example.org/feed.xml\\n17'
    """
    return f"{locator}\n{id}"


def well_formed(text: str) -> str:
    """Returns the text with lone surrogates, which no file or tokeniser can hold, replaced by question marks.

    >>> well_formed("a" + chr(0xD800) + "b")
    'a?b'
    """
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def content_hash(title: str, body: str) -> str:
    """Returns the SHA-256 (hex) of title and body after NFC and with white space folded, so that a re-wrapped
    copy has the same.

    >>> content_hash("A", "b  c") == content_hash("A ", "b\\nc")
    True
    """
    folded = "\n".join(" ".join(unicodedata.normalize("NFC", part).split()) for part in (title, body))
    return hashlib.sha256(folded.encode("utf-8", "replace")).hexdigest()


def canonical_url(url: str) -> str:
    """Returns the address without what does not change the page: scheme case, default port, fragment,
    tracking parameters.

    >>> canonical_url("HTTP://Example.org:80/a/?utm_source=x&b=1#top")
    'http://example.org/a?b=1'
    """
    url = well_formed(url.strip())
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # a port or brackets that no address can have: then it is only a name
        return url
    host = (parts.hostname or "").lower()
    if ":" in host:
        host = f"[{host}]"
    if port and (parts.scheme.lower(), port) not in (("http", 80), ("https", 443)):
        host = f"{host}:{port}"
    query = urlencode(
        [
            (name, value)
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
            if not name.lower().startswith(TRACKING_PREFIXES)
        ]
    )
    return urlunsplit((parts.scheme.lower(), host, parts.path.rstrip("/"), query, ""))
