"""The pages of map and profile are of the common templates, so a browser finds no fault in them."""

import numpy as np
import pytest

from browser import Browser, Scheme
from palate.insight.map_scene import by_category
from palate.report.map_page import map_page
from palate.report.pile import pile_of
from palate.report.profile import profile_of_table
from palate.report.table_of_texts import TextTable
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
def test_a_profile(browser: Browser, width: int, scheme: Scheme) -> None:
    n = 40
    rng = np.random.default_rng(0)
    columns = {
        "text": [f"A text about {'cats' if row % 2 else 'bonds'}, number {row}." for row in range(n)],
        "label": ["cats" if row % 2 else "bonds" for row in range(n)],
        "size": rng.normal(size=n).tolist(),
        "weight": rng.normal(size=n).tolist(),
    }
    table = TextTable("made", columns, columns["text"], [str(row) for row in range(n)], {})
    html = profile_of_table(table, label="label").html()
    with browser.open(html, width=width, scheme=scheme) as page:
        assert page.inner_text("h1") == "Profile of made"
        assert page.locator("#correlation svg").count() == 1
