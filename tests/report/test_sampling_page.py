import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from browser import Browser, Scheme
from palate.report.sampling_page import sampling_page
from sampling_xrays import small_xray

pytestmark = pytest.mark.needs("bert")
NASTY = "</script><script>alert(1)</script>\x1b[31m\u202e"
CLOSE = 1e-4


def data_of(page: str) -> Any:
    match = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert match
    return json.loads(match[1])


def test_what_a_model_wrote_is_text_and_nothing_else() -> None:
    xray = small_xray()
    xray = replace(
        xray,
        names=dict.fromkeys(xray.names, NASTY),
        text=NASTY,
        model=NASTY,
        pieces=(NASTY,) * len(xray.pieces),
    )
    page = sampling_page(xray)
    assert page.count("<script") == 2
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert set(data_of(page)["names"].values()) == {"</script><script>alert(1)</script>␛[31m‹U+202E›"}


def test_special_tokens_of_the_prompt_are_marked() -> None:
    page = sampling_page(small_xray())
    assert page.count('<li class="token special"') == 3  # a start and an end of the turn, and a start


def test_without_javascript_there_are_the_draft_and_the_first_steps() -> None:
    page = sampling_page(small_xray(repetition_penalty=1.3, top_p=0.9))
    noscript = page[page.index("<noscript>") : page.index("</noscript>")]
    assert noscript.count("<table>") == 3
    assert page.count("data-step=") == 12


def test_greedy_is_said() -> None:
    assert "temperature 0: greedy" in sampling_page(small_xray(temperature=0))


def test_a_page_of_many_long_steps_is_below_3_mb_and_counts_what_it_leaves_out() -> None:
    xray = small_xray(new_tokens=2)
    step, rng = xray.steps[0], np.random.default_rng(0)
    logits = -np.sort(-rng.normal(size=5000).astype(np.float32))
    names = {number: f" token{number}" for number in range(5000)}
    tokens = np.arange(5000)
    cut = np.ones(5000, bool)
    wide = replace(
        step,
        tokens=tokens,
        raw=logits,
        penalised=logits,
        scaled=logits,
        log_softmax=logits - 9,
        log_probs=logits - 9.0,
        by_top_k=cut,
        by_top_p=cut,
        by_min_p=cut,
        chosen=4000,
    )
    page = sampling_page(replace(xray, steps=(wide,) * 128, names=names))
    assert len(page.encode()) < 3_000_000
    packed = data_of(page)
    told = packed["steps"][0]
    assert told["rank"] == 4001
    assert sum(told["counts"]) + packed["cap"] + 1 == 5000 + step.rest_counts.sum()


SETTINGS: list[dict[str, Any]] = [
    {"temperature": 0.7, "top_k": 20, "top_p": 0.9},
    {"temperature": 1.3},
    {"temperature": 1.1, "repetition_penalty": 1.4, "min_p": 0.05, "seed": 3},
    {"temperature": 2.5, "top_p": 0.98, "seed": 1},
    {"temperature": 0},
]
COMPUTED = """() => steps.map((step) => {
  const stages = stagesOf(step, recorded);
  const { probs, byMinP: kept, logSoftmax } = stages;
  return { probs, kept, logSoftmax, drawn: drawnBy(step, recorded, stages) };
})"""


@pytest.mark.browser
@pytest.mark.parametrize("settings", SETTINGS)
def test_at_the_recorded_settings_the_page_computes_what_was_recorded(
    browser: Browser, settings: dict[str, Any]
) -> None:
    xray = small_xray(**settings)
    with browser.open(sampling_page(xray)) as page:
        computed = page.evaluate(COMPUTED)
    for step, found in zip(xray.steps, computed, strict=True):
        np.testing.assert_allclose(found["probs"], np.exp(step.log_probs), atol=CLOSE)
        np.testing.assert_allclose(found["logSoftmax"], step.log_softmax, atol=CLOSE)
        assert found["kept"] == step.by_min_p.tolist()
        assert found["drawn"] == step.chosen


@pytest.mark.browser
@pytest.mark.parametrize("other", SETTINGS[:4])
def test_at_other_settings_the_page_computes_what_would_have_been_drawn(
    browser: Browser, other: dict[str, Any]
) -> None:
    """The first step's token is that of a draft with these settings, and its probabilities are near."""
    xray, written = small_xray(seed=5), small_xray(**{**other, "seed": 5, "repetition_penalty": 1.0})
    settings = {
        "temperature": other.get("temperature", 1),
        "topK": other.get("top_k", 0),
        "topP": other.get("top_p", 1),
        "minP": other.get("min_p", 0),
    }
    with browser.open(sampling_page(xray)) as page:
        probs, drawn = page.evaluate(
            "(settings) => [stagesOf(steps[0], settings).probs,"
            " drawnBy(steps[0], settings, stagesOf(steps[0], settings))]",
            settings,
        )
    step = written.steps[0]
    n = min(len(probs), len(step.log_probs))
    np.testing.assert_allclose(probs[:n], np.exp(step.log_probs)[:n], atol=2e-3)
    assert xray.steps[0].tokens[drawn] == step.tokens[step.chosen]


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_keys_move_sliders_tell_and_a_branch_is_shown(browser: Browser, width: int, scheme: Scheme) -> None:
    xray = small_xray(branches=1, temperature=0.9)
    with browser.open(sampling_page(xray), width=width, scheme=scheme) as page:
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        assert page.inner_text("#at").startswith("3 of 12")
        assert page.evaluate("document.activeElement.dataset.step") == "2"
        page.keyboard.press("End")
        assert page.inner_text("#at").startswith("12 of 12")
        page.click("#written button >> nth=0")
        assert "settings that the draft was written with" in page.inner_text("#verdict")
        page.focus("#temperature")
        page.keyboard.press("Home")
        changed = [index for index, step in enumerate(xray.steps) if step.chosen]
        assert f"first at step {changed[0] + 1}:" in page.inner_text("#verdict")
        assert page.locator("#written .first, #written .other").count() == len(changed)
        page.click("#back")
        page.locator("#stages .branched").focus()
        page.keyboard.press("Enter")
        assert page.locator("#branch mark").count() == 1
        page.locator("#stages th button >> nth=9").click()
        assert "--branches 9" in page.inner_text("#branch")


@pytest.mark.browser
def test_without_javascript_the_tables_fit_a_phone(browser: Browser) -> None:
    context = browser.chromium.new_context(java_script_enabled=False, viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.set_content(sampling_page(small_xray()))
    assert page.locator("noscript table").count() == 3
    assert not page.locator("#other").is_visible()
    box = page.locator("main").bounding_box()
    assert box is not None
    assert box["width"] <= 360
    context.close()
