"""Reduce: shorter vectors of a sentence model, along the main axes of its vectors of given texts."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules.dense import Dense
from sentence_transformers.sentence_transformer.modules import Normalize
from sklearn.decomposition import PCA
from transformers import set_seed

from palate.errors import BadSource, BadValue
from palate.parts import Matrix
from palate.training.compare import compare_encoders, parameters_mb
from palate.training.reconstruction import (
    Layer,
    Reconstruction,
    encoder_of,
    neighbours_kept,
    share_left_out,
    write_reconstruction,
)
from palate.training.run.finish import save_trained_model
from palate.training.run.recipe import describe_recipe
from palate.training.run.resume import begin_training, remove_checkpoints, report_full_disk
from palate.training.run.settings import TrainingSettings
from palate.training.run.table import Table, read_table
from palate.training.run.trained_model import TrainedModel
from palate.training.sentences import encode_unique, load_sentence_model

MAX_ASKED = 500  # texts whose neighbours before and after are compared


def reduce(
    out: Path,
    data: Path,
    *,
    dims: int,
    encoder: str = "minilm",
    column: str = "text",
    sts: Path | None = None,
    window: int = 256,
    seed: int = 0,
) -> TrainedModel:
    """Puts a layer behind the pooling of a sentence model that keeps `dims` main axes of its vectors of these
    texts.

    Use it where vectors take too much room; the time to encode is the same. data: texts like those that will
    be encoded, more than dims. window: most word pieces of a text. Where the model ends in vectors of length
    1, so does the reduced one. Figures "before" and "after": dims, and sts_spearman on the file `sts`;
    variance: share that the kept axes have; reconstruction_error: share of the variance that they leave out
    of vectors of length 1; neighbours_kept: see palate.training.reconstruction, of 500 texts at most. Raises
    BadValue for dims that are not fewer, BadSource for too few texts, BadFolder.
    Source: principal components as in sentence-transformers' own example of dimensionality reduction, by
    scikit-learn.
    """
    tables = [read_table(data), *([read_table(sts)] if sts else [])]
    begun = reducible(tables, encoder, dims, column, window=window, seed=seed)
    settings = TrainingSettings(window=window, seed=seed)
    recipe = describe_recipe("reduce", encoder, tables, settings, dims=dims, column=column)
    begin_training(out, recipe)
    pca = PCA(dims, random_state=seed).fit(begun.vectors)
    reduced = _with_projection(begun, pca)
    asked = np.random.default_rng(seed).permutation(len(begun.texts))[:MAX_ASKED]
    with report_full_disk(out):
        reduced.save_pretrained(str(out), create_model_card=False)
        unit, axes = unit_rows(begun.vectors), pca
        if not begun.is_unit:
            axes = PCA(dims, random_state=seed).fit(unit)
        back = pca_reconstruction(axes, encoder)
        write_reconstruction(back, out)
    measured = {
        "variance": float(pca.explained_variance_ratio_.sum()),
        "reconstruction_error": share_left_out(back, unit, unit.mean(axis=0)),
        "neighbours_kept": neighbours_kept(begun.vectors, begun.vectors @ pca.components_.T, asked.tolist()),
    }
    trained = TrainedModel(
        out,
        "reduce",
        encoder,
        columns={"text": column},
        figures=reduced_figures(begun, reduced, measured, tables[1] if sts else None),
        data=tuple(recipe["data"]),
        versions=recipe["versions"],
        parameters=sum(weight.numel() for weight in reduced.parameters()),
        settings={"method": "pca", "dims": dims, "window": window, "seed": seed},
    )
    remove_checkpoints(out)
    return save_trained_model(trained)


class Reducible(NamedTuple):
    """A sentence model and its vectors (n, d) of n different texts. is_unit: it ends in vectors of length
    1.
    """

    model: SentenceTransformer
    texts: Sequence[str]
    vectors: Matrix
    is_unit: bool


def reducible(
    tables: Sequence[Table], encoder: str, dims: int, column: str, *, window: int, seed: int
) -> Reducible:
    """Loads a sentence model and encodes the texts of the first table.

    Raises BadValue for dims that are not fewer than the model's, BadSource for too few texts or a model that
    cannot be loaded.
    """
    texts = list(dict.fromkeys(tables[0].strings(column)))
    set_seed(seed)
    model = load_sentence_model(encoder, window)
    vectors = np.stack(list(encode_unique(model, texts).values()))
    full_dims = vectors.shape[1]
    if not 1 <= dims < full_dims:
        raise BadValue(f"{encoder} has {full_dims} dims, fewer than those can be kept; got {dims}")
    if len(texts) <= dims:
        raise BadSource(
            f"{tables[0].path} has {len(texts)} different texts, too few for {dims} dims; "
            f"give more than {dims}"
        )
    is_unit = bool(np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3))
    return Reducible(model, texts, vectors, is_unit)


def reduced_figures(
    begun: Reducible, reduced: SentenceTransformer, measured: dict[str, float], sts: Table | None
) -> dict[str, dict[str, Any]]:
    """Returns the figures "before" and "after": dims, megabytes, speed, and what was measured after."""
    compared = compare_encoders({"before": begun.model.encode, "after": reduced.encode}, begun.texts, sts)
    sizes = {
        "before": {"dims": begun.vectors.shape[1], "megabytes": parameters_mb(begun.model)},
        "after": {
            "dims": int(reduced.get_embedding_dimension() or 0),
            "megabytes": parameters_mb(reduced),
            **measured,
        },
    }
    return {part: {**sizes[part], **compared[part]} for part in sizes}


def pca_reconstruction(pca: PCA, encoder: str) -> Reconstruction:
    """Returns the axes of a PCA and the way back."""
    axes, mean = pca.components_, pca.mean_
    return Reconstruction(*encoder_of(encoder), (Layer(axes, -axes @ mean),), (Layer(axes.T, mean),))


def unit_rows(vectors: Matrix) -> Matrix:
    """Returns (n, d) rows of length 1; a row of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths == 0, 1, lengths))


def _with_projection(begun: Reducible, pca: PCA) -> SentenceTransformer:
    """Returns the model followed by the axes, and by scaling where its own vectors have length 1."""
    dims, full_dims = pca.components_.shape
    rows = torch.from_numpy(pca.components_).float()
    projection = Dense(full_dims, dims, bias=False, activation_function=torch.nn.Identity(), init_weight=rows)
    modules = [*begun.model, projection]
    if begun.is_unit:
        modules.append(Normalize())
    return SentenceTransformer(modules=modules, device=str(begun.model.device))
