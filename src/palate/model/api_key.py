"""ApiKey: what a server of models lets a person in by; it comes from the environment and is never shown."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import quote

from palate.errors import BadValue, MissingKey
from palate.model.remote_address import RemoteAddress

VARIABLES = {"openrouter.ai": "OPENROUTER_API_KEY", "api.openai.com": "OPENAI_API_KEY"}
OTHER_VARIABLE = "PALATE_API_KEY"
MAX_QUOTED = 200  # characters of a server's words that are shown
# where httpx and httpcore write of answers; a filter holds for one logger, not for those below it
LOGGERS = "httpx httpcore.connection httpcore.http11 httpcore.proxy".split()


class ApiKey:
    """A key that shows itself nowhere. value: empty for none. variable: where in the
    environment it is from.
    """

    def __init__(self, value: str, variable: str) -> None:
        self._value, self.variable = value, variable
        forms = sorted({value, quote(value, safe="")}, key=len, reverse=True)
        self._forms = re.compile("|".join(map(re.escape, forms)), re.IGNORECASE) if value else None

    def __repr__(self) -> str:
        return f"ApiKey({self.variable})"

    @property
    def headers(self) -> dict[str, str]:
        """What is sent with a request."""
        return {"Authorization": f"Bearer {self._value}"} if self._value else {}

    def scrubbed(self, text: str) -> str:
        """Returns the text without the key.

        >>> ApiKey("sk-1", "PALATE_API_KEY").scrubbed("Bearer sk-1 is unknown")
        'Bearer [key] is unknown'
        """
        return self._forms.sub("[key]", text) if self._forms else text

    def quoted(self, words: str) -> str:
        """Returns a server's words as they may be shown: without the key, on one line, cut."""
        printable = "".join(letter for letter in words if letter.isprintable() or letter.isspace())
        line = self.scrubbed(" ".join(printable.split()))
        return line if len(line) <= MAX_QUOTED else f"{line[:MAX_QUOTED]}…"


def find_key(address: RemoteAddress, environ: Mapping[str, str]) -> ApiKey:
    """Returns the key for a server: of OPENROUTER_API_KEY for openrouter.ai, OPENAI_API_KEY for
    api.openai.com, PALATE_API_KEY for others.

    Raises MissingKey where there is none and the server is not on this machine, BadValue for what cannot be
    a key.
    """
    variable = VARIABLES.get(address.host.partition(":")[0], OTHER_VARIABLE)
    value = environ.get(variable, "").strip()
    if not value and not address.is_loopback:
        raise MissingKey(f"{address.host} needs a key; set {variable} in the environment. Nothing was sent")
    if not all("!" <= letter <= "~" for letter in value):
        raise BadValue(f"{variable} holds a space or letter that no key has; copy the key again")
    return ApiKey(value, variable)


@contextmanager
def logs_without(key: ApiKey) -> Iterator[None]:
    """Keeps the key out of what httpx logs, also where a server sends it back in a header."""

    def scrub(record: logging.LogRecord) -> bool:
        record.msg, record.args = key.scrubbed(record.getMessage()), ()
        return True

    loggers = [logging.getLogger(name) for name in LOGGERS]
    for logger in loggers:
        logger.addFilter(scrub)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(scrub)
