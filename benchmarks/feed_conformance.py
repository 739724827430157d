"""How far palate reads feedparser's own well-formed test files as feedparser does.

    python benchmarks/feed_conformance.py

The files come with feedparser's source package, which pip downloads into build/ once. Of every file the
number of entries is compared, and of every entry the title as plain text, the link and the date. Prints the
share of files that agree in all of it, and each that does not with the reason. Needs the network the first
time.
"""

import io
import re
import subprocess
import sys
import tarfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import feedparser

from palate.document.reader import DocumentReader
from palate.errors import PalateError
from palate.source.feed_entry import Entry, Feed
from palate.source.feeds import parse_feed
from palate.source.markup import plain_text

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "feedparser"
SECONDS = 120  # for the download
MIN_AGREEMENT = 0.98
RELATIVE_GUID = (
    "an id that is no address is not taken for the entry's link; feedparser joins it to the feed's address"
)
EXPLAINED = {
    "atom10/entry_id_with_attributes.xml": RELATIVE_GUID,
    "base/http_entry_id_base_content_location.xml": RELATIVE_GUID,
    "base/http_entry_id_base_docuri.xml": RELATIVE_GUID,
    "lang/http_content_language_entry_title_inherit_2.xml": RELATIVE_GUID,
    "node_precedence/atom10_id.xml": RELATIVE_GUID,
    "sanitize/entry_title_crazy.xml": "the words of a script that is never closed are left out",
    "sanitize/entry_title_object.xml": "what stands inside of <object> is left out, as of every <object>",
}


@dataclass(frozen=True)
class Difference:
    """palate's and feedparser's values of one field of one file."""

    file: str
    field: str
    ours: Any
    theirs: Any


def archive() -> Path | None:
    """Returns feedparser's source package of the version in constraints.txt; None where it cannot be had."""
    (version,) = re.findall(
        r"^feedparser==(\S+)", (ROOT / "constraints.txt").read_text("utf-8"), re.MULTILINE
    )
    path = BUILD / f"feedparser-{version}.tar.gz"
    if not path.exists():
        download = (
            "-m pip download --no-deps --no-binary :all: --retries 1 --timeout 10 --quiet --dest".split()
        )
        try:
            subprocess.run(
                [sys.executable, *download, str(BUILD), f"feedparser=={version}"],
                timeout=SECONDS,
                check=True,
                capture_output=True,
            )
        except (subprocess.SubprocessError, OSError):
            return None
    return path


def wellformed_files(package: Path) -> Iterator[tuple[str, bytes]]:
    """Yields the name below tests/wellformed and the bytes of each file."""
    with tarfile.open(package) as tar:
        for member in tar:
            _, is_wellformed, name = member.name.partition("/tests/wellformed/")
            file = tar.extractfile(member) if is_wellformed and name.endswith(".xml") else None
            if file:
                yield name, file.read()


def differences(name: str, data: bytes) -> list[Difference]:
    """Compares one file as palate and as feedparser read it."""
    headers = {
        key.decode().lower(): value.decode().strip()
        for key, value in re.findall(rb"^Header:\s+([^:\s]+):(.+)$", data, re.MULTILINE)
    }
    url = headers.setdefault("content-location", f"http://127.0.0.1:8097/tests/wellformed/{name}")
    content_type = headers.setdefault("content-type", "application/xml")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # feedparser's own
        theirs = feedparser.parse(io.BytesIO(data), response_headers=headers).entries
    try:
        feed, ours = parse_feed(DocumentReader.from_bytes(name, data, url=url, content_type=content_type))
    except PalateError as error:
        return [Difference(name, "entries", str(error), len(theirs))] if theirs else []
    if len(ours) != len(theirs):
        return [Difference(name, "entries", len(ours), len(theirs))]
    pairs = [(_ours(a, feed), _theirs(dict(b))) for a, b in zip(ours, theirs, strict=True)]
    return [
        Difference(name, field, a[field], b[field]) for a, b in pairs for field in a if a[field] != b[field]
    ]


def _ours(entry: Entry, feed: Feed) -> dict[str, Any]:
    date = entry.published_date or entry.updated_date
    return {
        "title": entry.title,
        "link": feed.absolute(entry.link),
        "date": tuple(date.timetuple()[:6]) if date else None,
    }


def _theirs(entry: dict[str, Any]) -> dict[str, Any]:
    title = entry.get("title") or ""
    is_text = (entry.get("title_detail") or {}).get("type") == "text/plain"
    link = entry.get("link") or ""
    dates = (entry.get(f"{key}_parsed") for key in ("published", "updated", "created"))
    date = next(filter(None, dates), None)
    return {
        "title": " ".join((title if is_text else plain_text(title)).split()),
        "link": link if link.startswith(("http://", "https://")) else "",
        "date": tuple(date[:6]) if date else None,
    }


def main() -> None:
    package = archive()
    if package is None:
        raise SystemExit("feedparser's source package cannot be downloaded; try again with the network")
    found = {name: differences(name, data) for name, data in wellformed_files(package)}
    differing = {name: each for name, each in found.items() if each}
    agree = len(found) - len(differing)
    print(f"{agree} of {len(found)} files agree: {agree / len(found):.2%}")
    for name, each in differing.items():
        reason = EXPLAINED.get(name, "NOT EXPLAINED")
        for difference in each:
            values = f"{difference.ours!r}, feedparser {difference.theirs!r}"
            print(f"  {name}, {difference.field}: {values}: {reason}")


if __name__ == "__main__":
    main()
