"""Retries: how long to wait before a server is asked again."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import numpy as np

TRIES = 4
FIRST_PAUSE_S = 1.0
MAX_PAUSE_S = 60.0
log = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Retries:
    """The pauses between tries: twice as long each time, a random part of them, and not below what the server
    asks for, save above MAX_PAUSE_S.

    sleep, now, rng: how to wait (seconds), the time (UTC) and the chance; tests give their own.
    """

    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = _now
    rng: np.random.Generator = field(default_factory=np.random.default_rng)

    def pause(self, n_failed: int, host: str, asked_s: float | None) -> None:
        """Waits after so many tries that failed. asked_s: the seconds that the server asked for."""
        backoff_s = FIRST_PAUSE_S * 2 ** (n_failed - 1) * self.rng.uniform(0.5, 1)
        pause_s = min(max(backoff_s, asked_s or 0), MAX_PAUSE_S)
        if asked_s and asked_s > MAX_PAUSE_S:
            log.warning("%s asks for a pause of %.0f s, of which palate waits %.0f", host, asked_s, pause_s)
        else:
            log.info("waiting %.1f s before %s is asked again", pause_s, host)
        self.sleep(pause_s)

    def asked_s(self, retry_after: str) -> float | None:
        """Returns the seconds of a Retry-After, which names seconds or a moment; None where it does neither.

        >>> Retries().asked_s("120"), Retries().asked_s("soon")
        (120.0, None)
        """
        value = retry_after.strip()
        if value.isascii() and value.isdecimal():
            return float(value)
        try:
            moment = parsedate_to_datetime(value)
        except (ValueError, OverflowError):  # no date, or one that no calendar has
            return None
        in_utc = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, (in_utc - self.now()).total_seconds())
