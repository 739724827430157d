"""The pages of map and profile are of the common templates, so a browser finds no fault in them."""

import csv
from pathlib import Path

import numpy as np
import pytest

from browser import Browser, Scheme
from palate.insight.map_scene import by_category
from palate.report.map_page import map_page
from palate.report.pile import pile_of
from palate.report.profile import profile_of
from palate.report.profile_page import profile_page
from palate.text import Text

pytestmark = pytest.mark.browser
LOOKS = pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])


@LOOKS
def test_a_map(papers: list[Text], browser: Browser, width: int, scheme: Scheme) -> None:
    pile = pile_of(papers)
    positions = np.random.default_rng(0).normal(size=(len(pile), 2))
    html = map_page(pile, positions, by_category("source", [text.id[:4] for text in papers]))
    with browser.open(html, width=width, scheme=scheme) as page:
        assert page.inner_text("h1").startswith("Map of texts")
        page.fill("#search", "cats")
        page.wait_for_selector("#texts li")


@LOOKS
def test_a_profile(browser: Browser, tmp_path: Path, width: int, scheme: Scheme) -> None:
    rng = np.random.default_rng(0)
    path = tmp_path / "made.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label", "size", "weight"])
        for row in range(40):
            subject = "cats" if row % 2 else "bonds"
            writer.writerow([f"A text about {subject}, number {row}.", subject, *rng.normal(size=2).tolist()])
    with browser.open(profile_page(profile_of(path)), width=width, scheme=scheme) as page:
        assert page.inner_text("h1") == "Profile of made.csv"
        assert page.locator("svg.heat").count() >= 1
