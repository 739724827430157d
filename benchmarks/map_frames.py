"""Map page: milliseconds a frame in Chromium with software rendering, and bytes of the page, by points.

A frame is drawn and a pixel of it read back, so that all of it is done; the view zooms a little each time.
"""

import argparse
import os
import tempfile
from pathlib import Path
from statistics import median

import numpy as np
from playwright.sync_api import sync_playwright

from palate.insight.map_scene import by_category
from palate.report.map_page import map_page
from palate.report.pile import Pile
from palate.text import Text
from report import emit

FLAGS = ["--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader"]
FRAMES = """(frames) => {
  const taken = [], pixel = new Uint8Array(4);
  for (let frame = 0; frame < frames; frame++) {
    view.zoom *= 1.01;
    stale = true;
    const begun = performance.now();
    draw();
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    taken.push(performance.now() - begun);
  }
  return taken;
}"""


def page_of(n: int, rng: np.random.Generator) -> str:
    texts = [Text(str(number), "", "") for number in range(n)]
    positions = rng.normal(size=(n, 2)) + 4 * rng.integers(0, 6, (n, 1)) * np.array([[1.0, 0.4]])
    groups = [f"group {number}" for number in rng.integers(0, 8, n)]
    return map_page(
        Pile("made", texts, np.zeros((n, 1), np.float32), "none"), positions, by_category("group", groups)
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--browser", default=os.environ.get("CHROMIUM", "/usr/bin/chromium"))
    given = parser.parse_args()
    with sync_playwright() as started, tempfile.TemporaryDirectory() as folder:
        browser = started.chromium.launch(executable_path=given.browser, args=FLAGS)
        for n in given.sizes:
            path = Path(folder, f"{n}.html")
            path.write_text(page_of(n, np.random.default_rng(0)), "utf-8")
            page = browser.new_page(viewport={"width": 1280, "height": 850})
            page.goto(path.as_uri())
            page.wait_for_selector("body[data-ready]", timeout=120_000)
            frames = page.evaluate(FRAMES, 12)
            figures = {
                "points": n,
                "frame_ms": round(median(frames[2:]), 1),
                "page_mb": round(path.stat().st_size / 1e6, 2),
            }
            emit("map_frames", figures, data="made points and ids, no titles", seed=0)
