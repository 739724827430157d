"""What `palate add` says and keeps of addresses."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from palate.library import Library
from palate.text import Text
from web_server import Server, answer

Palate = Callable[..., Result]

SECRET = "hunter2"
FEED = (
    f"<rss><channel><title>Pets</title><item><title>Cats</title><link>/cats?token={SECRET}</link></item></channel></rss>"
).encode()


def add(palate: Palate, *sources: str, ok: bool = True) -> Result:
    return palate("add", *sources, "--allow-private-network", ok=ok)


def with_secrets(server: Server, path: str) -> str:
    return f"{server.url.replace('//', f'//me:{SECRET}@')}{path}?access_token={SECRET}"


def stored_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("store.db*") if path.is_file())


def test_no_output_and_nothing_stored_shows_a_secret(palate: Palate, server: Server, tmp_path: Path) -> None:
    query = f"?access_token={SECRET}"
    server.answers |= {
        f"/feed{query}": answer(FEED, ETag='"1"'),
        f"/moved{query}": answer(status=301, Location=f"/feed{query}"),
        f"/loop{query}": answer(status=302, Location=f"/loop{query}"),
        f"/away{query}": answer(status=302, Location=f"ftp://me:{SECRET}@example.org/"),
        f"/busy{query}": answer(status=503, Retry_After="3600"),
    }
    Path("list.opml").write_text(
        f"<opml><body><outline xmlUrl='{with_secrets(server, '/feed')}'/>"
        f"<outline xmlUrl='{with_secrets(server, '/404')}'/>"
        f"<outline xmlUrl='http://me:{SECRET}@127.0.0.1:1/'/><outline xmlUrl='http://me:{SECRET}@[::1'/></body></opml>"
    )
    paths = ("/feed", "/moved", "/loop", "/away", "/busy", "/busy", "/404")
    odd = [
        f"http://me:{SECRET}@",
        f"htp://me:{SECRET}@x/",
        f"no/such?token={SECRET}",
        f"http://me:{SECRET}/x@h/",
    ]
    results = [
        add(palate, source, ok=False)
        for source in (*(with_secrets(server, path) for path in paths), "list.opml", *odd)
    ]
    assert [result.exit_code for result in results] == [0, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1]
    for result in results:
        assert SECRET not in result.output
        assert SECRET not in result.stderr
    assert f"skipped list.opml, {server.url}/404: {server.url}/404 answers 404" in results[7].stderr
    assert SECRET.encode() not in stored_bytes(tmp_path)
    with Library("store.db") as library:
        (text,) = [found.text for found in library.find("Cats")]
        assert (text.url, text.id) == (f"{server.url}/cats", f"{server.url}/cats")


def test_the_address_with_its_secret_is_told_which_copy_is_there(palate: Palate, server: Server) -> None:
    path = f"/feed?access_token={SECRET}"
    server.answers[path] = answer(FEED, ETag='W/"1"')
    add(palate, with_secrets(server, "/feed"))
    server.answers[path] = answer(status=304)
    assert add(palate, with_secrets(server, "/feed")).exit_code == 0
    assert [headers.get("if-none-match") for _, headers in server.asked] == [None, 'W/"1"']


def test_a_feed_that_has_moved_for_good_is_offered_at_its_new_address_the_third_time(
    palate: Palate, server: Server
) -> None:
    server.answers |= {"/old": answer(status=301, Location="/feed"), "/feed": answer(FEED)}
    said = [add(palate, f"{server.url}/old").stderr for _ in range(3)]
    sentence = f"{server.url}/old moved to {server.url}/feed; use that address\n"
    assert [sentence in text for text in said] == [False, False, True]
    report = json.loads(add(palate, f"{server.url}/old", "--json").stdout)
    assert report["moved"] == {f"{server.url}/old": f"{server.url}/feed"}


@pytest.mark.parametrize("status", [429, 503])
def test_a_pause_that_was_asked_for_is_kept_over_processes(
    palate: Palate, server: Server, status: int
) -> None:
    server.answers["/feed"] = answer(status=status, Retry_After="7200")
    first, second = (add(palate, f"{server.url}/feed", ok=False) for _ in range(2))
    assert (first.exit_code, second.exit_code, len(server.asked)) == (1, 1, 1)
    assert second.stderr.startswith(f"palate: {server.url}/feed asked to be left alone until 20")


def test_validators_are_kept_only_with_the_texts(palate: Palate, server: Server) -> None:
    """A feed that could not be read is read anew, not told "unchanged"."""
    server.answers["/feed"] = answer(b"<rss", ETag='"1"')
    add(palate, f"{server.url}/feed", ok=False)
    server.answers["/feed"] = answer(FEED)
    add(palate, f"{server.url}/feed")
    assert "if-none-match" not in server.asked[1][1]
    with Library("store.db") as library:
        assert [type(found.text) for found in library.find("Cats")] == [Text]
