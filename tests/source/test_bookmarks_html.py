from datetime import UTC, datetime
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.source.bookmarks_html import read_bookmarks
from palate.source.items import Skipped
from palate.text import Text

NETSCAPE = """<!DOCTYPE NETSCAPE-Bookmark-file-1>
<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">
<TITLE>Bookmarks</TITLE><H1>Bookmarks Menu</H1>
<DL><p>
  <DT><H3 ADD_DATE="1583280000">Pets &amp; more</H3>
  <DD>what the folder is for
  <DL><p>
    <DT><A HREF="https://example.org/cats" ADD_DATE="1583280000123" TAGS="cats,sleep">On <b>cats</b> &lt;3</A>
    <DD>They sleep.
    <DT><A HREF="javascript:alert(1)">A script</A>
    <DT><H3>Dogs</H3>
    <DL><p><DT><A HREF="https://www.a.org/caf%C3%A9/dogs?x=1" ADD_DATE="1583280000000000"></A></DL><p>
    <DT><A HREF="https://example.org/birds" TOREAD="1">Birds</A>
  </DL><p>
  <DT><A HREF="https://example.org/top">Top</A>
</DL>"""
POCKET = """<!DOCTYPE html><html><head><title>Pocket Export</title></head><body>
<h1>Unread</h1><ul><li><a href="https://a.org/a" time_added="1583280000" tags="x,y">A</a></li></ul>
<h1>Read Archive</h1><ul><li><a href="https://a.org/b" time_added="1583280000" tags="">B</a></li></ul>"""


def read(html: str) -> list[Text | Skipped]:
    return list(read_bookmarks(DocumentReader.from_bytes("b.html", html.encode())))


def test_netscape_bookmarks_have_title_description_tags_and_folder() -> None:
    cats, script, dogs, birds, top = read(NETSCAPE)
    assert isinstance(cats, Text)
    assert (cats.title, cats.body, cats.url) == ("On cats <3", "They sleep.", "https://example.org/cats")
    assert cats.extra == {"tags": ["cats", "sleep"], "folder": "Pets & more"}
    assert script == Skipped("b.html, bookmark 2", "a javascript: address is no web page")
    assert isinstance(dogs, Text)
    assert (dogs.title, dogs.extra) == ("a.org/café/dogs", {"folder": "Pets & more / Dogs"})
    assert isinstance(birds, Text)
    assert birds.extra == {"to_read": True, "folder": "Pets & more"}
    assert isinstance(top, Text)
    assert (top.title, top.published, top.extra) == ("Top", None, {})


def test_times_are_seconds_milliseconds_or_microseconds() -> None:
    dates = [item.published for item in read(NETSCAPE) if isinstance(item, Text)]
    assert [date and date.replace(microsecond=0) for date in dates[:2]] == [
        datetime(2020, 3, 4, tzinfo=UTC)
    ] * 2


def test_pocket_lists_are_folders() -> None:
    found = [(item.title, item.extra) for item in read(POCKET) if isinstance(item, Text)]
    assert found == [("A", {"tags": ["x", "y"], "folder": "Unread"}), ("B", {"folder": "Read Archive"})]


def test_a_file_without_bookmarks_is_refused() -> None:
    with pytest.raises(BadSource, match=r"b\.html holds no bookmark"):
        read("<!DOCTYPE NETSCAPE-Bookmark-file-1><DL></DL>")


@given(
    titles=st.lists(
        st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1), max_size=8
    ),
    depth=st.integers(0, 5),
)
def test_what_was_written_is_read(titles: list[str], depth: int) -> None:
    inner = "".join(
        f'<DT><A HREF="https://a.org/{n}">{escape(title)}</A>\n' for n, title in enumerate(titles)
    )
    html = "<!DOCTYPE NETSCAPE-Bookmark-file-1>" + "<DL><p><DT><H3>f</H3>" * depth
    items = read(f'{html}<DL><p>{inner}<DT><A HREF="https://a.org/last">last</A></DL>')
    assert [item.title for item in items if isinstance(item, Text)] == [*titles, "last"]
    assert {item.extra.get("folder", "") for item in items if isinstance(item, Text)} == {
        " / ".join("f" * depth)
    }
