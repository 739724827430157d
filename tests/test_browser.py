"""What the fixture `browser` promises to the tests of pages."""

import pytest

from browser import Browser

PAGE = '<!doctype html><html lang="en"><title>t</title>{}'
POLICY = (
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'unsafe-inline'\">"
)
WEBGL = """() => {
  const gl = document.querySelector("canvas").getContext("webgl2");
  const pixel = new Uint8Array(4);
  gl.clearColor(1, 0, 0, 1);
  gl.clear(gl.COLOR_BUFFER_BIT);
  gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
  return [...pixel];
}"""

pytestmark = pytest.mark.browser


def test_a_page_is_opened_as_wide_and_as_dark_as_was_asked(browser: Browser) -> None:
    with browser.open(PAGE.format("<p>words"), width=360, scheme="dark") as page:
        assert page.evaluate("[innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]") == [
            360,
            True,
        ]
        assert page.inner_text("p") == "words"


def test_webgl_draws(browser: Browser) -> None:
    with browser.open(PAGE.format("<canvas>")) as page:
        assert page.evaluate(WEBGL) == [255, 0, 0, 255]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("<script>missing()</script>", "missing is not defined"),
        ("<script>console.warn('careful')</script>", "careful"),
        ("<img src=https://example.org/a.png>", "asked for https://example.org/a.png"),
        (POLICY + "<script>try { eval('1') } catch {}</script>", "script-src: eval"),
        ('<p style="width:400px">wide</p>', "sticks out at 360 px: <p"),
    ],
)
def test_what_is_wrong_with_a_page_fails_its_test(browser: Browser, body: str, complaint: str) -> None:
    with (
        pytest.raises(AssertionError) as raised,
        browser.open(PAGE.format(body), width=360),
    ):
        pass
    assert complaint in str(raised.value)


def test_a_box_that_scrolls_may_hold_what_is_wider(browser: Browser) -> None:
    with browser.open(PAGE.format('<div style="overflow-x:auto"><p style="width:400px">wide'), width=360):
        pass
