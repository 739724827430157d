import base64
import hashlib
import json
import re
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

from browser import Browser, Scheme
from palate.encoder.minilm_file import model_folder
from palate.encoder.static import SHIPPED
from palate.insight.assessment import Assessment, BlockSummary
from palate.insight.xray import xray
from palate.insight.xray_data import Piece, XRay
from palate.report.xray_page import xray_page
from palate.text import Text
from palate.value import Contribution, SimilarText, Value

NASTY = "<script>alert(\"1\")</script> & 'x' \x1b[31m \u202e"


def drawn(
    t: int,
    layers: int = 2,
    heads: int = 4,
    dims: int = 32,
    texts: tuple[str, ...] = ("words",),
    seed: int = 0,
) -> XRay:
    """An x-ray with drawn numbers: two special pieces around t - 2 of the text, every third of which goes on
    a word.
    """
    rng = np.random.default_rng(seed)
    words = [
        Piece(f"{'##' * (n % 3 == 2)}p{n}", 1000 + n, 0, 0, 0, len(texts[0]), n % 3 == 2)
        for n in range(1, t - 1)
    ]
    pieces = (Piece("[CLS]", 101, 0, None, 0, 0, False), *words, Piece("[SEP]", 102, 0, None, 0, 0, False))
    added = {name: rng.normal(size=(t, dims)) for name in ("word", "position", "token type")}
    summed = np.sum(list(added.values()), axis=0)
    attention = rng.gamma(0.3, size=(layers, heads, t, t)).astype(np.float32) + 1e-6
    attention /= attention.sum(axis=-1, keepdims=True)
    hidden = rng.normal(size=(layers + 1, t, dims))
    pooled = hidden[-1].mean(axis=0)
    return XRay(
        encoder="sbert:drawn",
        model="a drawn model",
        texts=texts,
        pieces=pieces,
        n_pieces=t,
        window=512,
        mask=np.ones(t, np.int64),
        embeddings=added,
        summed=summed,
        embedded=summed / 2,
        attention=attention,
        hidden=hidden,
        pooling="mean pooling",
        pooled=pooled,
        shares=hidden[-1] @ pooled / (t * pooled @ pooled),
        vector=pooled / np.linalg.norm(pooled),
        inner=64,
    )


OUTCOME = Assessment(
    number=2**63 + 5,
    agreement=0.99,
    store=f"{NASTY}.db",
    encoder="static",
    known="t7",
    nearest=(
        SimilarText(Text.of("b", title=NASTY, id="<i>", published=datetime(2026, 1, 1, tzinfo=UTC)), 0.5),
        SimilarText(Text.of("low", id="l"), -0.2),
    ),
    reader="<me>",
    value=Value(0.731, float("nan")),
    contributions=(Contribution("keyword", "<em>", 1.5), Contribution("semantic", "semantic", -0.5)),
    blocks=(BlockSummary("semantic", 256, 256, 1.1, -0.5), BlockSummary("keyword", 900, 3, 0.4, 1.5)),
)


class Tags(HTMLParser):
    """All tags of a page, each closed where it must be."""

    VOID = frozenset({"meta", "hr", "br"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, name: str) -> list[str]:
        """The values of an attribute."""
        return [
            value or "" for _, attributes in self.tags for key, value in attributes.items() if key == name
        ]


def data_of(page: str) -> Any:
    match = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert match
    return json.loads(match[1])


def unpacked(packed: str, kind: type[np.generic]) -> np.ndarray[Any, Any]:
    return np.frombuffer(zlib.decompress(base64.b64decode(packed)), kind)


def test_a_page_is_whole_and_its_links_and_labels_lead_somewhere() -> None:
    tags = Tags(xray_page(drawn(9), OUTCOME))
    ids = tags.all("id")
    assert len(ids) == len(set(ids))
    assert {link.removeprefix("#") for link in tags.all("href")} <= set(ids)
    assert {
        "pieces",
        "numbers",
        "shapes",
        "embeddings",
        "attention",
        "looks",
        "layers",
        "vector",
        "nearest",
        "value",
        "number",
    } <= set(ids)
    assert sorted({int(index) for index in tags.all("data-piece")}) == list(range(9))


def test_what_comes_from_outside_is_text_and_nothing_else() -> None:
    """No tag, attribute or control of a text, a title, an id, a reader or a store becomes one of the page."""
    tags = Tags(xray_page(drawn(5, texts=(NASTY, NASTY)), OUTCOME))
    assert [tag for tag, _ in tags.tags].count("script") == 2
    assert not {tag for tag, _ in tags.tags} & {"em", "i>", "me"}
    assert tags.text.count('<script>alert("1")</script>') >= 3
    assert "\x1b" not in tags.text
    assert not [
        name for _, attributes in tags.tags for name in attributes if name.startswith("on") or name == "style"
    ]


def test_a_piece_of_the_vocabulary_cannot_end_the_data() -> None:
    seen = drawn(4)
    page = xray_page(
        replace(seen, pieces=(*seen.pieces[:-1], Piece("</script><b>", 1, 0, 0, 0, 1, False))), OUTCOME
    )
    assert data_of(page)["pieces"][-1] == "</script><b>"
    Tags(page)


def test_a_page_lets_nothing_in_and_nothing_run_but_its_own() -> None:
    """The policy starts from nothing and names the style and the script by what they hash to."""
    page = xray_page(drawn(5), OUTCOME)
    (policy,) = [attributes["content"] for _, attributes in Tags(page).tags if "http-equiv" in attributes]
    rules = dict(rule.split(maxsplit=1) for rule in str(policy).split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"
    for tag in ("style", "script"):
        (code,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert (
            rules[f"{tag}-src"]
            == f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"
        )
    # a name, not an address
    assert set(re.findall(r"https?://[^\s\"'`)]+", page)) == {"http://www.w3.org/2000/svg"}


def test_attention_comes_out_as_it_went_in_to_within_a_level() -> None:
    seen = drawn(11)
    told = data_of(xray_page(seen, OUTCOME))["attention"]
    assert told["names"] == ["1", "2", "3", "4", "mean", "rollout"]
    maps = unpacked(told["packed"], np.uint8).reshape(2, 6, 11, 11).swapaxes(2, 3) / told["levels"]
    for index, expected in ((slice(0, 4), seen.attention), (4, seen.mean), (5, seen.rollout)):
        np.testing.assert_allclose(maps[:, index], np.sqrt(expected), atol=0.51 / told["levels"])


def test_strips_come_out_as_they_went_in_but_for_what_outshines_the_rest() -> None:
    seen = drawn(40)
    strips = data_of(xray_page(seen, OUTCOME))["strips"]
    cells = unpacked(strips["rows"], np.int8).reshape(len(strips["names"]), 40, 32).astype(np.float64)
    tables = {**seen.embeddings, "sum": seen.summed, "layer norm": seen.embedded}
    assert strips["names"] == list(tables)
    assert len(set(strips["scales"][:4])) == 1  # what is added and the sum compare
    for rows, scale, expected in zip(cells, strips["scales"], tables.values(), strict=True):
        np.testing.assert_allclose(
            rows / 127 * scale, np.clip(expected, -scale, scale), atol=0.51 * scale / 127
        )
        assert (np.abs(expected) > scale).mean() <= 0.006


@pytest.mark.needs("bert")
def test_the_longest_text_of_minilm_has_a_page_below_3_mb_with_all_its_pieces() -> None:
    seen = xray(
        "Old banks lend to new ships, unbelievably often. " * 40, folder=model_folder(), encoder="minilm"
    )
    page = xray_page(seen, OUTCOME)
    assert len(page.encode()) < 3_000_000
    assert data_of(page)["attention"]["n"] == len(seen.pieces) == 256


@pytest.mark.slow
def test_attention_that_packs_badly_is_drawn_coarser_and_then_for_fewer_pieces() -> None:
    seen = drawn(256, layers=6, heads=12, dims=384)
    page = xray_page(seen, OUTCOME)
    told = data_of(page)["attention"]
    assert told["levels"] == 47
    assert told["n"] < 256
    assert len(page.encode()) < 3_200_000
    maps = unpacked(told["packed"], np.uint8).reshape(6, 14, told["n"], told["n"]).swapaxes(2, 3) / 47
    np.testing.assert_allclose(
        maps[:, :12], np.sqrt(seen.attention[:, :, : told["n"], : told["n"]]), atol=0.51 / 47
    )


def test_of_a_large_model_attention_is_drawn_for_the_first_pieces_and_the_page_says_so() -> None:
    page = xray_page(drawn(40, layers=48, heads=96, dims=8), OUTCOME)
    n = data_of(page)["attention"]["n"]
    assert n < 40
    assert f"Drawn for the first {n} of 40 pieces" in page


def test_a_text_beyond_the_window_is_told() -> None:
    seen = replace(drawn(6), n_pieces=700, window=6)
    assert "the text has 700 pieces, more than the window takes" in xray_page(seen, OUTCOME)


def test_without_a_store_nothing_is_said_of_it() -> None:
    ids = Tags(xray_page(drawn(5), Assessment(number=3))).all("id")
    assert not {"nearest", "value"} & set(ids)
    assert "number" in ids


def test_a_static_text_has_a_page_without_attention() -> None:
    seen = xray("unbelievably old cats", folder=SHIPPED, encoder="static")
    page = xray_page(seen, Assessment(number=0))
    assert data_of(page)["attention"] is None
    assert not {"attention", "looks", "layers"} & set(Tags(page).all("id"))
    assert data_of(page)["strips"]["names"] == ["word"]


@pytest.mark.parametrize("seed", range(3))
def test_the_number_is_drawn_bit_by_bit(seed: int) -> None:
    number = int(np.random.default_rng(seed).integers(0, 2**64, dtype=np.uint64))
    bits = re.findall(r"<li( class=\"?set\"?)?></li>", xray_page(drawn(4), Assessment(number=number)))
    assert sum(1 << (63 - index) for index, bit in enumerate(bits) if bit) == number


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_a_browser_draws_the_page_and_a_chosen_piece_is_chosen_everywhere(
    browser: Browser, width: int, scheme: Scheme
) -> None:
    with browser.open(xray_page(drawn(9), OUTCOME), width=width, scheme=scheme) as page:
        page.wait_for_selector("html[data-ready=yes]")
        page.click("#pieces .chip >> nth=3")
        assert page.locator(".chip.chosen").count() == 2
        assert page.inner_text("#adding-piece") == "3: p3"
        assert page.inner_text("#summary").startswith("Layer 1, mean: p33 looks at")
