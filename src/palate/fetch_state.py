"""FetchState: what is kept of the last answers of an address."""

from dataclasses import dataclass
from datetime import datetime

MOVED_AFTER = 3  # permanent redirects to one place, at as many fetches, before the new address is offered


@dataclass(frozen=True)
class FetchState:
    """What is kept of an address between two fetches.

    address: as it may be shown. etag, modified: what the server calls the copy that is stored, byte for byte;
    empty where it gave none. moved_to: where redirects lead that are all permanent (301, 308), as it may be
    shown; moved_times: how many fetches in a row they have led there. gone: the last answer was 410. retry_at
    (UTC): before then it is not to be asked, by the Retry-After of a 429 or 503.

    >>> FetchState("http://example.org/feed", moved_to="https://example.org/feed", moved_times=3).has_moved
    True
    """

    address: str
    etag: str = ""
    modified: str = ""
    moved_to: str = ""
    moved_times: int = 0
    gone: bool = False
    retry_at: datetime | None = None

    @property
    def has_moved(self) -> bool:
        """Whether the new address has led on often enough to be taken in place of the old one."""
        return self.moved_times >= MOVED_AFTER
