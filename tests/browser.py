"""A browser for tests: pages as people see them, in Chromium without a window.

The one that .ci/chromium brought, or that CHROMIUM names. Tests skip where there is none; with
PALATE_TEST_BROWSER=required, as `make test` sets it, they fail.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BROUGHT = Path(__file__).parents[1] / "build" / "chromium"
FLAGS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync"
    " --enable-unsafe-swiftshader --use-gl=angle --use-angle=swiftshader"
).split()
HIDDEN_OVERFLOW = """() => [...document.querySelectorAll("body *")].filter(element => {
    for (let up = element.parentElement; up; up = up.parentElement)
        if (getComputedStyle(up).overflowX != "visible" || up.tagName == "svg") return false;
    return element.getBoundingClientRect().right > innerWidth + 1;
}).map(element => element.outerHTML.slice(0, 120))"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Starts the browser. Skips the test, or fails it, where there is none."""
    path = os.environ.get("CHROMIUM") or shutil.which(BROUGHT / "chromium") or shutil.which("chromium")
    if path is None and os.environ.get("PALATE_TEST_BROWSER") == "required":
        pytest.fail("no browser; bring it with: .venv/bin/python .ci/chromium")
    if path is None:
        pytest.skip("no browser: .ci/chromium brings one")
    playwright = pytest.importorskip("playwright.sync_api")
    libraries = {"LD_LIBRARY_PATH": f"{BROUGHT}/lib:{BROUGHT}", "FONTCONFIG_FILE": f"{BROUGHT}/fonts.conf"}
    own = libraries if str(path).startswith(str(BROUGHT)) else {}
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=FLAGS, env={**os.environ, **own})
        yield browser
        browser.close()


@dataclass(frozen=True)
class Opened:
    """A page that was opened. faults: what its console and its security policy complained of."""

    page: Page
    faults: list[str]

    def overflowing(self) -> list[str]:
        """Returns the beginnings of the elements that stick out to the right and do not scroll."""
        found: list[str] = self.page.evaluate(HIDDEN_OVERFLOW)
        return found


@contextmanager
def opened(
    browser: Browser, path: Path, *, width: int = 1280, scheme: Literal["light", "dark"] = "light"
) -> Iterator[Opened]:
    """Opens a file as a page of its own, whose network is off."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True, accept_downloads=True
    )
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(path.as_uri())
    yield Opened(page, faults)
    context.close()
