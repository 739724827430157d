from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from direct import direct
from older import make_older
from palate.address import address_key
from palate.fetch_state import FetchState
from palate.store.sqlite import SqliteStore

SECRET = "https://me:hunter2@a.org/feed?token=s3cr3t"
LATIN = st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=9)
STATES = st.builds(
    FetchState,
    LATIN,
    LATIN,
    LATIN,
    LATIN,
    st.integers(0, 9),
    st.booleans(),
    st.none() | st.datetimes(timezones=st.just(UTC)),
)


@given(st.dictionaries(LATIN, STATES, max_size=3), st.dictionaries(LATIN, STATES, max_size=3))
def test_states_come_back_as_they_were_and_are_replaced_whole(
    first: dict[str, FetchState], second: dict[str, FetchState]
) -> None:
    store = SqliteStore(":memory:")
    direct(store).fetched.put(first)
    direct(store).fetched.put(second)
    assert direct(store).fetched.states() == {**first, **second}


def test_a_store_of_revision_0005_keeps_its_validators_and_loses_the_secrets(path: Path) -> None:
    make_older(path, "0005", f"insert into fetched values ('{SECRET}', 'W/\"1\"', 'Mon')")
    store = SqliteStore(path)
    state = FetchState("https://a.org/feed", 'W/"1"', "Mon")
    assert direct(store).fetched.states() == {address_key(SECRET): state}
    later = FetchState("https://a.org/feed", retry_at=datetime(2030, 1, 1, tzinfo=UTC))
    direct(store).fetched.put({address_key(SECRET): later})
    assert direct(store).fetched.states() == {address_key(SECRET): later}
    written = b"".join(file.read_bytes() for file in path.parent.iterdir() if file.is_file())
    assert b"hunter2" not in written
    assert b"s3cr3t" not in written
