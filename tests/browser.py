"""Pages as a browser shows them: `@pytest.mark.browser` and the fixture `browser`, one Chromium a session.

$CHROMIUM, a Chromium on the path or the one that .ci/chromium brought is used. Where there is none the tests
are skipped, but in `make test-full`, which sets PALATE_BROWSER, they fail.

    @pytest.mark.browser
    def test_the_page_fits(browser: Browser) -> None:
        with browser.open(html, width=360, scheme="dark") as page:
            assert page.inner_text("h1") == "A title"
        # leaving: no error, no breach of the content policy, no request, no overflow to the side
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium
    from playwright.sync_api import ConsoleMessage, Page, Route

Scheme = Literal["light", "dark"]
NAMES = ("chromium", "chromium-browser", "google-chrome")  # as .ci/chromium looks for them
BROUGHT = Path(__file__).parents[1] / "build" / "chromium" / "chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--enable-unsafe-swiftshader",  # WebGL by software
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
WATCH = """
globalThis.breaches = [];
document.addEventListener("securitypolicyviolation", (event) =>
  globalThis.breaches.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));
"""
# elements that stick out to the right and lie in no box that scrolls or clips
STICKING_OUT = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const clipped = (element) => element !== document.documentElement
    && (getComputedStyle(element).overflowX !== "visible" || clipped(element.parentElement));
  const outside = (element) => element.getBoundingClientRect().right > width + 0.5;
  return [...document.body.querySelectorAll("*")]
    .filter((element) => outside(element) && !clipped(element.parentElement))
    .map((element) => element.outerHTML.slice(0, 120));
}"""


def find_browser() -> str | None:
    """Returns the path of a Chromium, None where there is none."""
    names = (
        os.environ.get("CHROMIUM"),
        *map(shutil.which, NAMES),
        str(BROUGHT) if BROUGHT.exists() else None,
    )
    return next(filter(None, names), None)


@dataclass
class Browser:
    """A running Chromium. scratch: a folder for the pages that are given as HTML."""

    chromium: Chromium
    scratch: Path
    _opened: int = field(default=0, init=False)

    @contextmanager
    def open(
        self,
        page: str | Path,
        *,
        width: int = 1280,
        height: int = 800,
        scheme: Scheme = "light",
        network: bool = False,
        overflow: bool = False,
    ) -> Iterator[Page]:
        """Opens a page: HTML, the file of one, or an address of a server. Checks it when left.

        The checks: no error and no warning at the console, nothing that the page's content policy forbade, no
        request but for the page itself (network: of any server; else only by files beside it), and nothing
        that sticks out to the side (overflow: may).
        """
        context = self.chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
        )
        context.set_default_timeout(10_000)
        context.add_init_script(WATCH)
        view = context.new_page()
        complaints = _watched(view)
        if not network:
            _keep_off_the_network(view, complaints)
        try:
            view.goto(self._address(page))
            yield view
            complaints += view.evaluate("globalThis.breaches")
            if not overflow and (outside := view.evaluate(STICKING_OUT)):
                complaints.append(f"sticks out at {width} px: {' '.join(outside[:5])}")
            assert not complaints, "\n".join(complaints)
        finally:
            context.close()

    def _address(self, page: str | Path) -> str:
        if isinstance(page, str) and page.startswith(("http:", "file:")):
            return page
        if isinstance(page, str):
            self._opened += 1
            path = self.scratch / f"{self._opened}.html"
            path.write_text(page, "utf-8")
            page = path
        return page.resolve().as_uri()


def _watched(page: Page) -> list[str]:
    """Returns a list that gathers what the page's console says from now on."""
    complaints: list[str] = []

    def hear(line: ConsoleMessage) -> None:
        if line.type in ("error", "warning") and "GL Driver Message" not in line.text:
            complaints.append(f"{line.type}: {line.text}")

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    return complaints


def _keep_off_the_network(page: Page, complaints: list[str]) -> None:
    def refuse(route: Route) -> None:
        complaints.append(f"asked for {route.request.url}")
        route.abort()

    page.route(lambda url: not url.startswith(("file:", "data:", "blob:")), refuse)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One Chromium for all tests of a session."""
    path = find_browser()
    if path is None:
        if "PALATE_BROWSER" in os.environ:
            pytest.fail("no Chromium, which this run needs; get one with: make build/chromium/installed")
        pytest.skip("needs a Chromium; get one with: make build/chromium/installed")
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs the group test")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield Browser(chromium, tmp_path_factory.mktemp("pages"))
        chromium.close()
