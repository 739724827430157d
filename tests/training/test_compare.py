from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr
from sentence_transformers import SentenceTransformer

from palate.encoder.static import StaticEncoder
from palate.training.compare import compare_encoders, parameters_mb
from palate.training.run.table import read_table
from training.sentence_files import sts_file


def test_encoders_of_any_kind_are_weighed_side_by_side(
    tiny_bert: Path, static: StaticEncoder, tmp_path: Path
) -> None:
    model, table = SentenceTransformer(str(tiny_bert), device="cpu"), read_table(sts_file(tmp_path))
    found = compare_encoders(
        {"tiny": model.encode, "static": static.encode}, table.strings("sentence1"), table
    )
    assert list(found) == ["tiny", "static"]
    left, right = (static.encode(table.strings(column)) for column in ("sentence1", "sentence2"))
    lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    cosine = (left * right).sum(axis=1) / np.where(lengths == 0, 1, lengths)
    assert found["static"]["sts_spearman"] == pytest.approx(
        spearmanr(cosine, table.floats("score"))[0], abs=0.01
    )
    assert min(one["texts_per_s"] for one in found.values()) > 0


def test_an_encoder_that_gives_all_pairs_one_cosine_has_no_correlation(tmp_path: Path) -> None:
    table = read_table(sts_file(tmp_path))
    found = compare_encoders({"same": lambda texts: np.ones((len(texts), 3))}, ["a text"], table)
    assert found["same"]["sts_spearman"] is None


def test_without_scores_there_is_speed_alone(static: StaticEncoder) -> None:
    assert set(compare_encoders({"static": static.encode}, ["a text"], None)["static"]) == {"texts_per_s"}


def test_a_float32_model_has_four_bytes_a_weight(tiny_bert: Path) -> None:
    model = SentenceTransformer(str(tiny_bert), device="cpu")
    assert parameters_mb(model) == pytest.approx(
        sum(weight.numel() for weight in model.parameters()) * 4 / 1e6
    )
