"""RemoteAddress: where a remote model is, URL#NAME."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Self

import httpx

from palate.address import shown_address
from palate.errors import BadValue

EXPECTED = "expected URL#NAME, such as https://openrouter.ai/api/v1#org/model"


@dataclass(frozen=True)
class RemoteAddress:
    """Where a remote model is. url: of an OpenAI-compatible API, without a slash at the end. model: its name
    there. host: with the port, where one is given.
    """

    url: str
    model: str
    host: str
    is_loopback: bool

    @classmethod
    def parse(cls, name: str) -> Self:
        """Reads URL#NAME. Raises BadValue for another form, a login or query in it, and http to another
        machine.

        >>> RemoteAddress.parse("http://127.0.0.1:8080/v1/#smollm2").host
        '127.0.0.1:8080'
        """
        head, _, model = name.partition("#")
        shown = shown_address(head)
        try:
            url = httpx.URL(head)
            usable = url.scheme in ("http", "https") and bool(url.host)
        # ValueError: brackets, ports and names that only its parts look at
        except (httpx.InvalidURL, ValueError):
            usable = False
        if not usable:
            raise BadValue(f"{shown_address(name)!r} is no address of a server; {EXPECTED}")
        if url.userinfo:
            raise BadValue(
                f"the address {shown} holds a login; take it out and put the key in the environment"
            )
        if url.query or "?" in head:
            raise BadValue(f"the address at {url.host} holds a query (?…); take it out: {EXPECTED}")
        if not model or model != "".join(model.split()) or not model.isprintable():
            raise BadValue(f"{shown!r} with {model!r} names no model; {EXPECTED}, the name without spaces")
        is_loopback = _is_loopback(url.host)
        if url.scheme == "http" and not is_loopback:
            raise BadValue(
                f"{shown} sends prompts and key unencrypted; give https://, "
                "http:// is for this machine alone, as http://127.0.0.1:8080/v1"
            )
        return cls(str(url).rstrip("/"), model, url.netloc.decode("ascii"), is_loopback)

    @property
    def name(self) -> str:
        """URL#NAME, by which the model is found again."""
        return f"{self.url}#{self.model}"


def _is_loopback(host: str) -> bool:
    """Tells whether a host is named as this machine; no name is looked up but localhost."""
    try:
        return ip_address(host).is_loopback
    except ValueError:  # a name
        return host == "localhost"
