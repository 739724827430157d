"""Masked: trains an encoder further on texts of a field, by predicting hidden word pieces (MLM)."""

import time
from collections.abc import Callable
from dataclasses import asdict
from itertools import cycle
from pathlib import Path

import numpy as np
from transformers import AutoModelForMaskedLM, TrainingArguments, default_data_collator, set_seed

from palate.device import torch_device
from palate.errors import BadSource, BadValue
from palate.training.budget import Budget
from palate.training.masked_chunks import Ids, MaskedChunks, chunk_texts
from palate.training.mlm import (
    IGNORED_LABEL,
    MaskedTrainer,
    initialise_prediction_layers,
    masked_figures,
    prediction_layers,
    trial_step,
)
from palate.training.run.finish import finish
from palate.training.run.loop import StepCallback, run_training, trainer_arguments
from palate.training.run.lora import save_merged, with_adapters
from palate.training.run.recipe import describe_recipe
from palate.training.run.resume import begin_training, report_full_disk
from palate.training.run.settings import MASKED_DEFAULTS, TrainingSettings
from palate.training.run.split import stratified
from palate.training.run.start import dropout_config, load_model, load_tokenizer
from palate.training.run.table import Table, read_table
from palate.training.run.trained_model import TrainedModel, read_trained_model

MASKED_SHARE = 0.15  # of the pieces are to be predicted, as in BERT
HELD_OUT_SHARE, MAX_HELD_OUT_CHUNKS = 0.1, 512  # of the texts, and of their chunks, that choose the weights
MASK_SEED = 0  # of the masks that figures are taken with, whatever the training's own


def masked(
    data: Path,
    out: Path,
    *,
    dev: Path | None = None,
    text: str = "text",
    start: str = "minilm",
    settings: TrainingSettings = MASKED_DEFAULTS,
    share: float = MASKED_SHARE,
    minutes: float | None = None,
    on_step: StepCallback = lambda _: None,
    on_message: Callable[[str], None] = lambda _: None,
) -> TrainedModel:
    """Adapts any BERT-like encoder to the texts of a file; saves it with its masked-language output layer in
    `out`.

    Use it where there are many texts of a field and no labels: before `similarity` or `classify`, which take
    `out` as their start (with a fresh mean pooling or classifier), or to fill gaps. Texts are read in chunks
    of `settings.window` pieces, end to end.

    text: the column, or several with + between, such as title+text. dev: texts to choose the weights by;
    without, a tenth of `data` is held out. share: of the pieces that are to be predicted. minutes: about how
    long the whole call may take; the epochs are cut to what fits by the speed at the start, and the best
    weights until then are kept. Without it a training that was killed and is repeated ends in the same bits.
    on_message: called with lines about the data before training begins. An output layer that the start has
    not stored begins at random: the perplexity `before` is then that of a guess. Raises BadSource for texts
    or a start that cannot be used, BadFolder where `out` is taken or full, BadValue for a share outside
    (0, 1) or too few minutes.
    Source: Devlin et al., BERT (2019); Gururangan et al., Don't stop pretraining (2020).
    """
    budget = Budget(minutes)
    if not 0 < share < 1:
        raise BadValue(f"the share of masked pieces lies between 0 and 1, got {share}")
    tables = [read_table(path) for path in (data, dev) if path is not None]
    recipe = describe_recipe(
        "masked", start, tables, settings, columns={"text": text}, share=share, minutes=minutes
    )
    parts = _parts([texts_of(table, text) for table in tables], settings.seed)
    tokenizer = load_tokenizer(start, settings.window)
    window = tokenizer.model_max_length
    training_ids, held_out_ids = (chunk_texts(part, tokenizer, window) for part in parts)
    chunks = MaskedChunks(training_ids, tokenizer, share=share, seed=settings.seed)
    held_out = _with_masks(
        MaskedChunks(_sampled(held_out_ids, MAX_HELD_OUT_CHUNKS), tokenizer, share=share, seed=MASK_SEED)
    )
    set_seed(settings.seed)  # of an output layer that is not stored
    model, loading = load_model(
        start, AutoModelForMaskedLM, output_loading_info=True, **dropout_config(settings.dropout)
    )
    lacks_output_layer = bool(loading["missing_keys"])
    on_message(
        f"{len(parts[0]):,} texts in {len(chunks):,} chunks of {window} word pieces; "
        f"{len(held_out):,} are held out"
    )
    begin_training(out, recipe)
    model = model.to(torch_device())
    started = time.monotonic()
    before = masked_figures(model, held_out, 2 * settings.batch)
    evaluation_s = time.monotonic() - started
    if lacks_output_layer:
        initialise_prediction_layers(model, training_ids)
    if settings.lora:
        model = with_adapters(model, settings.lora, fully_trained=prediction_layers(model))
    trial_batches = cycle(chunks.batches(settings.batch))
    planned = budget.fit(
        out,
        settings,
        len(chunks),
        step=lambda: trial_step(model, next(trial_batches)),
        evaluation_s=evaluation_s,
    )
    arguments = trainer_arguments(
        planned, out, len(chunks), best_figure="perplexity", greater_is_better=False
    )
    trainer = MaskedTrainer(
        model=model,
        train_dataset=chunks,
        eval_dataset=held_out,
        data_collator=default_data_collator,
        processing_class=tokenizer,
        args=TrainingArguments(**arguments),
        callbacks=[budget.deadline(evaluation_s)],
    )
    run = run_training(trainer, out, planned, on_step)
    model = trainer.model
    after = masked_figures(model, held_out, 2 * settings.batch)
    with report_full_disk(out):
        if settings.lora:
            model = save_merged(model, out)
        model.save_pretrained(out)
        tokenizer.save_pretrained(out)
    trained = TrainedModel.of_recipe(
        recipe,
        out,
        figures={"before": before, "after": after},
        settings={**asdict(planned), "share": share},
        notes=_notes(start, len(held_out), lacks_output_layer=lacks_output_layer),
    )
    return finish(trained, run, "perplexity")


def texts_of(table: Table, columns: str) -> list[str]:
    """Returns the texts of a table. columns: one, or several with + between, which are joined by a line
    break.
    """
    names = [columns] if table.has(columns) else columns.split("+")
    return ["\n".join(cells) for cells in zip(*(table.strings(name) for name in names), strict=True)]


def perplexity(
    folder: Path, table: Table, *, text: str | None = None, seed: int = MASK_SEED, batch: int = 32
) -> dict[str, float]:
    """Returns loss, perplexity and accuracy of a model that `masked` made, on all chunks of other texts, with
    masks fixed by the seed.

    text: as in `masked`; None takes the column that it was trained on. Raises BadSource where the folder
    holds no such model.
    """
    trained = read_trained_model(folder)
    if trained.kind != "masked":
        raise BadSource(
            f"{folder} was made by palate train {trained.kind}, expected one by palate train masked"
        )
    tokenizer = load_tokenizer(str(folder), trained.window)
    texts = texts_of(table, text or trained.columns["text"])
    ids = chunk_texts(texts, tokenizer, tokenizer.model_max_length)
    chunks = MaskedChunks(ids, tokenizer, share=float(trained.settings["share"]), seed=seed)
    model = load_model(str(folder), AutoModelForMaskedLM).to(torch_device())
    return masked_figures(model, _with_masks(chunks), batch)


def _parts(texts: list[list[str]], seed: int) -> list[list[str]]:
    """Returns texts for training and held-out texts; where only the former are given, a tenth is held out."""
    if len(texts) == 2:
        return texts
    parts = stratified(["text"] * len(texts[0]), [1 - HELD_OUT_SHARE, HELD_OUT_SHARE], seed)
    return [[texts[0][index] for index in part] for part in parts]


def _with_masks(chunks: MaskedChunks) -> MaskedChunks:
    if all((batch["labels"] == IGNORED_LABEL).all() for batch in chunks.batches(1)):
        raise BadSource(
            "no word piece of the held-out texts was masked; give more or longer texts, or a larger share"
        )
    return chunks


def _sampled(ids: Ids, max_chunks: int) -> Ids:
    """Returns all chunks, or `max_chunks` of them at even distances."""
    indices = np.linspace(0, len(ids) - 1, min(max_chunks, len(ids))).astype(int)
    sample: Ids = ids[indices]
    return sample


def _notes(start: str, n_held_out: int, *, lacks_output_layer: bool) -> tuple[str, ...]:
    notes = [f"perplexity is of {n_held_out:,} held-out chunks with fixed masks, which chose the weights too"]
    if lacks_output_layer:
        notes.append(
            f"{start} has no masked-language output layer stored; it began at random: "
            "perplexity before is that of a guess"
        )
    return tuple(notes)
