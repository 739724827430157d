from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize
from sklearn.decomposition import PCA

from palate.errors import BadFolder, BadSource, BadValue
from palate.training.reduce import reduce
from palate.training.run.table import read_table
from palate.training.run.trained_model import read_trained_model
from palate.training.sentence_figures import sentence_figures
from training.sentence_files import sts_file, texts, write


def test_vectors_are_those_of_scikit_learns_axes_up_to_sign(tiny_bert: Path, tmp_path: Path) -> None:
    known, new = texts(60, 0), texts(9, 7)
    data = write(tmp_path / "texts.csv", {"words": known})
    made = reduce(tmp_path / "made", data, dims=5, encoder=str(tiny_bert), column="words")
    whole = SentenceTransformer(str(tiny_bert), device="cpu")
    vectors = whole.encode(known).astype(float)
    _, _, axes = np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)
    found = SentenceTransformer(str(made.folder), device="cpu").encode(new)
    np.testing.assert_allclose(abs(found), abs(whole.encode(new) @ axes[:5].T), atol=1e-4)
    variance = PCA().fit(vectors).explained_variance_ratio_[:5].sum()
    assert made.figures["after"]["variance"] == pytest.approx(variance, abs=1e-5)


def test_all_axes_but_one_keep_nearly_all_and_the_figures_are_of_what_was_saved(
    tiny_bert: Path, tmp_path: Path
) -> None:
    data, sts = write(tmp_path / "texts.csv", {"text": texts(60, 0)}), sts_file(tmp_path)
    made = reduce(tmp_path / "made", data, dims=15, encoder=str(tiny_bert), sts=sts)
    for part, name in (("before", str(tiny_bert)), ("after", str(made.folder))):
        expected = sentence_figures(name, sts=read_table(sts))["sts_spearman"]
        assert made.figures[part]["sts_spearman"] == pytest.approx(expected, abs=1e-6)
    assert read_trained_model(made.folder).settings["dims"] == 15
    assert not (made.folder / "checkpoints").exists()


def test_vectors_of_length_1_stay_so(tiny_bert: Path, tmp_path: Path) -> None:
    unit = SentenceTransformer(
        modules=[*SentenceTransformer(str(tiny_bert), device="cpu"), Normalize()], device="cpu"
    )
    unit.save_pretrained(str(tmp_path / "unit"), create_model_card=False)
    data = write(tmp_path / "texts.csv", {"text": texts(60, 0)})
    made = reduce(tmp_path / "made", data, dims=5, encoder=str(tmp_path / "unit"))
    found = SentenceTransformer(str(made.folder), device="cpu").encode(texts(5, 3))
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def test_bad_requests_are_refused(tiny_bert: Path, tmp_path: Path) -> None:
    data = write(tmp_path / "texts.csv", {"text": texts(10, 0)})
    with pytest.raises(BadValue, match="has 16 dims, fewer than those can be kept; got 16"):
        reduce(tmp_path / "made", data, dims=16, encoder=str(tiny_bert))
    with pytest.raises(BadSource, match="has 10 different texts, too few for 12 dims"):
        reduce(tmp_path / "made", data, dims=12, encoder=str(tiny_bert))
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine").touch()
    with pytest.raises(BadFolder, match="is not empty"):
        reduce(tmp_path / "taken", data, dims=5, encoder=str(tiny_bert))
