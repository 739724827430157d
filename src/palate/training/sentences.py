"""Sentences: a model of sentence vectors for training, and how good its vectors are."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from palate.errors import BadSource, MissingExtra
from palate.parts import Matrix, Vector
from palate.training.run.start import folder_of
from palate.training.sources import LABELS, Kind, Source, read_nli, read_pairs, read_sts, read_triplets
from palate.training.table import Table

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

MAIN = {"sts": "sts_spearman", "triplets": "triplet_accuracy", "pairs": "pairs_mrr", "nli": "nli_accuracy"}
# beside the model: weight (3 labels, 3 d) and bias (3) over u, v, |u - v|
HEAD = Path("nli") / "head.safetensors"
BATCH = 64
PENALTY, MISSING = 0.002, -20.0


def load_sentences(
    name: str, window: int | None = None, config: Mapping[str, Any] = MappingProxyType({})
) -> "SentenceTransformer":
    """The sentence model of this name, see `folder_of`; a plain transformer, such as one that `palate train
    masked` made, gets a fresh mean over its word pieces.

    window: most word pieces of a text. config: of the transformer, in place of its own.
    Raises BadSource where it cannot be loaded, MissingExtra without [bert].
    """
    folder = folder_of(name)
    try:
        import torch
        from safetensors import SafetensorError
        from sentence_transformers import SentenceTransformer
    except ImportError:
        raise MissingExtra("a model of sentences", "bert") from None
    loading: dict[str, Any] = {"use_safetensors": True, "dtype": torch.float32}
    try:
        model = SentenceTransformer(
            str(folder),
            trust_remote_code=False,
            local_files_only=True,
            model_kwargs=loading,
            config_kwargs=dict(config),
        )
    except (
        AttributeError,
        ImportError,
        LookupError,
        OSError,
        RuntimeError,
        SafetensorError,
        TypeError,
        ValueError,
    ) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise BadSource(f"{name} is no model that sentence-transformers can load: {reason}") from None
    if window is not None:
        model.max_seq_length = min(window, model.max_seq_length or window)
    return model


def sentence_figures(
    model: "SentenceTransformer | str",
    *,
    sts: Table | None = None,
    nli: Table | None = None,
    triplets: Table | None = None,
    pairs: Table | None = None,
    nli_train: Table | None = None,
) -> dict[str, float]:
    """How good sentence vectors are, each in [-1, 1] or [0, 1] and better the higher.

    sts_spearman, sts_pearson: of the cosines with the scores. triplet_accuracy: share of triplets whose
    anchor has the higher cosine with the positive. pairs_mrr: mean reciprocal rank of the first partner of
    each anchor among the partners of all. nli_accuracy: of the head that was trained with the model, else of
    a logistic regression over (u, v, |u - v|) fitted on nli_train; without either it is not there.

    model: a loaded one, or a name as of `load_sentences`. Costs one encoding of each different text.
    Source: Reimers and Gurevych, Sentence-BERT (2019), sections 3 and 4.
    """
    read = {"sts": read_sts, "nli": read_nli, "triplets": read_triplets, "pairs": read_pairs}
    tables = {"sts": sts, "nli": nli, "triplets": triplets, "pairs": pairs}
    sources = [read[kind]([table]) for kind, table in tables.items() if table is not None]
    head = None
    if isinstance(model, str):
        folder = folder_of(model)
        head = read_head(folder)
        model = load_sentences(model)
    if head is None and nli is not None and nli_train is not None:
        head = fit_head(model, read_nli([nli_train]))
    return figures_of(model, sources, head)


def figures_of(
    model: "SentenceTransformer", sources: Sequence[Source], head: tuple[Matrix, Vector] | None = None
) -> dict[str, float]:
    """As `sentence_figures`, of examples that are read. head: weight and bias, a row for each of LABELS."""
    vectors = encode_once(model, [text for source in sources for column in source.texts for text in column])
    figures: dict[str, float] = {}
    for source in sources:
        columns = [np.stack([vectors[text] for text in column]) for column in source.texts]
        targets = np.array(source.targets)
        if source.kind == "sts":
            figures |= _likeness(cosines(columns[0], columns[1]), targets)
        elif source.kind == "triplets":
            nearer = cosines(columns[0], columns[1]) > cosines(columns[0], columns[2])
            figures["triplet_accuracy"] = float(nearer.mean())
        elif source.kind == "pairs":
            figures["pairs_mrr"] = reciprocal_rank(source, vectors)
        elif head is not None:
            logits = both_sides(columns[0], columns[1]) @ head[0].T + head[1]
            figures["nli_accuracy"] = float((logits.argmax(axis=1) == targets).mean())
    return figures


def encode_once(model: "SentenceTransformer", texts: Sequence[str]) -> Mapping[str, Vector]:
    """The vector of each different text."""
    different = list(dict.fromkeys(texts))
    vectors = model.encode(different, batch_size=BATCH, show_progress_bar=False, convert_to_numpy=True)
    return dict(zip(different, vectors.astype(np.float64), strict=True))


def cosines(left: Matrix, right: Matrix) -> Vector:
    """(n,) of rows; 0 where one of them is the zero vector.

    >>> cosines(np.array([[3.0, 4.0], [0.0, 0.0]]), np.array([[4.0, 3.0], [1.0, 0.0]])).round(2).tolist()
    [0.96, 0.0]
    """
    lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    return np.asarray(np.einsum("nd,nd->n", left, right) / np.where(lengths == 0, 1, lengths))


def both_sides(left: Matrix, right: Matrix) -> Matrix:
    """(n, 3 d): u, v and |u - v|, what the head of an NLI model sees.

    >>> both_sides(np.array([[1.0]]), np.array([[3.0]])).tolist()
    [[1.0, 3.0, 2.0]]
    """
    return np.hstack([left, right, np.abs(left - right)])


def reciprocal_rank(source: Source, vectors: Mapping[str, Vector]) -> float:
    """Mean over different anchors of 1 / the rank of their first partner by cosine; of equals all count as
    before it.
    """
    partners: dict[str, set[str]] = {}
    for anchor, other, target in zip(*source.texts, source.targets, strict=True):
        if target:
            partners.setdefault(anchor, set()).add(other)
    candidates = list(dict.fromkeys(source.texts[1]))
    places = {text: place for place, text in enumerate(candidates)}
    anchors, found = (
        _unit([vectors[text] for text in partners]),
        _unit([vectors[text] for text in candidates]),
    )
    ranks = []
    for (anchor, right), row in zip(partners.items(), anchors @ found.T, strict=True):
        allowed = np.array([text != anchor for text in candidates])  # a text is no answer to itself
        best = max(row[places[text]] for text in right)
        others = [places[text] for text in right]
        allowed[others] = False
        ranks.append(1 + int((row[allowed] >= best).sum()))
    return float(np.mean(1 / np.array(ranks)))


def fit_head(model: "SentenceTransformer", nli: Source) -> tuple[Matrix, Vector]:
    """A logistic regression over (u, v, |u - v|): what a model that was not trained on NLI knows of it.

    Of a label that has no examples it knows nothing: its bias is MISSING.
    """
    from sklearn.linear_model import LogisticRegression

    vectors = encode_once(model, [text for column in nli.texts for text in column])
    premises, hypotheses = (np.stack([vectors[text] for text in column]) for column in nli.texts)
    seen = both_sides(premises, hypotheses)
    scale = float(np.sqrt((seen**2).mean())) or 1.0  # so that the penalty is one for vectors of any length
    fitted = LogisticRegression(C=PENALTY, max_iter=1000).fit(seen / scale, np.array(nli.targets, dtype=int))
    rows, bias = fitted.coef_ / scale, fitted.intercept_
    if len(fitted.classes_) == 2:  # of two labels scikit-learn keeps the row of the second alone
        rows, bias = np.vstack([-rows, rows]) / 2, np.hstack([-bias, bias]) / 2
    head = np.zeros((len(LABELS), rows.shape[1])), np.full(len(LABELS), MISSING)
    head[0][fitted.classes_], head[1][fitted.classes_] = rows, bias
    return head


def read_head(folder: Path) -> tuple[Matrix, Vector] | None:
    """Weight and bias of the NLI head that was trained with the model in this folder, None where there was
    none.
    """
    from safetensors.numpy import load_file

    if not (folder / HEAD).is_file():
        return None
    arrays = load_file(folder / HEAD)
    return arrays["weight"].astype(np.float64), arrays["bias"].astype(np.float64)


def main_figure(kinds: Sequence[Kind]) -> str:
    """The figure that chooses among weights: that of the first kind there is of sts, triplets, pairs and
    nli.
    """
    return next(name for kind, name in MAIN.items() if kind in kinds)


def _likeness(cosine: Vector, scores: Vector) -> dict[str, float]:
    from scipy.stats import pearsonr, spearmanr

    return {
        "sts_spearman": float(spearmanr(cosine, scores)[0]),
        "sts_pearson": float(pearsonr(cosine, scores)[0]),
    }


def _unit(rows: Sequence[Vector]) -> Matrix:
    matrix = np.stack(rows)
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.asarray(matrix / np.where(lengths == 0, 1, lengths))
