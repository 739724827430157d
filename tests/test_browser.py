"""The tests' browser: it shows pages, sees their faults, and has WebGL2."""

from pathlib import Path
from typing import Any

from browser import opened


def test_it_shows_a_page_and_sees_what_is_wrong_with_it(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(
        '<!doctype html><p id="wide" style="width:500px">wide</p><canvas></canvas>'
        '<div style="overflow:auto"><p style="width:900px">scrolls</p></div><script>nothing()</script>'
    )
    with opened(browser, path, width=360) as shown:
        assert shown.page.evaluate('!!document.querySelector("canvas").getContext("webgl2")')
        assert ['id="wide"' in element for element in shown.overflowing()] == [True]
        assert shown.faults == ["nothing is not defined"]


def test_it_has_the_colours_that_are_asked_for(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("<!doctype html><p>text")
    with opened(browser, path, scheme="dark") as shown:
        assert shown.page.evaluate('matchMedia("(prefers-color-scheme: dark)").matches')
        assert shown.faults == []
