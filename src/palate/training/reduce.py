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
from palate.training.run.finish import Finished, recipe, save_finished
from palate.training.run.resume import begin, end, full_disk
from palate.training.run.settings import Settings
from palate.training.sentences import encode_once, load_sentences
from palate.training.table import read_table
from palate.training.weighed import parameters_mb, weigh


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
) -> Finished:
    """Put a layer behind the pooling of a sentence model that keeps `dims` main axes of its vectors of these
    texts.

    Use it where vectors take too much room; the time to encode is the same. data: texts like those that will
    be encoded, more than dims. window: most word pieces of a text. Where the model ends in vectors of length
    1, so does what is made. Figures "before" and "after": dims, and sts_spearman on the file `sts`; variance:
    share that the kept axes have. Raises BadValue for dims that are not fewer, BadSource for too few texts,
    BadFolder.
    Source: principal components as in sentence-transformers' own example of dimensionality reduction, by
    scikit-learn."""
    tables = [read_table(data), *([read_table(sts)] if sts else [])]
    texts = list(dict.fromkeys(tables[0].words(column)))
    set_seed(seed)
    model = load_sentences(encoder, window)
    vectors = np.stack(list(encode_once(model, texts).values()))
    whole = vectors.shape[1]
    if not 1 <= dims < whole:
        raise BadValue(f"{encoder} has {whole} dims, fewer than those can be kept; got {dims}")
    if len(texts) <= dims:
        raise BadSource(
            f"{data} has {len(texts)} different texts, too few for {dims} dims; give more than {dims}"
        )
    facts = recipe("reduce", encoder, tables, Settings(window=window, seed=seed), dims=dims, column=column)
    begin(out, facts)
    axes = PCA(dims, random_state=seed).fit(vectors)
    rows = torch.from_numpy(axes.components_).float()
    parts = [
        *model,
        Dense(whole, dims, bias=False, activation_function=torch.nn.Identity(), init_weight=rows),
    ]
    if np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3):
        parts.append(Normalize())
    reduced = SentenceTransformer(modules=parts, device=str(model.device))
    with full_disk(out):
        reduced.save_pretrained(str(out), create_model_card=False)
    weighed = weigh({"before": model.encode, "after": reduced.encode}, texts, tables[1] if sts else None)
    own = {
        "before": {"dims": whole, "megabytes": parameters_mb(model)},
        "after": {
            "dims": dims,
            "megabytes": parameters_mb(reduced),
            "variance": float(axes.explained_variance_ratio_.sum()),
        },
    }
    finished = Finished(
        out,
        "reduce",
        encoder,
        columns={"text": column},
        figures={part: {**own[part], **weighed[part]} for part in own},
        data=tuple(facts["data"]),
        versions=facts["versions"],
        parameters=sum(weight.numel() for weight in reduced.parameters()),
        settings={"dims": dims, "window": window, "seed": seed},
    )
    end(out)
    return save_finished(finished)
