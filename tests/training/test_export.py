import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from huggingface_hub import ModelCard
from numpy.typing import NDArray
from onnxruntime import InferenceSession
from safetensors.torch import load_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules.dense import Dense
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from tokenizers import Tokenizer

from palate.errors import BadFolder, BadSource
from palate.training.classify import predict
from palate.training.export import export
from training.animals import animals

TEXTS = ["cat", "a b c d e f g a b c d e f g cat", "", "the dog a dog", *animals(9, 4)[0]]
Made = Callable[[str], Path]


def run_onnx(folder: Path, texts: Sequence[str]) -> tuple[NDArray[Any], NDArray[Any]]:
    read = Tokenizer.from_file(str(folder / "tokenizer.json")).encode_batch(list(texts))
    ids, mask = np.array([one.ids for one in read]), np.array([one.attention_mask for one in read])
    (said,) = InferenceSession(folder / "model.onnx").run(None, {"input_ids": ids, "attention_mask": mask})
    return said, mask


def run_torch(folder: Path, family: str, texts: Sequence[str]) -> NDArray[Any]:
    model = getattr(transformers, family).from_pretrained(folder).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    with torch.inference_mode():
        logits: NDArray[Any] = model(
            **tokenizer(list(texts), padding=True, truncation=True, return_tensors="pt")
        ).logits.numpy()
    return logits


@pytest.mark.parametrize(
    ("kind", "family"),
    [
        ("classify", "AutoModelForSequenceClassification"),
        ("lora", "AutoModelForSequenceClassification"),
        ("regress", "AutoModelForSequenceClassification"),
        ("tokens", "AutoModelForTokenClassification"),
        ("masked", "AutoModelForMaskedLM"),
    ],
)
def test_onnx_runtime_says_what_transformers_says(kind: str, family: str, made: Made, tmp_path: Path) -> None:
    """In batches of any size and length; a classifier looks at no padding."""
    done = export(str(made(kind)), tmp_path / "onnx", "onnx")
    assert done.max_difference < 1e-4
    for texts in (TEXTS, TEXTS[:1], TEXTS[1:4]):
        said, mask = run_onnx(tmp_path / "onnx", texts)
        expected = run_torch(made(kind), family, texts)
        kept = mask == 1 if said.ndim == 3 else slice(None)
        np.testing.assert_allclose(said[kept], expected[kept], atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("kind", ["similarity", "reduce"])
def test_onnx_vectors_are_those_of_sentence_transformers(kind: str, made: Made, tmp_path: Path) -> None:
    export(str(made(kind)), tmp_path / "onnx", "onnx")
    expected = SentenceTransformer(str(made(kind)), device="cpu").encode(TEXTS)
    np.testing.assert_allclose(run_onnx(tmp_path / "onnx", TEXTS)[0], expected, atol=1e-4)


@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_onnx_has_every_module_of_a_sentence_model(pooling: Any, tiny_bert: Path, tmp_path: Path) -> None:
    """A dense layer with tanh and bias, one with neither, and lengths of 1."""
    torch.manual_seed(1)
    first = SentenceTransformer(str(tiny_bert), device="cpu")[0]
    dense = [Dense(16, 9), Dense(9, 4, bias=False, activation_function=None)]
    model = SentenceTransformer(
        modules=[first, Pooling(16, pooling_mode=pooling), *dense, Normalize()], device="cpu"
    )
    model.save_pretrained(str(tmp_path / "model"), create_model_card=False)
    export(str(tmp_path / "model"), tmp_path / "onnx", "onnx")
    said = run_onnx(tmp_path / "onnx", TEXTS)[0]
    np.testing.assert_allclose(said, model.encode(TEXTS), atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(said, axis=1), 1, atol=1e-5)


def test_a_pooling_that_is_not_written_yet_is_refused(tiny_bert: Path, tmp_path: Path) -> None:
    model = SentenceTransformer(
        modules=[SentenceTransformer(str(tiny_bert))[0], Pooling(16, pooling_mode="max")], device="cpu"
    )
    model.save_pretrained(str(tmp_path / "model"), create_model_card=False)
    with pytest.raises(
        BadSource, match=r"mean or first-piece pooling, dense layers and scaling; this model has Pooling"
    ):
        export(str(tmp_path / "model"), tmp_path / "onnx", "onnx")
    assert not (tmp_path / "onnx").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_another_architecture_is_refused(made: Made, tmp_path: Path) -> None:
    config = transformers.DistilBertConfig(vocab_size=60, dim=16, n_layers=1, n_heads=2, hidden_dim=16)  # type: ignore[no-untyped-call]
    transformers.DistilBertForSequenceClassification(config).save_pretrained(tmp_path / "model")
    transformers.AutoTokenizer.from_pretrained(made("classify")).save_pretrained(tmp_path / "model")
    with pytest.raises(BadSource, match="BERT encoders with gelu; this is distilbert"):
        export(str(tmp_path / "model"), tmp_path / "onnx", "onnx")


@pytest.mark.parametrize("kind", ["classify", "similarity"])
def test_the_code_of_the_onnx_card_runs_and_the_hub_reads_its_metadata(
    kind: str, made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    export(str(made(kind)), tmp_path / "onnx", "onnx")
    monkeypatch.chdir(tmp_path / "onnx")
    card = Path("README.md").read_text("utf-8")
    exec(compile("".join(re.findall(r"```python\n(.*?)```", card, flags=re.DOTALL)), "card", "exec"), {})
    assert capsys.readouterr().out.startswith("(2, ")
    metadata: Any = ModelCard(card).data
    assert metadata.library_name == "onnx"


def test_a_copy_says_the_same_and_leaves_the_adapter_out(made: Made, tmp_path: Path) -> None:
    done = export(str(made("lora")), tmp_path / "new" / "copy")
    assert done.form == "folder"
    names = {path.name for path in (tmp_path / "new" / "copy").iterdir()}
    assert {"model.safetensors", "tokenizer.json", "config.json", "README.md", "palate.json"} <= names
    assert not names & {"adapter", "checkpoints"}
    np.testing.assert_array_equal(predict(tmp_path / "new" / "copy", TEXTS), predict(made("lora"), TEXTS))
    assert run_torch(tmp_path / "new" / "copy", "AutoModelForSequenceClassification", TEXTS).shape == (
        len(TEXTS),
        2,
    )


def test_an_adapter_merged_into_its_start_is_the_whole_model(
    made: Made, tiny_bert: Path, tmp_path: Path
) -> None:
    """Loaded by plain peft onto the model that the training began with."""
    from peft import PeftModel

    export(str(made("lora")), tmp_path / "adapter", "adapter")
    config = json.loads((tmp_path / "adapter" / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == str(tiny_bert)
    start = transformers.AutoModelForSequenceClassification.from_pretrained(tiny_bert, num_labels=2)
    merged = PeftModel.from_pretrained(start, str(tmp_path / "adapter")).merge_and_unload()
    whole = load_file(made("lora") / "model.safetensors")
    found = merged.state_dict()
    assert set(whole) == set(found)
    for name, weight in whole.items():
        np.testing.assert_allclose(found[name].numpy(), weight.numpy(), atol=1e-6)


@pytest.mark.parametrize("kind", ["lora", "lora-similarity"])
def test_the_code_of_the_adapters_card_runs(
    kind: str, made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    export(str(made(kind)), tmp_path / "adapter", "adapter")
    monkeypatch.chdir(tmp_path / "adapter")
    card = Path("README.md").read_text("utf-8")
    exec(compile("".join(re.findall(r"```python\n(.*?)```", card, flags=re.DOTALL)), "card", "exec"), {})
    assert "lora" not in capsys.readouterr().out
    metadata: Any = ModelCard(card).data
    assert metadata.library_name == "peft"


def test_what_cannot_be_exported_is_refused_with_the_mend(made: Made, tmp_path: Path) -> None:
    with pytest.raises(
        BadSource, match="has no adapter: it was not trained with --lora; leave --adapter out"
    ):
        export(str(made("classify")), tmp_path / "out", "adapter")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine.txt").write_text("mine")
    with pytest.raises(BadFolder, match="not an empty folder; name another with --out"):
        export(str(made("classify")), tmp_path / "taken")
    (tmp_path / "empty").mkdir()
    assert export(str(made("classify")), tmp_path / "empty").megabytes > 0
