from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.model.retry import MAX_PAUSE_S, Retries

NOW = datetime(2020, 3, 4, 12, tzinfo=UTC)


@given(n_failed=st.integers(1, 9), asked_s=st.none() | st.floats(0, 1e6), seed=st.integers(0, 99))
def test_a_pause_is_as_long_as_the_server_asks_and_never_above_a_minute(
    n_failed: int, asked_s: float | None, seed: int
) -> None:
    pauses: list[float] = []
    Retries(pauses.append, rng=np.random.default_rng(seed)).pause(n_failed, "host", asked_s)
    assert min(asked_s or 0, MAX_PAUSE_S) <= pauses[0] <= MAX_PAUSE_S
    assert pauses[0] >= min(2 ** (n_failed - 2), MAX_PAUSE_S)
    assert pauses[0] <= max(2 ** (n_failed - 1), asked_s or 0)


@pytest.mark.parametrize(
    ("value", "asked_s"),
    [
        ("0", 0),
        (" 17 ", 17),
        ("Wed, 04 Mar 2020 12:01:30 GMT", 90),
        ("Wed, 04 Mar 2020 12:01:30 -0000", 90),
        ("Wed, 04 Mar 2020 13:01:30 +0100", 90),
        ("Wed, 04 Mar 2020 11:00:00 GMT", 0),
        ("", None),
        ("1.5", None),
        ("-3", None),
        ("²", None),
        ("Wed, 04 Mar 99999999999999999999 12:01:30 GMT", None),
        ("Wed, 99 Mar 2020 12:01:30 GMT", None),
        ("9" * 400, float("inf")),
    ],
)
def test_a_pause_is_asked_for_in_seconds_or_as_a_moment(value: str, asked_s: float | None) -> None:
    assert Retries(now=lambda: NOW).asked_s(value) == asked_s


def test_the_time_is_the_machines_unless_another_is_given() -> None:
    assert Retries().asked_s("Wed, 04 Mar 2020 12:01:30 GMT") == 0
