"""Masked: go on training an encoder on texts of a field, by telling the word pieces that are hidden in them
(MLM).
"""

import time
from collections.abc import Callable
from dataclasses import asdict
from itertools import cycle
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForMaskedLM, TrainingArguments, default_data_collator, set_seed

from palate.errors import BadSource, BadValue
from palate.training.budget import Budget
from palate.training.chunks import Ids, MaskedChunks, cut
from palate.training.curves import draw_history
from palate.training.head import finish
from palate.training.mlm import IGNORED, MaskedTrainer, begin_head, head_modules, perplexed, try_step
from palate.training.run.finish import Finished, read_finished, recipe
from palate.training.run.loop import Watch, arguments, run
from palate.training.run.lora import save_merged, with_adapters
from palate.training.run.resume import begin, full_disk
from palate.training.run.settings import MASKED, Settings
from palate.training.run.start import dropout_of, load_model, load_tokenizer
from palate.training.split import stratified
from palate.training.table import Table, read_table

SHARE = 0.15  # of the pieces are to be told, as in BERT
# share of the texts that choose the weights, and the most of their chunks that are looked at
HELD, MOST_HELD = 0.1, 512
MASKS = 0  # the seed of the masks that figures are taken with, whatever the training's own


def masked(
    data: Path,
    out: Path,
    *,
    dev: Path | None = None,
    text: str = "text",
    start: str = "minilm",
    settings: Settings = MASKED,
    share: float = SHARE,
    minutes: float | None = None,
    watch: Watch = lambda _: None,
    tell: Callable[[str], None] = lambda _: None,
) -> Finished:
    """Adapt any BERT-like encoder to the texts of a file; save it with its masked-language head in `out`.

    Use it where there are many texts of a field and no labels: before `similarity` or `classify`, which take
    `out` as their start (with a fresh mean pooling or head), or to fill gaps. Texts are read in chunks of
    `settings.window` pieces, end to end.

    text: the column, or several with + between, such as title+text. dev: texts to choose the weights by;
    without, a tenth of `data` is held out. share: of the pieces that are to be told. minutes: about how long
    the whole call may take; the epochs are cut to what fits by the speed at the start, and the best weights
    until then are kept. Without it a training that was killed and is repeated ends in the same bits. tell: is
    told what the data is like before training begins. A head that the start has not stored begins at random:
    the perplexity `before` is then that of a guess. Raises BadSource for texts or a start that cannot be
    used, BadFolder where `out` is taken or full, BadValue for a share outside (0, 1) or too few minutes.
    Source: Devlin et al., BERT (2019); Gururangan et al., Don't stop pretraining (2020)."""
    budget = Budget(minutes)
    if not 0 < share < 1:
        raise BadValue(f"the share of masked pieces lies between 0 and 1, got {share}")
    tables = [read_table(path) for path in (data, dev) if path is not None]
    facts = recipe("masked", start, tables, settings, columns={"text": text}, share=share, minutes=minutes)
    parts = _parts([texts_of(table, text) for table in tables], settings.seed)
    tokenizer = load_tokenizer(start, settings.window)
    window = tokenizer.model_max_length
    train, held = (cut(part, tokenizer, window) for part in parts)
    chunks = MaskedChunks(train, tokenizer, share=share, seed=settings.seed)
    looked = _with_masks(MaskedChunks(_spread(held, MOST_HELD), tokenizer, share=share, seed=MASKS))
    set_seed(settings.seed)  # of a head that is not stored
    model, loaded = load_model(
        start, AutoModelForMaskedLM, output_loading_info=True, **dropout_of(settings.dropout)
    )
    headless = bool(loaded["missing_keys"])
    tell(
        f"{len(parts[0]):,} texts in {len(train):,} chunks of {window} word pieces; {len(looked):,} are held out"
    )
    begin(out, facts)
    if torch.cuda.is_available():
        model = model.to("cuda")
    began = time.monotonic()
    before = perplexed(model, looked, 2 * settings.batch)
    look_s = time.monotonic() - began
    if headless:
        begin_head(model, train)
    if settings.lora:
        model = with_adapters(model, settings.lora, whole=head_modules(model))
    trial = cycle(chunks.batches(settings.batch))
    planned = budget.fit(out, settings, len(chunks), step=lambda: try_step(model, next(trial)), look_s=look_s)
    trainer = MaskedTrainer(
        model=model,
        train_dataset=chunks,
        eval_dataset=looked,
        data_collator=default_data_collator,
        processing_class=tokenizer,
        args=TrainingArguments(**arguments(planned, out, len(chunks), best="perplexity", greater=False)),
        callbacks=[budget.deadline(look_s)],
    )
    ran = run(trainer, out, planned, watch)
    model = trainer.model
    after = perplexed(model, looked, 2 * settings.batch)
    with full_disk(out):
        if settings.lora:
            model = save_merged(model, out)
        model.save_pretrained(out)
        tokenizer.save_pretrained(out)
    notes = [
        f"perplexity is of {len(looked):,} held-out chunks with fixed masks, which chose the weights too"
    ]
    if headless:
        notes.append(
            f"{start} has no masked-language head stored; it began at random: perplexity before is that of a guess"
        )
    finished = Finished(
        out,
        "masked",
        start,
        columns=facts["columns"],
        figures={"before": before, "after": after},
        data=tuple(facts["data"]),
        settings={**asdict(planned), "share": share},
        notes=tuple(notes),
        versions=facts["versions"],
    )
    return finish(
        finished,
        ran,
        {"history": lambda path: draw_history(ran.history, path, figure="perplexity", best=ran.best)},
    )


def _parts(texts: list[list[str]], seed: int) -> list[list[str]]:
    """Texts for training and those that are held out; where only the former are given, a tenth of them is."""
    if len(texts) == 2:
        return texts
    places = stratified(["text"] * len(texts[0]), [1 - HELD, HELD], seed)
    return [[texts[0][place] for place in part] for part in places]


def texts_of(table: Table, columns: str) -> list[str]:
    """The texts of a table. columns: one, or several with + between, which are joined by a line break."""
    names = [columns] if table.has(columns) else columns.split("+")
    return ["\n".join(words) for words in zip(*(table.words(name) for name in names), strict=True)]


def perplexity(
    folder: Path, table: Table, *, text: str | None = None, seed: int = MASKS, batch: int = 32
) -> dict[str, float]:
    """Loss, perplexity and accuracy of a model that `masked` made, on all chunks of other texts, with masks
    fixed by the seed.

    text: as in `masked`; None takes the column that it was trained on. Raises BadSource where the folder
    holds no such model."""
    finished = read_finished(folder)
    if finished.kind != "masked":
        raise BadSource(
            f"{folder} was made by palate train {finished.kind}, expected one by palate train masked"
        )
    tokenizer = load_tokenizer(str(folder), finished.window)
    ids = cut(texts_of(table, text or finished.columns["text"]), tokenizer, tokenizer.model_max_length)
    chunks = _with_masks(MaskedChunks(ids, tokenizer, share=float(finished.settings["share"]), seed=seed))
    return perplexed(load_model(str(folder), AutoModelForMaskedLM), chunks, batch)


def _with_masks(chunks: MaskedChunks) -> MaskedChunks:
    if all((batch["labels"] == IGNORED).all() for batch in chunks.batches(1)):
        raise BadSource(
            "no word piece of the held-out texts was masked; give more or longer texts, or a larger share"
        )
    return chunks


def _spread(ids: Ids, most: int) -> Ids:
    """All chunks, or `most` of them, evenly apart."""
    places = np.linspace(0, len(ids) - 1, min(most, len(ids))).astype(int)
    chosen: Ids = ids[places]
    return chosen
