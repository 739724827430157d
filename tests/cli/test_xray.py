import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import Result

from palate.cli.xray_view import strip
from palate.encoder.static import StaticEncoder
from palate.insight.number import number_of
from palate.library import Library

Palate = Callable[..., Result]

TEXT = "Unbelievably, bond yields rose."


@pytest.fixture(autouse=True, scope="module")
def _calm() -> None:
    """No test reaches the hub or draws bars."""
    import huggingface_hub.constants
    import transformers

    huggingface_hub.constants.HF_HUB_OFFLINE = True
    transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]


@pytest.fixture(autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """The minilm file is made once for this module, and not in the user's cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "xray-cache"))


def facts(result: Result) -> dict[str, Any]:
    (line,) = result.stdout.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def test_it_tells_what_value_number_and_the_encoder_tell(
    palate: Palate, store: Path, loaded_static: StaticEncoder
) -> None:
    """The same vector, number, value and contributions as elsewhere, of a text that is not stored."""
    palate("judge", "cats-1", "dislike")
    palate("judge", "bonds-2", "like")
    seen = facts(palate("xray", TEXT, "--json"))
    np.testing.assert_allclose(seen["vector"], loaded_static.encode([TEXT])[0], atol=1e-6)
    assert seen["agreement"] == pytest.approx(1)
    assert (
        seen["number"]
        == number_of(loaded_static.sums([TEXT]))
        == facts(palate("number", TEXT, "--json"))["number"]
    )
    value = facts(palate("value", TEXT, "--json"))
    assert {name: seen["value"][name] for name in ("mean", "sd", "score")} == {
        name: value[name] for name in ("mean", "sd", "score")
    }
    logit = np.log(value["mean"] / (1 - value["mean"]))
    assert sum(share["amount"] for share in seen["contributions"]) == pytest.approx(logit, abs=1e-6)
    for block in seen["blocks"]:
        own = sum(share["amount"] for share in seen["contributions"] if share["block"] == block["name"])
        assert block["logit"] == pytest.approx(own)
    assert seen["known"] is None
    assert sum(piece["share"] for piece in seen["pieces"]) == pytest.approx(1)


def test_nearest_are_those_with_the_highest_cosine(palate: Palate, store: Path) -> None:
    seen = facts(palate("xray", TEXT, "--json"))
    with Library(store) as library:
        vectors = library.corpus().vectors
        cosines = np.sort(vectors @ library.encode([TEXT])[0])[::-1]
    np.testing.assert_allclose([near["similarity"] for near in seen["nearest"]], cosines[:5], atol=1e-4)
    assert seen["nearest"][0]["id"].startswith("bonds")


def test_a_stored_text_is_known_and_nothing_is_stored(palate: Palate, store: Path) -> None:
    with Library(store) as library:
        content, before = library.text("cats-1").body, len(library.corpus())
        library.add([{"id": "bare", "text": content + " More."}])
    assert facts(palate("xray", content + " More.", "--json"))["known"] == "bare"
    palate("xray", "never seen before")
    with Library(store) as library:
        assert len(library.corpus()) == before + 1


def test_the_reader_that_is_meant_is_asked(palate: Palate, store: Path) -> None:
    palate("reader", "add", "ada", "--likes", "government bonds")
    seen = facts(palate("xray", TEXT, "--reader", "ada", "--json"))
    assert seen["reader"] == "ada"
    assert seen["value"]["mean"] == facts(palate("value", TEXT, "--reader", "ada", "--json"))["mean"]
    assert palate("xray", TEXT, "--reader", "nobody", ok=False).exit_code == 1


def test_in_the_terminal_all_steps_are_told(palate: Palate, store: Path) -> None:
    said = palate("xray", TEXT).stdout
    for words in (
        "pieces",
        "un",
        "##",
        "Shapes",
        "Nearest stored texts",
        "Value for me: score",
        "Feature blocks",
        "Number",
    ):
        assert words in said
    assert "layers, no attention" in said
    assert "Hidden states" not in said


def test_without_a_store_the_rest_is_told(palate: Palate, tmp_path: Path) -> None:
    result = palate("xray", TEXT)
    assert "there is no store at" in result.stderr
    assert "Nearest" not in result.stdout
    assert not (tmp_path / "store.db").exists()


def test_a_page_is_written_whole_or_not_at_all(palate: Palate, store: Path) -> None:
    result = palate("xray", TEXT, "--html", "page.html")
    assert result.stdout == ""
    assert "page.html" in result.stderr
    page = Path("page.html").read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert TEXT in page
    assert facts(palate("xray", TEXT, "--html", "page.html", "--json"))["number"]
    refused = palate("xray", TEXT, "--html", "no/such/folder/page.html", ok=False)
    assert refused.exit_code == 1
    assert "cannot be written" in refused.stderr


@pytest.mark.parametrize("empty", ["", " \n"])
def test_an_empty_text_gets_one_sentence(palate: Palate, empty: str) -> None:
    result = palate("xray", empty, ok=False)
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == "palate: the text is empty; give palate xray at least one word"


def test_controls_of_a_text_do_not_reach_the_terminal(palate: Palate, store: Path) -> None:
    assert "\x1b" not in palate("xray", "red \x1b[31m alert \x1b]0;x\x07").stdout


def test_minilm_is_seen_beside_its_int8_export(palate: Palate, store: Path) -> None:
    seen = facts(palate("xray", TEXT, "--encoder", "minilm", "--json"))
    assert (seen["layers"], seen["heads"], seen["window"]) == (6, 12, 256)
    assert 0.985 < seen["agreement"] < 0.9999
    assert seen["steps"][0] == {"step": "input ids", "shape": [1, len(seen["pieces"])], "times": 1}
    assert all(len(piece["looks"]) == 6 and len(piece["cosines"]) == 7 for piece in seen["pieces"])
    said = palate("xray", TEXT, "--encoder", "minilm").stdout
    assert "float32 original" in said
    assert "layer 6" in said
    assert "by its encoder static" in said


def test_a_pair_is_read_in_one_row_and_compared_each_alone(palate: Palate) -> None:
    from palate.encoder.minilm import MinilmEncoder

    one, other = "A cat sleeps.", "Kittens nap all day."
    seen = facts(palate("xray", one, "--pair", other, "--encoder", "minilm", "--json"))
    assert seen["texts"] == [one, other]
    assert {piece["type"] for piece in seen["pieces"]} == {0, 1}
    vectors = MinilmEncoder().encode([one, other])
    assert seen["similarity"] == pytest.approx(float(vectors[0] @ vectors[1]), abs=1e-6)
    assert seen["agreement"] is None


def test_a_text_beyond_the_window_is_said_and_not_all_rows_are_printed(palate: Palate) -> None:
    said = palate("xray", "old cats sleep " * 100, "--encoder", "minilm").stdout
    assert "the text has 302 pieces, more than the window takes" in said
    assert "40 of 256 pieces" in said


def test_an_unknown_encoder_is_refused(palate: Palate) -> None:
    assert "there is no encoder called 'bert'" in palate("xray", "cat", "--encoder", "bert", ok=False).stderr


def test_a_strip_has_the_sign_and_the_size_of_its_numbers() -> None:
    cells = strip(np.array([0.0, 0.0, 4.0, 4.0, -2.0, -2.0]), 3)
    assert cells.plain == " █▒"
    assert len({str(span.style) for span in cells.spans}) == 2
