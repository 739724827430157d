"""Batches of texts of similar length, which need little padding: the larger part of a training's speed."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch.utils.data import Sampler
from transformers import Trainer

SORTED_BATCHES = 50  # batches whose texts are sorted together: more means less padding and less chance


class LengthSampler(Sampler[int]):
    """Indices of examples in an order drawn anew for each epoch, in which the `batch` examples of each batch
    have similar lengths.

    The examples are shuffled, sorted by length within stretches of SORTED_BATCHES batches, and the batches
    shuffled; the one batch that is not full comes last. The order depends on seed and epoch alone, so that a
    run that was stopped goes on in the same order. lengths: (n,) word pieces.
    Source: as transformers' LengthGroupedSampler, whose order depends on the state of the global generator
    and runs from long to short.

    >>> lengths = [3, 9, 3, 9, 4]
    >>> order = list(LengthSampler(lengths, batch=2, seed=0))
    >>> sorted(order), sorted(lengths[index] for index in order[:2]) in ([3, 3], [4, 9])
    ([0, 1, 2, 3, 4], True)
    """

    def __init__(self, lengths: Sequence[int], batch: int, seed: int) -> None:
        self.lengths, self.batch, self.seed, self.epoch = torch.tensor(lengths), batch, seed, 0

    def __len__(self) -> int:
        return len(self.lengths)

    def __iter__(self) -> Iterator[int]:
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + self.epoch)
        stretches = torch.split(torch.randperm(len(self), generator=generator), SORTED_BATCHES * self.batch)
        batches = [
            batch
            for stretch in stretches
            for batch in torch.split(stretch[self.lengths[stretch].argsort(stable=True)], self.batch)
        ]
        full = [batch for batch in batches if len(batch) == self.batch]
        partial = [batch for batch in batches if len(batch) < self.batch]
        shuffled = [full[index] for index in torch.randperm(len(full), generator=generator).tolist()]
        order = shuffled + partial
        return iter(torch.cat(order).tolist() if order else [])

    def set_epoch(self, epoch: int) -> None:
        """Sets the epoch whose order comes next; accelerate's loaders call it."""
        self.epoch = epoch


class LengthTrainer(Trainer):
    """transformers' Trainer on batches of similar length. The examples are mappings with input_ids."""

    def _get_train_sampler(self, train_dataset: Any = None) -> LengthSampler:
        examples: Any = self.train_dataset if train_dataset is None else train_dataset
        lengths = [len(example["input_ids"]) for example in examples]
        return LengthSampler(lengths, self.args.train_batch_size, self.args.seed)
