import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer
from typer.testing import CliRunner

from palate.cli.train import app
from palate.errors import BadSource, BadValue
from palate.training.autoencode import autoencode
from palate.training.export import export
from palate.training.reconstruction import read_reconstruction
from palate.training.run.settings import AUTOENCODER_DEFAULTS, LoraSettings
from palate.training.run.trained_model import read_trained_model
from training.sentence_files import sts_file, texts, write

BRIEF = replace(AUTOENCODER_DEFAULTS, epochs=8, batch=16, dropout=0.1)


def test_the_saved_model_gives_the_codes_that_the_way_back_is_made_for(
    tiny_bert: Path, tmp_path: Path
) -> None:
    data, sts = write(tmp_path / "texts.csv", {"text": texts(90, 0)}), sts_file(tmp_path)
    made = autoencode(
        tmp_path / "made",
        data,
        dims=4,
        encoder=str(tiny_bert),
        sts=sts,
        hidden=16,
        norm="batch",
        settings=BRIEF,
    )
    new = texts(9, 7)
    unit = SentenceTransformer(str(tiny_bert), device="cpu").encode(new).astype(float)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    codes = read_reconstruction(made.folder).codes(unit)
    codes /= np.linalg.norm(codes, axis=1, keepdims=True)
    found = SentenceTransformer(str(made.folder), device="cpu").encode(new)
    np.testing.assert_allclose(found, codes, atol=1e-4)
    assert read_trained_model(made.folder).settings["method"] == "autoencoder"
    assert {"neighbours_kept", "reconstruction_error", "sts_spearman"} <= set(made.figures["after"])
    assert set(made.figures) == {"before", "pca", "after"}
    assert (made.folder / "report" / "history.png").is_file()
    assert export(str(made.folder), tmp_path / "onnx", "onnx").max_difference < 1e-4


def test_the_same_seed_gives_the_same_weights(tiny_bert: Path, tmp_path: Path) -> None:
    data = write(tmp_path / "texts.csv", {"text": texts(60, 0)})
    made = [
        autoencode(tmp_path / name, data, dims=3, encoder=str(tiny_bert), hidden=8, settings=BRIEF)
        for name in ("one", "other")
    ]
    one, other = (read_reconstruction(model.folder).decoding[1].weight for model in made)
    np.testing.assert_array_equal(one, other)


def test_bad_requests_are_refused(tiny_bert: Path, tmp_path: Path) -> None:
    data = write(tmp_path / "texts.csv", {"text": texts(30, 0)})
    with pytest.raises(BadSource, match="30 different texts, expected at least 40"):
        autoencode(tmp_path / "made", data, dims=3, encoder=str(tiny_bert))
    with pytest.raises(BadValue, match="16 dims, fewer than those can be kept; got 16"):
        autoencode(tmp_path / "made", data, dims=16, encoder=str(tiny_bert))
    with pytest.raises(BadValue, match="leave --lora out"):
        autoencode(
            tmp_path / "made",
            data,
            dims=3,
            encoder=str(tiny_bert),
            settings=replace(BRIEF, lora=LoraSettings()),
        )


def test_the_command_trains_it_and_says_what_is_kept(tiny_bert: Path, tmp_path: Path) -> None:
    data, out = write(tmp_path / "texts.csv", {"text": texts(60, 0)}), tmp_path / "made"
    args = ["reduce", "--data", str(data), "--dims", "3", "--encoder", str(tiny_bert), "--out", str(out)]
    made = CliRunner().invoke(
        app, [*args, "--method", "autoencoder", "--epochs", "2", "--hidden", "8", "--json"]
    )
    assert made.exit_code == 0, made.output
    figures = json.loads(made.stdout.splitlines()[-1])["figures"]
    assert 0 <= figures["after"]["neighbours_kept"] <= 1
    refused = CliRunner().invoke(app, [*args, "--dropout", "0.1"])
    assert isinstance(refused.exception, BadValue)
    assert "leave --dropout out, or give --method autoencoder" in str(refused.exception)
