"""Similarity: train a model of sentence vectors on what entails what, on scores of likeness, on triplets and
on pairs.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from datasets import DatasetDict
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainingArguments
from transformers import set_seed

from palate.errors import BadValue
from palate.training.batches import samplers
from palate.training.curves import draw_history
from palate.training.head import finish
from palate.training.run.finish import Finished, recipe
from palate.training.run.loop import Watch, arguments, run
from palate.training.run.lora import save_merged, with_adapters
from palate.training.run.resume import begin, full_disk
from palate.training.run.settings import SIMILARITY, Settings
from palate.training.run.start import dropout_of, folder_of
from palate.training.sentence_losses import columns_of, dataset_of, loss_of, nli_head
from palate.training.sentence_trainer import Judge, SentenceTrainer
from palate.training.sentences import HEAD, figures_of, fit_head, load_sentences, main_figure, read_head
from palate.training.sources import LABELS, READ, TEXTS, Kind, Source
from palate.training.split import stratified
from palate.training.table import Table, read_table

HELD, MOST_HELD = 0.1, 1000  # share of the examples of a source that choose the weights, and the most of them
PROBED = 4000  # examples to which the NLI head of a model without one is fitted before training
CLASSIFIER, HEAD_RATE = r"^nli\.classifier", 1e-3  # the NLI head and its rate


def similarity(
    out: Path,
    *,
    nli: Sequence[Path] = (),
    sts: Sequence[Path] = (),
    triplets: Sequence[Path] = (),
    pairs: Sequence[Path] = (),
    dev: Mapping[Kind, Sequence[Path]] | None = None,
    weights: Mapping[Kind, float] | None = None,
    start: str = "minilm",
    settings: Settings = SIMILARITY,
    watch: Watch = lambda _: None,
) -> Finished:
    """Train one bi-encoder on any mix of four kinds of examples, in one run, into a folder that
    SentenceTransformer loads.

    nli: a softmax over (u, v, |u - v|) of a premise and a hypothesis. Its head is kept in
    out/nli/head.safetensors; it begins as that of the start, or as a logistic regression on the start's
    vectors: one drawn at random would, on vectors of length 1, take hundreds of steps to say anything.
    sts: the squared error of the cosine from the score in [0, 1]. triplets: max(0, MARGIN + d(anchor,
    positive) - d(anchor, negative)) of cosine distances. pairs: the partner against the partners of all
    others in its batch, by 20 * cosine. For columns see sources.py. start: a sentence model goes on as it is,
    a plain transformer gets a fresh mean pooling. dev: examples that choose the weights; a kind without gives
    a tenth of its own, at most 1000. weights: passes through a source for one of the whole, 1 where not
    given: 0.5 takes half of its examples in an epoch and the others in the next. It is a share of the steps,
    not a factor of the loss: Adam would undo much of a factor. NLI first and STS then, as in the source
    below, is two runs: give the folder of the first as `start` of the second.

    Costs about 3 times an encoding of every text for each epoch. Figures are "before" and "after", on what
    chose the weights. Raises BadSource, BadValue or BadFolder for examples, settings or a folder that cannot
    be used. Source: Reimers and Gurevych, Sentence-BERT (2019); Henderson et al. (2017) for pairs; run by
    sentence-transformers."""
    given = {"nli": nli, "sts": sts, "triplets": triplets, "pairs": pairs}
    paths: dict[Kind, Sequence[Path]] = {kind: given[kind] for kind in TEXTS if given[kind]}
    passes = _passes(paths, weights or {})
    tables = {kind: [read_table(path) for path in its] for kind, its in paths.items()}
    judged = {kind: [read_table(path) for path in its] for kind, its in (dev or {}).items() if its}
    facts = recipe(
        "similarity",
        start,
        [*chain(*tables.values(), *judged.values())],
        settings,
        passes=passes,
        dev=sorted(judged),
    )
    train, held = _hold(tables, judged, settings.seed)
    set_seed(settings.seed)
    model = load_sentences(start, settings.window, dropout_of(settings.dropout))
    begin(out, facts)
    head = read_head(folder_of(start))
    if head is None and "nli" in train:
        drawn = np.random.default_rng(settings.seed).permutation(len(train["nli"]))[:PROBED]
        head = fit_head(model, train["nli"].take(drawn))
    before = figures_of(model, held, head)
    heads: dict[str, Any] = {kind: loss_of(kind, model, head) for kind in train}
    if settings.lora:
        model[0].model = with_adapters(model[0].model, settings.lora)
    batches = [
        max(1, round(passes[kind] * math.ceil(len(source) / settings.batch)))
        for kind, source in train.items()
    ]
    best = main_figure([source.kind for source in held])
    args = SentenceTransformerTrainingArguments(
        **arguments(settings, out, sum(batches) * settings.batch, best=best, greater=True),
        **samplers(model.tokenizer, [passes[kind] for kind in train], apart=[columns_of("pairs")]),
        learning_rate_mapping={CLASSIFIER: max(HEAD_RATE, settings.peak_rate)} if "nli" in train else {},
    )

    def judge(model: SentenceTransformer) -> dict[str, float]:
        return figures_of(model, held, nli_head(heads))

    data = DatasetDict({kind: dataset_of(source) for kind, source in train.items()})
    trainer = SentenceTrainer(model=model, args=args, train_dataset=data, loss=heads, evaluator=Judge(judge))
    ran = run(trainer, out, settings, watch)
    after = judge(model)
    with full_disk(out):
        if settings.lora:
            model[0].model = save_merged(model[0].model, out)
        model.save_pretrained(str(out), create_model_card=False)
        if "nli" in heads:
            (out / HEAD).parent.mkdir(exist_ok=True)
            save_file(heads["nli"].classifier.state_dict(), out / HEAD)
    finished = Finished(
        out,
        "similarity",
        start,
        labels=LABELS if "nli" in train else (),
        columns=_columns(train),
        figures={"before": before, "after": after},
        data=tuple(facts["data"]),
        versions=facts["versions"],
        settings={**facts["settings"], "passes": passes},
        notes=_notes(model, train, batches, best, judged),
    )
    drawings = {"history": lambda path: draw_history(ran.history, path, figure=best, best=ran.best)}
    return finish(finished, ran, drawings)


def _passes(paths: Mapping[Kind, Sequence[Path]], weights: Mapping[Kind, float]) -> dict[Kind, float]:
    if not paths:
        raise BadValue("there is nothing to train on; give examples with --nli, --sts, --triplets or --pairs")
    if strange := sorted(set(weights) - set(paths)):
        raise BadValue(
            f"there is a weight for {', '.join(strange)} and no such examples; weigh {', '.join(paths)}"
        )
    passes = {kind: float(weights.get(kind, 1)) for kind in paths}
    if not all(0 < weight < math.inf for weight in passes.values()):
        raise BadValue(f"a weight is above 0, got {passes}")
    return passes


def _hold(
    tables: Mapping[Kind, Sequence[Table]], judged: Mapping[Kind, Sequence[Table]], seed: int
) -> tuple[dict[Kind, Source], list[Source]]:
    """Examples for training by kind, and those that choose the weights."""
    train, held = (
        {kind: READ[kind](its) for kind, its in tables.items()},
        {kind: READ[kind](its) for kind, its in judged.items()},
    )
    for kind, source in train.items():
        if kind not in held:
            share = min(HELD, MOST_HELD / len(source))
            parts = stratified(source.strata(), [1 - share, share], seed)
            train[kind], held[kind] = (source.take(part) for part in parts)
    if "pairs" in train:
        source = train["pairs"]
        train["pairs"] = source.take([place for place, target in enumerate(source.targets) if target])
    return train, list(held.values())


def _columns(train: Mapping[Kind, Source]) -> dict[str, str]:
    return {kind: ", ".join(TEXTS[kind]) for kind in train}


def _notes(
    model: SentenceTransformer,
    train: Mapping[Kind, Source],
    batches: Sequence[int],
    best: str,
    judged: Mapping[Kind, Any],
) -> tuple[str, ...]:
    shares = ", ".join(f"{kind} {n / sum(batches):.0%}" for kind, n in zip(train, batches, strict=True))
    texts = list({text for source in train.values() for column in source.texts for text in column})
    cut = sum(bool(one.overflowing) for one in model.tokenizer(texts, truncation=True).encodings)
    chosen = "given" if judged else f"held out of training, {HELD:.0%} of each kind and {MOST_HELD} at most"
    return (
        f"weights chosen by {best} on examples {chosen}",
        f"shares of the steps: {shares}",
        f"{cut} of {len(texts)} texts were longer than the window and cut",
    )
