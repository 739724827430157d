"""Masked language models: the loss at masked places alone, how perplexed a model is, and their training."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from transformers import Trainer

from palate.training.chunks import Batch, Draws, Ids, MaskedChunks

IGNORED = -100  # the label of a piece that is not to be told, for transformers


def bare(model: Any) -> Any:
    """The transformers model, with adapters or without."""
    return model.get_base_model() if hasattr(model, "get_base_model") else model


def logits_at(model: Any, read: Batch, at: torch.Tensor) -> torch.Tensor:
    """(m, v) logits of the m places (n, t) that are true, of v pieces in the vocabulary.

    The head sees these places alone: at 15 % masks and 30,522 pieces a step of MiniLM takes half the time
    that it takes with the head at all places (benchmarks/masked.py), and the logits a seventh of the memory.
    """
    with _kept(bare(model).base_model, at):
        logits: torch.Tensor = model(
            input_ids=read["input_ids"], attention_mask=read["attention_mask"]
        ).logits[0]
    return logits


@contextmanager
def _kept(encoder: Any, at: torch.Tensor) -> Iterator[None]:
    """Within it the encoder gives out (1, m, d) vectors, of the places that are true."""

    def keep(module: Any, given: Any, output: Any) -> Any:  # noqa: ARG001
        output["last_hidden_state"] = output["last_hidden_state"][at][None]
        return output

    hook = encoder.register_forward_hook(keep)
    try:
        yield
    finally:
        hook.remove()


def summed_loss(model: Any, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """Cross-entropy in nats, summed over the masked places of a batch, and the (m, v) logits there."""
    at = batch["labels"] != IGNORED
    logits = logits_at(model, batch, at)
    return functional.cross_entropy(logits.float(), batch["labels"][at], reduction="sum"), logits


def try_step(model: Any, batch: Batch) -> None:
    """The work of a step without its end: the weights stay."""
    model.train()
    torch.autograd.backward(
        summed_loss(model, {name: values.to(model.device) for name, values in batch.items()})[0]
    )
    model.zero_grad()


def perplexed(model: Any, held: MaskedChunks, batch: int) -> dict[str, float]:
    """Figures on chunks with fixed masks. loss: nats a masked piece; perplexity: e to that, so v for a model
    that knows nothing of v pieces; accuracy: share of masked pieces that are the likeliest one there. The
    model is left as it was."""
    loss, right, masked, training = 0.0, 0, 0, model.training
    model.eval()
    with torch.no_grad():
        for part in held.batches(batch):
            there = {name: values.to(model.device) for name, values in part.items()}
            summed, logits = summed_loss(model, there)
            told = there["labels"][there["labels"] != IGNORED]
            loss += float(summed)
            right += int((logits.argmax(dim=-1) == told).sum())
            masked += len(told)
    model.train(training)
    return {"loss": loss / masked, "perplexity": float(np.exp(loss / masked)), "accuracy": right / masked}


def head_modules(model: Any) -> list[str]:
    """Names of the modules between encoder and output layer: those of a masked-language head but for the tied
    output layer.
    """
    bare_model = bare(model)
    output, prefix = bare_model.get_output_embeddings(), f"{bare_model.base_model_prefix}."
    return [
        name
        for name, module in bare_model.named_modules()
        if not name.startswith(prefix)
        and module is not output
        and any(True for _ in module.parameters(recurse=False))
        and not any(weight is output.bias for weight in module.parameters(recurse=False))
    ]


def begin_head(model: Any, ids: Ids) -> None:
    """Let a head that is not stored begin with what is known: (d, d) layers pass on what they get, so that a
    place is first taken for the piece whose embedding is like its vector, and the output layer knows how
    often each piece comes in (n, t) chunks.

    MiniLM on arXiv abstracts, perplexity after 40 steps of 8 chunks: 435 so, 929 with the bias alone, 1196
    with neither."""
    whole = bare(model)
    for name in head_modules(model):
        module = whole.get_submodule(name)
        if isinstance(module, nn.Linear) and module.in_features == module.out_features:
            nn.init.eye_(module.weight)
            nn.init.zeros_(module.bias)
    bias = whole.get_output_embeddings().bias
    counts = torch.from_numpy(np.bincount(ids.ravel(), minlength=len(bias))).double() + 1
    with torch.no_grad():
        bias.copy_((counts / counts.sum()).log())


class MaskedTrainer(Trainer):
    """transformers' Trainer on MaskedChunks; its figures at every evaluation are those of `perplexed`."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        # so that it counts the masked pieces of a step, over all its batches
        self.model_accepts_loss_kwargs = True

    def _get_train_sampler(self, train_dataset: Any = None) -> Draws:  # noqa: ARG002
        return Draws(len(cast(MaskedChunks, self.train_dataset)), self.args.seed)

    def compute_loss(
        self,
        model: Any,
        inputs: Any,
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> torch.Tensor:
        loss, logits = summed_loss(model, inputs)
        return loss / (num_items_in_batch if num_items_in_batch is not None else max(len(logits), 1))

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Figures on the held-out chunks, pieces weighing alike whatever batch they are in."""
        found = perplexed(self.model, cast(MaskedChunks, self.eval_dataset), self.args.eval_batch_size)
        figures = {f"eval_{name}": value for name, value in found.items()}
        self.log(figures)
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, figures)
        return figures
