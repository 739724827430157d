"""Shallow: a student with some of the layers of its teacher, that learns to give the same vectors from plain
texts.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from datasets import Dataset, DatasetDict
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainingArguments
from sentence_transformers.sentence_transformer.losses import EmbedDistillLoss
from torch import nn
from transformers import set_seed

from palate.errors import BadSource, BadValue
from palate.training.batches import samplers
from palate.training.curves import draw_history
from palate.training.head import finish
from palate.training.run.finish import Finished, recipe
from palate.training.run.loop import Watch, arguments, run
from palate.training.run.resume import begin, full_disk
from palate.training.run.settings import SHALLOW, Settings
from palate.training.run.start import dropout_of
from palate.training.sentence_trainer import Judge, SentenceTrainer
from palate.training.sentences import cosines, encode_once, load_sentences
from palate.training.split import Places
from palate.training.table import read_table
from palate.training.weighed import parameters_mb, weigh

HELD, MOST_HELD = 0.05, 500  # share of the texts that choose the weights, and the most of them


def shallow(
    out: Path,
    data: Path,
    *,
    layers: int,
    teacher: str = "minilm",
    column: str = "text",
    sts: Path | None = None,
    settings: Settings = SHALLOW,
    watch: Watch = lambda _: None,
) -> Finished:
    """Drop layers of a sentence model and train what is left to give the teacher's vectors, by their cosine,
    or by their squared error where they are not of length 1.

    Use it for about twice the speed at little loss; where thousands of texts a second count, distil static
    vectors instead. data: texts like those that will be encoded, some thousands or more; no labels. layers:
    how many are left, see `spread`. Figures: of teacher and student the size in MB, texts/s on this machine
    in turns, and sts_spearman on the file `sts`; agreement: mean cosine of a text's two vectors, on texts
    held out. Raises BadSource, BadValue or BadFolder for texts, layers or a folder that cannot be used.
    Source: Sanh et al., DistilBERT (2019), for the student's start; Reimers and Gurevych (2020) for the loss;
    both by sentence-transformers."""
    refuse_adapters(settings)
    tables = [read_table(data), *([read_table(sts)] if sts else [])]
    texts = list(dict.fromkeys(tables[0].words(column)))
    places = held_of(len(texts), settings.seed, data)
    set_seed(settings.seed)
    whole = load_sentences(teacher, settings.window)
    student = load_sentences(teacher, settings.window, dropout_of(settings.dropout))
    depth = len(stack_of(student[0]))
    kept = spread(depth, layers)
    drop_layers(student[0], kept)
    facts = recipe("shallow", teacher, tables, settings, layers=kept, column=column)
    begin(out, facts)
    held, train = ([texts[place] for place in part] for part in places)
    goals = encode_once(whole, texts)

    def judge(model: SentenceTransformer) -> dict[str, float]:
        found = encode_once(model, held)
        return {"agreement": float(cosines(np.stack([found[text] for text in held]), wanted).mean())}

    wanted = np.stack([goals[text] for text in held])
    metric: Any = "cosine" if np.allclose(np.linalg.norm(wanted, axis=1), 1, atol=1e-3) else "mse"
    loss: dict[str, nn.Module] = {"texts": EmbedDistillLoss(student, metric)}
    data_set = Dataset.from_dict({"text": train, "label": [goals[text].astype(np.float32) for text in train]})
    args = SentenceTransformerTrainingArguments(
        **arguments(settings, out, len(train), best="agreement", greater=True),
        **samplers(student.tokenizer, [1.0]),
    )
    trainer = SentenceTrainer(
        model=student,
        args=args,
        train_dataset=DatasetDict({"texts": data_set}),
        loss=loss,
        evaluator=Judge(judge),
    )
    before = judge(student)
    ran = run(trainer, out, settings, watch)
    with full_disk(out):
        student.save_pretrained(str(out), create_model_card=False)
    weighed = weigh({"teacher": whole.encode, "student": student.encode}, held, tables[1] if sts else None)
    figures = {
        "before": before,
        "teacher": {"megabytes": parameters_mb(whole), **weighed["teacher"]},
        "student": {"megabytes": parameters_mb(student), **weighed["student"], **judge(student)},
    }
    finished = Finished(
        out,
        "shallow",
        teacher,
        columns={"text": column},
        figures=figures,
        data=tuple(facts["data"]),
        versions=facts["versions"],
        settings={**facts["settings"], "layers": kept},
        notes=(f"layers kept of {depth}, from 0: {kept}",),
    )
    return finish(
        finished,
        ran,
        {"history": lambda path: draw_history(ran.history, path, figure="agreement", best=ran.best)},
    )


def spread(depth: int, layers: int) -> list[int]:
    """Numbers, from 0, of the layers that are kept: first, last and evenly between, as DistilBERT was begun.
    Raises BadValue.

    >>> spread(12, 6), spread(6, 3), spread(6, 1)
    ([0, 2, 4, 7, 9, 11], [0, 3, 5], [5])
    """
    if not 1 <= layers < depth:
        raise BadValue(f"a student of a teacher with {depth} layers has 1 to {depth - 1}, got {layers}")
    gaps = layers - 1
    return (
        [(2 * number * (depth - 1) + gaps) // (2 * gaps) for number in range(layers)] if gaps else [depth - 1]
    )


def held_of(n: int, seed: int, data: Path) -> list[Places]:
    """Places of the texts of n that choose the weights, and of those for training. Raises BadSource where
    they are too few.
    """
    held = min(int(n * HELD), MOST_HELD)
    if held < 2:
        raise BadSource(f"{data} has {n} different texts, expected at least {int(2 / HELD)}; give more")
    return np.split(np.random.default_rng(seed).permutation(n), [held])


def refuse_adapters(settings: Settings) -> None:
    if settings.lora:
        raise BadValue("a student is trained whole; leave --lora out")


def drop_layers(model: nn.Module, kept: Sequence[int]) -> None:
    """Drop all layers but these of a transformer, or of sentence-transformers' module around one."""
    stack = stack_of(model)
    config: Any = model.config
    for number in reversed(range(len(stack))):
        if number not in kept:
            del stack[number]
    config.num_hidden_layers = len(kept)


def stack_of(model: nn.Module) -> nn.ModuleList:
    """The layers of a transformer. Raises BadSource where it has no stack of them, or several."""
    n = getattr(getattr(model, "config", None), "num_hidden_layers", 0)
    stacks = [module for module in model.modules() if isinstance(module, nn.ModuleList) and len(module) == n]
    if len(stacks) != 1:
        raise BadSource("the teacher is no transformer with one stack of layers; give a BERT-like model")
    return stacks[0]
