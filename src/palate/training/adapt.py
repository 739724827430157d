"""Adapt: tune a sentence encoder on what readers liked and disliked, without letting it forget what it was
made for.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from datasets import Dataset, DatasetDict
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainingArguments
from sentence_transformers.sentence_transformer import losses
from transformers import set_seed

from palate.feedback import CrowdFeedback
from palate.parts import Matrix, Vector
from palate.training.batches import samplers
from palate.training.mining import Triplet, halves, triplets
from palate.training.run.finish import recipe
from palate.training.run.loop import Run, Watch, arguments, run
from palate.training.run.lora import save_merged, with_adapters
from palate.training.run.resume import begin, full_disk
from palate.training.run.settings import ADAPT, Settings
from palate.training.run.start import dropout_of
from palate.training.sentence_losses import columns_of, dataset_of, loss_of
from palate.training.sentence_trainer import Judge, SentenceTrainer
from palate.training.sentences import cosines, encode_once, figures_of, load_sentences
from palate.training.sources import Source
from palate.training.split import stratified

PER_LIKE, LEAST, MOST = 4, 32, 2000  # triplets of an epoch: so many for each like, within these bounds
# share of the latest judgements whose triplets choose the weights, and the most of these
CHOOSING, MOST_CHOOSING = 0.15, 200
REPLAY = 0.25  # examples of each kind that is replayed, for one triplet
MARGIN = 0.2  # by which a positive shall be nearer than a negative, in cosine
STS_JUDGED = 0.2  # share of given pairs that are judged by; the others are replayed
COMPARED = 100  # texts whose likeness to each other is compared before and after


@dataclass(frozen=True)
class Tuned:
    """A tuned model, saved but not yet judged by feedback. facts: its recipe. before, after: what it knows of
    texts in general.

    agreement: Spearman correlation of the cosines between COMPARED texts with those of the start.
    sts_spearman: of given pairs. triplet_accuracy, triplet_loss: on the triplets that chose the weights."""

    folder: Path
    facts: Mapping[str, Any]
    ran: Run
    before: Mapping[str, float]
    after: Mapping[str, float]
    notes: tuple[str, ...]


def tune(
    out: Path,
    contents: Sequence[str],
    said: CrowdFeedback,
    vectors: Matrix,
    *,
    start: str = "minilm",
    sts: Source | None = None,
    settings: Settings = ADAPT,
    facts: Mapping[str, Any] = MappingProxyType({}),
    watch: Watch = lambda _: None,
) -> Tuned:
    """Train adapters (without settings.lora all weights) on triplets and replayed texts; SentenceTransformer
    loads `out`.

    In batches of one kind each: triplets (see mining.py) by a cosine margin; pairs of a text's own parts
    against the others of the batch; stored texts by the cosine to the vector that the start gave them; given
    pairs by their scores. The latest judgements of each taste are not trained on but choose the weights. An
    epoch costs about 3 encodings of 4 texts a triplet.

    contents: of n texts. said: in the order of time. vectors: (n, d), those that triplets are mined by.
    facts: what else decides the outcome. A run that was stopped goes on, see resume.py. Raises BadValue where
    there is too little feedback, BadSource for a start that is no such model, BadFolder. Source: Reimers and
    Gurevych, Sentence-BERT (2019), triplets; Li and Hoiem, Learning without forgetting (2016), the replay.
    """
    learns = _examples(contents, said, vectors, sts, settings.seed)
    recipe_ = recipe("adapt", start, (), settings, texts=_digest(contents, said, sts), **facts)
    set_seed(settings.seed)
    model = load_sentences(start, config=dropout_of(settings.dropout))
    window, model.max_seq_length = (
        model.max_seq_length,
        min(settings.window, model.max_seq_length or settings.window),
    )
    begin(out, recipe_)
    likeness = _likeness(model, learns.compared)
    before = {"agreement": 1.0, **_figures(model, learns)}
    data, heads = _losses(model, learns)
    if settings.lora:
        model[0].model = with_adapters(model[0].model, settings.lora)
    steps = sum(-(-len(one) // settings.batch) for one in data.values())
    args = SentenceTransformerTrainingArguments(
        **arguments(settings, out, steps * settings.batch, best="triplet_loss", greater=False),
        **samplers(model.tokenizer, [1.0] * len(data), apart=[columns_of("pairs")]),
    )
    trainer = SentenceTrainer(
        model=model,
        args=args,
        train_dataset=DatasetDict(data),
        loss=heads,
        evaluator=Judge(lambda model: _triplet_figures(model, learns.chosen_by)),
    )
    ran = run(trainer, out, settings, watch)
    after = {"agreement": _spearman(likeness, _likeness(model, learns.compared)), **_figures(model, learns)}
    with full_disk(out):
        if settings.lora:
            model[0].model = save_merged(model[0].model, out)
        model.max_seq_length = window  # shorter texts were for the sake of speed
        model.save_pretrained(str(out), create_model_card=False)
    shares = ", ".join(f"{len(one)} {kind}" for kind, one in data.items())
    return Tuned(out, recipe_, ran, before, after, (f"an epoch has {shares}",))


@dataclass(frozen=True)
class _Examples:
    """sources: triplets, and what is replayed. kept: texts whose vectors shall stay. chosen_by: the triplets
    that choose the weights. sts: pairs that are judged by, where some are given. compared: texts, none of
    those that are kept."""

    sources: list[Source]
    kept: list[str]
    chosen_by: Source
    sts: list[Source]
    compared: list[str]


def _examples(
    contents: Sequence[str], said: CrowdFeedback, vectors: Matrix, sts: Source | None, seed: int
) -> _Examples:
    rng = np.random.default_rng(seed)
    learnt, choosing = _apart(said)
    n = min(MOST, max(LEAST, PER_LIKE * int((learnt.likings > 0).sum())))
    replayed = round(REPLAY * n)
    sources = [_texts(contents, islice(triplets(learnt, vectors, rng), n))]
    chosen_by = _texts(contents, islice(triplets(choosing, vectors, rng), min(n, MOST_CHOOSING)))
    judged = []
    if pairs := list(islice(halves(contents, rng), replayed)):
        sources.append(Source("pairs", tuple(zip(*pairs, strict=True)), (1.0,) * len(pairs)))
    if sts is not None:
        replay, rest = stratified(sts.strata(), [1 - STS_JUDGED, STS_JUDGED], seed)
        sources.append(sts.take(rng.permutation(replay)[: max(1, replayed)]))
        judged.append(sts.take(rest))
    drawn = [contents[place] for place in rng.permutation(len(contents))]
    return _Examples(sources, drawn[COMPARED : COMPARED + replayed], chosen_by, judged, drawn[:COMPARED])


def _losses(model: SentenceTransformer, learns: _Examples) -> tuple[dict[str, Dataset], dict[str, Any]]:
    """Data and loss of each kind."""
    data: dict[str, Dataset] = {source.kind: dataset_of(source) for source in learns.sources}
    heads: dict[str, Any] = {source.kind: loss_of(source.kind, model) for source in learns.sources}
    heads["triplets"] = losses.TripletLoss(model, losses.TripletDistanceMetric.COSINE, MARGIN)
    if learns.kept:
        remembered = encode_once(model, learns.kept)
        data["kept"] = Dataset.from_dict(
            {"kept_1": learns.kept, "label": [remembered[text].tolist() for text in learns.kept]}
        )
        heads["kept"] = losses.EmbedDistillLoss(model, distance_metric="cosine")
    return data, heads


def _figures(model: SentenceTransformer, learns: _Examples) -> dict[str, float]:
    return {**_triplet_figures(model, learns.chosen_by), **figures_of(model, learns.sts)}


def _triplet_figures(model: SentenceTransformer, source: Source) -> dict[str, float]:
    """triplet_accuracy, and triplet_loss, which tells apart what gets all of them right."""
    vectors = encode_once(model, [text for column in source.texts for text in column])
    anchor, positive, negative = (np.stack([vectors[text] for text in column]) for column in source.texts)
    ahead = cosines(anchor, positive) - cosines(anchor, negative)
    return {
        "triplet_accuracy": float((ahead > 0).mean()),
        "triplet_loss": float(np.maximum(MARGIN - ahead, 0).mean()),
    }


def _apart(said: CrowdFeedback) -> tuple[CrowdFeedback, CrowdFeedback]:
    """What is learned, and the latest share CHOOSING of each taste; all of it both times where that leaves no
    two likes.
    """
    late = np.zeros(len(said.readers), np.bool)
    for reader in np.unique(said.readers):
        places = np.flatnonzero(said.readers == reader)
        late[places[len(places) - round(CHOOSING * len(places)) :]] = True
    if not any(n > 1 for n in np.unique(said.readers[late & (said.likings > 0)], return_counts=True)[1]):
        return said, said
    return _only(said, ~late), _only(said, late)


def _only(said: CrowdFeedback, wanted: np.ndarray[Any, np.dtype[np.bool]]) -> CrowdFeedback:
    return CrowdFeedback(said.readers[wanted], said.indices[wanted], said.likings[wanted], said.n_texts)


def _texts(contents: Sequence[str], found: Iterable[Triplet]) -> Source:
    return Source(
        "triplets", tuple(tuple(contents[place] for place in column) for column in zip(*found, strict=True))
    )


def _likeness(model: SentenceTransformer, texts: Sequence[str]) -> Vector:
    """Cosines of all pairs of different texts."""
    vectors = np.stack(list(encode_once(model, texts).values()))
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return np.asarray((unit @ unit.T)[np.triu_indices(len(unit), 1)])


def _spearman(left: Vector, right: Vector) -> float:
    from scipy.stats import spearmanr

    return float(spearmanr(left, right)[0]) if len(left) > 1 else 1.0


def _digest(contents: Sequence[str], said: CrowdFeedback, sts: Source | None) -> str:
    """SHA-256 of all that is learned from."""
    digest = hashlib.sha256()
    for text in (*contents, *(text for column in (sts.texts if sts else ()) for text in column)):
        digest.update(f"{len(text)}\0{text}".encode("utf-8", "surrogatepass"))
    for numbers in (said.readers, said.indices, said.likings, np.array(sts.targets if sts else ())):
        digest.update(np.asarray(numbers, np.float64).tobytes())
    return digest.hexdigest()
