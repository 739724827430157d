"""The interactive map in a browser: pointing, opening, selecting, searching, filtering, zooming."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from browser import Browser
from palate.insight.map_scene import Label, by_category, by_magnitude
from palate.parts import Matrix
from palate.report import map_page as module
from palate.report.map_page import map_page
from palate.report.pile import Pile
from palate.text import Text

SIDE = 5  # texts lie on a square grid of 5 x 5
NAMED = ("north", "south")


def grid() -> tuple[Pile, Matrix]:
    """Returns 25 texts in a grid, t0 in the lower left, row by row, and their positions; one has no date."""
    day = datetime(2024, 1, 1, tzinfo=UTC)
    texts = [
        Text(
            id=f"t{row}",
            title=f"Text {row} </script><b>",
            body="",
            url="javascript:alert(1)" if row == 1 else "" if row == 2 else f"https://example.org/{row}",
            published=None if row == 3 else day + timedelta(days=row),
        )
        for row in range(SIDE * SIDE)
    ]
    positions = np.array([[row % SIDE, row // SIDE] for row in range(len(texts))], np.float64)
    return Pile("grid", texts, np.zeros((len(texts), 4), np.float32), "none"), positions


def html(**more: object) -> str:
    pile, positions = grid()
    names = [NAMED[row < 10] for row in range(len(pile))]
    labels = (Label("large", 0.5, 0.5, 20), Label("small", 0.5, 0.51, 5), Label("corner", 0.02, 0.02, 1))
    return map_page(pile, positions, by_category("half", names), labels, **more)  # type: ignore[arg-type]


SPOT = """(row) => { const [x, y] = toPage(...spot(row)), box = canvas.getBoundingClientRect();
  return [x + box.left, y + box.top]; }"""


def ready(page: Any) -> Any:
    page.wait_for_selector("body[data-ready]")
    return page


def test_titles_end_no_script_and_policies_name_hashes_alone() -> None:
    page = html()
    assert "</script><b>" not in page
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    assert "unsafe" not in policy[1]
    assert "eval" not in policy[1]
    assert policy[1].startswith("default-src 'none'")


def test_all_have_ids_where_the_first_alone_have_titles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TITLED_TEXTS", 10)
    page = html()
    assert "Titles of 15 texts are left out" in page
    data = json.loads(re.search(r'id="data">(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
    assert data["n"] == 25


@pytest.mark.browser
def test_pointing_shows_the_title_and_a_click_opens_the_address(browser: Browser) -> None:
    with browser.open(html()) as page:
        ready(page)
        page.mouse.move(*page.evaluate(SPOT, 7))
        assert page.inner_text("#tip") == "Text 7 </script><b>\nsouth, 2024-01-08"
        page.evaluate("window.open = (...all) => { globalThis.opened = all; }")
        page.mouse.click(*page.evaluate(SPOT, 7))
        assert page.evaluate("opened")[0] == "https://example.org/7"
        page.evaluate("globalThis.opened = null")
        page.mouse.click(*page.evaluate(SPOT, 1))  # a script is no address
        assert page.evaluate("opened") is None
        assert page.inner_text("#count") == "1 text"
        assert page.locator("#texts a").count() == 0


@pytest.mark.browser
def test_a_lasso_selects_and_hands_out_ids(browser: Browser) -> None:
    with browser.open(html()) as page:
        ready(page)
        page.click("#lasso")
        (left, low), (right, high) = page.evaluate(SPOT, 6), page.evaluate(SPOT, 12)
        corners = [
            (left - 20, low + 20),
            (left - 20, high - 20),
            (right + 20, high - 20),
            (right + 20, low + 20),
        ]
        page.mouse.move(*corners[0])
        page.mouse.down()
        for corner in corners[1:]:
            page.mouse.move(*corner)
        page.mouse.up()
        assert page.inner_text("#count") == "4 selected"
        with page.expect_download() as download:
            page.click("#download")
        assert download.value.path().read_text().split() == ["t6", "t7", "t11", "t12"]
        page.click("#clear")
        assert page.inner_text("#count").startswith("Point at")


@pytest.mark.browser
def test_search_legend_and_time_filter(browser: Browser) -> None:
    with browser.open(html()) as page:
        ready(page)
        page.fill("#search", "TEXT 24")
        assert page.inner_text("#count") == "1 found"
        page.fill("#search", "t3")
        assert page.inner_text("#count") == "1 found"
        page.fill("#search", "")
        page.click("#legend button >> nth=0")  # north, the larger half
        assert page.evaluate("[seen(24), seen(4)]") == [False, True]
        page.click("#every")
        assert page.evaluate("[seen(24), seen(4)]") == [True, True]
        page.locator("#from").fill("500")
        assert page.evaluate("[seen(20), seen(4), seen(3)]") == [True, False, False]
        assert "1 without a date hidden" in page.inner_text("#days")


@pytest.mark.browser
def test_labels_keep_apart_and_more_of_them_fit_when_zoomed_in(browser: Browser) -> None:
    with browser.open(html()) as page:
        ready(page)
        assert page.evaluate("draw(), data.labelBoxes.length") == 2
        page.focus("#points")
        for _ in range(12):
            page.keyboard.press("+")
        assert page.evaluate("draw(), data.labelBoxes.length") == 2  # the corner is out of sight
        page.keyboard.press("0")
        assert page.evaluate("view.zoom") == 1
        page.keyboard.press("ArrowRight")
        assert page.evaluate("view.x") > 0.5


@pytest.mark.browser
def test_keys_point_at_the_text_in_the_middle_and_open_it(browser: Browser) -> None:
    with browser.open(html()) as page:
        ready(page)
        page.evaluate("window.open = (...all) => { globalThis.opened = all; }")
        page.focus("#points")
        page.keyboard.press("+")
        assert page.inner_text("#tip").startswith("Text 12")
        page.keyboard.press("Enter")
        assert page.evaluate("opened")[0] == "https://example.org/12"


@pytest.mark.browser
def test_every_point_is_drawn_once_and_again_only_after_a_change(browser: Browser) -> None:
    with browser.open(html()) as page:
        ready(page)
        shown = """() => { stale = true; draw(); const pixels = new Uint8Array(4), box = canvas;
          return [0, 7, 24].map((row) => { const [x, y] = toPage(...spot(row)), scale = ratio();
            gl.readPixels(x * scale, canvas.height - y * scale, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
            return pixels[3] > 0; }); }"""
        assert page.evaluate(shown) == [True, True, True]
        page.evaluate("""() => { globalThis.drawn = 0; const before = gl.drawArrays.bind(gl);
          gl.drawArrays = (...all) => { drawn += 1; before(...all); }; }""")
        page.mouse.move(*page.evaluate(SPOT, 7))
        page.evaluate("new Promise(requestAnimationFrame)")
        assert page.evaluate("drawn") == 0  # pointing draws the ring alone


@pytest.mark.browser
def test_without_webgl2_it_says_so_and_draws_all_the_same(browser: Browser) -> None:
    without = """const own = HTMLCanvasElement.prototype.getContext;
      HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
        return kind == "webgl2" ? null : own.call(this, kind, ...more); };"""
    context = browser.chromium.new_context()
    page = context.new_page()
    page.add_init_script(without)
    path = browser.scratch / "without.html"
    path.write_text(html(), "utf-8")
    page.goto(path.as_uri())
    ready(page)
    assert page.is_visible("#slow")
    pixel = """() => { draw(); const [x, y] = toPage(...spot(7)).map(Math.round);
      return flat.getImageData(x, y, 1, 1).data[3]; }"""
    assert page.evaluate(pixel) > 0
    context.close()


@pytest.mark.browser
def test_bands_of_a_magnitude_are_hidden_one_by_one(browser: Browser) -> None:
    pile, positions = grid()
    with browser.open(map_page(pile, positions, by_magnitude("size", np.arange(25.0)), method="pca")) as page:
        ready(page)
        page.click("#legend button >> nth=4")
        assert page.evaluate("[seen(0), seen(19), seen(20), seen(24)]") == [True, True, False, False]


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone(browser: Browser, scheme: str) -> None:
    with browser.open(html(shares=(0.5, 0.25), method="pca"), width=360, scheme=scheme) as page:  # type: ignore[arg-type]
        ready(page)
        assert "(50% and 25% of the variance)" in page.inner_text("h1")
        assert page.evaluate("canvas.clientHeight") > 200
