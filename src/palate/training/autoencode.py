"""Autoencode: shorter vectors of a sentence model, by an autoencoder that is trained on its vectors of given
texts.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules.dense import Dense
from sentence_transformers.sentence_transformer.modules import Normalize
from sklearn.decomposition import PCA
from transformers import Trainer, TrainingArguments

from palate.errors import BadValue
from palate.parts import Matrix, Vector
from palate.training.autoencoder import Autoencoder, Norm
from palate.training.reconstruction import (
    Layer,
    Reconstruction,
    neighbours_kept,
    share_left_out,
    write_reconstruction,
)
from palate.training.reduce import Reducible, pca_reconstruction, reduced_figures, reducible, unit_rows
from palate.training.run.finish import finish
from palate.training.run.loop import StepCallback, TrainingRun, run_training, trainer_arguments
from palate.training.run.recipe import describe_recipe
from palate.training.run.resume import begin_training, report_full_disk
from palate.training.run.settings import AUTOENCODER_DEFAULTS, TrainingSettings
from palate.training.run.table import read_table
from palate.training.run.trained_model import TrainedModel
from palate.training.shallow import held_out_indices

HIDDEN = 512


def autoencode(
    out: Path,
    data: Path,
    *,
    dims: int,
    encoder: str = "minilm",
    column: str = "text",
    sts: Path | None = None,
    hidden: int = HIDDEN,
    norm: Norm = "none",
    settings: TrainingSettings = AUTOENCODER_DEFAULTS,
    on_step: StepCallback = lambda _: None,
) -> TrainedModel:
    """Trains an autoencoder on the frozen vectors of a sentence model, and puts its first half behind the
    model, as dense layers.

    Use it where the main axes of `reduce` lose too much: the figures "pca" tell what those keep, by as many
    dims on the same held-out texts. data: texts like those that will be encoded, some thousands. hidden:
    width of the hidden layers. norm: batch for batch normalisation. settings: dropout, decay and patience
    among them. Figures on held-out texts: reconstruction_error, the share of the variance that is left out;
    neighbours_kept, see palate.training.reconstruction. The second half is kept in
    reconstruction.safetensors. Raises as `reduce`, BadSource for fewer than 40 texts, BadValue for adapters.
    Source: see palate.training.autoencoder.
    """
    if settings.lora or hidden < 1:
        raise BadValue("an autoencoder is trained whole, hidden layers of 1 or more; leave --lora out")
    tables = [read_table(data), *([read_table(sts)] if sts else [])]
    begun = reducible(tables, encoder, dims, column, window=settings.window, seed=settings.seed)
    recipe = describe_recipe(
        "reduce",
        encoder,
        tables,
        settings,
        dims=dims,
        column=column,
        method="autoencoder",
        hidden=hidden,
        norm=norm,
    )
    held_out, training = held_out_indices(len(begun.texts), settings.seed, data)
    unit = unit_rows(begun.vectors)
    network = Autoencoder(unit[training], dims, hidden=hidden, dropout=settings.dropout or 0.0, norm=norm)
    begin_training(out, recipe)
    run = train_autoencoder(network, unit[training], unit[held_out], out, settings, on_step)
    back = network.cpu().eval().reconstruction(encoder, unit[training])
    reduced = _with_layers(begun, back.encoding)
    with report_full_disk(out):
        reduced.save_pretrained(str(out), create_model_card=False)
        write_reconstruction(back, out)
    pca = PCA(dims, random_state=settings.seed).fit(unit[training])
    mean, asked = unit[training].mean(axis=0), held_out.tolist()
    # as `reduce` gives vectors: along the axes, with the mean left in
    along = _kept(pca_reconstruction(pca, encoder), unit, unit @ pca.components_.T, mean, asked)
    after = _kept(back, unit, back.codes(unit), mean, asked)
    figures = reduced_figures(begun, reduced, after, tables[1] if sts else None)
    trained = TrainedModel.of_recipe(
        recipe,
        out,
        columns={"text": column},
        figures={"before": figures["before"], "pca": {"dims": dims, **along}, "after": figures["after"]},
        settings={"method": "autoencoder", "dims": dims, "hidden": hidden, "norm": norm},
        notes=(f"measured on {len(held_out)} texts that were held out",),
    )
    return finish(trained, run, "loss")


def train_autoencoder(
    network: Autoencoder,
    training: Matrix,
    held_out: Matrix,
    out: Path,
    settings: TrainingSettings,
    on_step: StepCallback,
) -> TrainingRun:
    """Trains the network to its best weights by the loss on held-out vectors."""
    arguments = trainer_arguments(
        settings, out, len(training), best_figure="eval_loss", greater_is_better=False
    )
    trainer = Trainer(
        model=network,
        args=TrainingArguments(**arguments, label_names=[], remove_unused_columns=False),
        train_dataset=_rows(training),
        eval_dataset=_rows(held_out),
    )
    return run_training(trainer, out, settings, on_step)


def _rows(vectors: Matrix) -> Any:
    return [{"vectors": row} for row in torch.tensor(np.asarray(vectors), dtype=torch.float32)]


def _kept(
    back: Reconstruction, unit: Matrix, codes: Matrix, mean: Vector, asked: Sequence[int]
) -> dict[str, float]:
    return {
        "reconstruction_error": share_left_out(back, unit[asked], mean),
        "neighbours_kept": neighbours_kept(unit, codes, asked),
    }


def _with_layers(begun: Reducible, layers: Sequence[Layer]) -> SentenceTransformer:
    """Returns the model followed by the layers, with vectors of length 1 before and after them."""
    modules: list[torch.nn.Module] = [*begun.model]
    if not begun.is_unit:
        modules.append(Normalize())
    for index, layer in enumerate(layers):
        activation = torch.nn.Identity() if index == len(layers) - 1 else torch.nn.ReLU()
        weight, bias = (torch.tensor(part, dtype=torch.float32) for part in layer)
        outputs, inputs = layer.weight.shape
        modules.append(
            Dense(inputs, outputs, activation_function=activation, init_weight=weight, init_bias=bias)
        )
    return SentenceTransformer(modules=[*modules, Normalize()], device=str(begun.model.device))
