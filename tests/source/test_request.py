from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.address import address_key
from palate.errors import FetchRefused
from palate.fetch_state import FetchState
from palate.source import Fetcher
from palate.source.request import Reply, parse
from web_server import Server, answer

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


@given(st.integers(1, 10**7), st.sampled_from([429, 503]))
def test_a_pause_in_seconds_and_as_a_date_is_the_same_moment(seconds: int, status: int) -> None:
    moment = NOW + timedelta(seconds=seconds)
    for value in (str(seconds), format_datetime(moment, usegmt=True)):
        assert Reply(status, [("retry-after", value)]).retry_at(NOW) == moment


@pytest.mark.parametrize(
    ("status", "value"),
    [(429, ""), (429, "soon"), (503, "-5"), (503, "0"), (503, "Wed, 04 Mar 2020 00:00:00 GMT"), (200, "60")],
)
def test_no_pause_is_kept_where_none_is_asked_for(status: int, value: str) -> None:
    assert Reply(status, [("retry-after", value)]).retry_at(NOW) is None


def test_a_pause_without_end_is_kept_as_far_as_dates_go() -> None:
    retry_at = Reply(503, [("retry-after", "9" * 30)]).retry_at(NOW)
    assert retry_at is not None
    assert retry_at.year == 9999


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_asks_for_a_pause_is_not_asked_before_it_is_over(server: Server, status: int) -> None:
    server.answers["/feed"] = answer(status=status, Retry_After="3600")
    url = f"{server.url}/feed"
    known = {address_key(url): FetchState(url, '"1"')}
    first = Fetcher(allow_private_network=True, known=known)
    with pytest.raises(FetchRefused, match=rf"^{url} answers {status} .*; it asks to be left alone until 20"):
        first.fetch(url)
    kept = first.refused[address_key(url)]
    assert kept.etag == '"1"'
    assert kept.retry_at is not None
    assert timedelta(minutes=59) < kept.retry_at - datetime.now(UTC) <= timedelta(hours=1)
    with pytest.raises(FetchRefused, match=rf"^{url} asked to be left alone until 20.* UTC; try again then$"):
        Fetcher(allow_private_network=True, known=first.refused).fetch(url)
    assert len(server.asked) == 1
    over = FetchState(url, '"1"', retry_at=datetime.now(UTC) - timedelta(seconds=1))
    server.answers["/feed"] = answer(b"words")
    again = Fetcher(allow_private_network=True, known={address_key(url): over})
    assert again.fetch(url).body == b"words"
    assert again.fetched == {address_key(url): FetchState(url)}


def test_an_address_that_is_gone_is_kept_as_gone_until_it_answers_again(server: Server) -> None:
    url = f"{server.url}/feed"
    server.answers["/feed"] = answer(status=410)
    fetcher = Fetcher(allow_private_network=True)
    with pytest.raises(FetchRefused, match="answers 410 Gone; it is gone for good; take the address out"):
        fetcher.fetch(url)
    assert fetcher.refused == {address_key(url): FetchState(url, gone=True)}
    server.answers["/feed"] = answer(b"words")
    again = Fetcher(allow_private_network=True, known=fetcher.refused)
    again.fetch(url)
    assert not again.fetched[address_key(url)].gone


def test_validators_go_back_byte_for_byte_and_are_those_of_the_last_answer(server: Server) -> None:
    url = f"{server.url}/feed"
    etag, modified = 'W/"k\xc3\xa4se \xff\'-gzip;"', "Wed, 4 Mar 2020 0:0:0 +0100"
    server.answers["/feed"] = answer(b"words", ETag=etag, Last_Modified=modified)
    first = Fetcher(allow_private_network=True)
    first.fetch(url)
    server.answers["/feed"] = answer(status=304, ETag='"2"')
    second = Fetcher(allow_private_network=True, known=first.fetched)
    assert second.fetch(url).status == 304
    sent = server.asked[1][1]
    assert (sent["if-none-match"], sent["if-modified-since"]) == (etag, modified)
    assert second.fetched == {address_key(url): FetchState(url, '"2"', modified)}
    server.answers["/feed"] = answer(b"other words")
    third = Fetcher(allow_private_network=True, known=second.fetched)
    third.fetch(url)
    assert third.fetched == {address_key(url): FetchState(url)}
    Fetcher(allow_private_network=True, known=third.fetched).fetch(url)
    assert "if-none-match" not in server.asked[3][1]


@pytest.mark.parametrize(
    "url",
    [
        "http://me:hunter2@",
        "http://me:hunter2@host:99999/",
        "http://me:hunter2@[::1/",
        "http://me:hun/ter2@host/",
        "http://host:hunter2@x:y/",
        "http:///x?token=hunter2",
        "https://host:x/?api_key=hunter2",
        "ftp://me:hunter2@host/",
    ],
)
def test_a_bad_address_is_refused_without_its_secret(url: str) -> None:
    with pytest.raises(FetchRefused) as refused:
        Fetcher(resolve=lambda host, port: []).fetch(url)
    assert "hun" not in str(refused.value)


def test_parse_drops_the_fragment_and_keeps_the_rest() -> None:
    assert str(parse("HTTP://Example.org/a?b=c d#e")) == "http://example.org/a?b=c%20d"
