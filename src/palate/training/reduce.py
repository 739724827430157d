"""Reduce: shorter vectors of a sentence model, along the main axes of its vectors of given texts."""

from pathlib import Path

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
from palate.training.run.finish import save_trained_model
from palate.training.run.recipe import describe_recipe
from palate.training.run.resume import begin_training, remove_checkpoints, report_full_disk
from palate.training.run.settings import TrainingSettings
from palate.training.run.table import read_table
from palate.training.run.trained_model import TrainedModel
from palate.training.sentences import encode_unique, load_sentence_model


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
    variance: share that the kept axes have. Raises BadValue for dims that are not fewer, BadSource for too
    few texts, BadFolder.
    Source: principal components as in sentence-transformers' own example of dimensionality reduction, by
    scikit-learn.
    """
    tables = [read_table(data), *([read_table(sts)] if sts else [])]
    texts = list(dict.fromkeys(tables[0].strings(column)))
    set_seed(seed)
    model = load_sentence_model(encoder, window)
    vectors = np.stack(list(encode_unique(model, texts).values()))
    full_dims = vectors.shape[1]
    if not 1 <= dims < full_dims:
        raise BadValue(f"{encoder} has {full_dims} dims, fewer than those can be kept; got {dims}")
    if len(texts) <= dims:
        raise BadSource(
            f"{data} has {len(texts)} different texts, too few for {dims} dims; give more than {dims}"
        )
    settings = TrainingSettings(window=window, seed=seed)
    recipe = describe_recipe("reduce", encoder, tables, settings, dims=dims, column=column)
    begin_training(out, recipe)
    pca = PCA(dims, random_state=seed).fit(vectors)
    reduced = _with_projection(model, pca, vectors)
    with report_full_disk(out):
        reduced.save_pretrained(str(out), create_model_card=False)
    compared = compare_encoders(
        {"before": model.encode, "after": reduced.encode}, texts, tables[1] if sts else None
    )
    figures = {
        "before": {"dims": full_dims, "megabytes": parameters_mb(model)},
        "after": {
            "dims": dims,
            "megabytes": parameters_mb(reduced),
            "variance": float(pca.explained_variance_ratio_.sum()),
        },
    }
    trained = TrainedModel(
        out,
        "reduce",
        encoder,
        columns={"text": column},
        figures={part: {**figures[part], **compared[part]} for part in figures},
        data=tuple(recipe["data"]),
        versions=recipe["versions"],
        parameters=sum(weight.numel() for weight in reduced.parameters()),
        settings={"dims": dims, "window": window, "seed": seed},
    )
    remove_checkpoints(out)
    return save_trained_model(trained)


def _with_projection(model: SentenceTransformer, pca: PCA, vectors: Matrix) -> SentenceTransformer:
    """Returns the model followed by the axes, and by scaling where its own vectors have length 1."""
    dims, full_dims = pca.components_.shape
    rows = torch.from_numpy(pca.components_).float()
    projection = Dense(full_dims, dims, bias=False, activation_function=torch.nn.Identity(), init_weight=rows)
    modules = [*model, projection]
    if np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3):
        modules.append(Normalize())
    return SentenceTransformer(modules=modules, device=str(model.device))
