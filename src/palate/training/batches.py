"""Batches for sentence models: texts of similar length together, and several example sets in one run."""

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import torch
from sentence_transformers import DefaultBatchSampler, MultiDatasetDefaultBatchSampler
from torch.utils.data import BatchSampler

from palate.training.run.lengths import LengthSampler


class LengthBatches(DefaultBatchSampler):
    """Batches of similar length of one example set, as `LengthSampler` orders them.

    dataset: of datasets. texts: its columns with texts; a row is as long as its texts together. tokenizer:
    counts word pieces, up to its longest. unique: no text occurs twice in a batch, for losses that take the
    others of a batch as wrong answers (a row that clashes waits for the next batch; rows that still clash at
    the end of an epoch are left to the next epoch).
    """

    def __init__(
        self, dataset: Any, batch: int, seed: int, *, texts: Sequence[str], tokenizer: Any, unique: bool
    ) -> None:
        super().__init__(dataset, batch_size=batch, drop_last=False, seed=seed)
        columns = [list(dataset.with_format(None)[name]) for name in texts]
        counts = [[len(ids) for ids in tokenizer(column, truncation=True)["input_ids"]] for column in columns]
        self.rows = list(zip(*columns, strict=True)) if unique else []
        self.sampler: LengthSampler = LengthSampler(list(map(sum, zip(*counts, strict=True))), batch, seed)

    def __len__(self) -> int:
        return -(-len(self.sampler) // self.batch_size)

    def __iter__(self) -> Iterator[list[int]]:
        if not self.rows:
            yield from BatchSampler(self.sampler, self.batch_size, drop_last=False)
            return
        queue = deque(self.sampler)
        for _ in range(len(self)):
            batch, clashing, texts_in_batch = list[int](), list[int](), set[str]()
            while queue and len(batch) < self.batch_size:
                index = queue.popleft()
                if texts_in_batch.isdisjoint(self.rows[index]):
                    batch.append(index)
                    texts_in_batch.update(self.rows[index])
                else:
                    clashing.append(index)
            queue.extendleft(reversed(clashing))
            yield batch

    def set_epoch(self, epoch: int) -> None:
        super().set_epoch(epoch)
        self.sampler.set_epoch(epoch)


class Mixture(MultiDatasetDefaultBatchSampler):
    """Batches of several example sets in an order drawn anew for each epoch, each batch of one set.

    passes: for each set how often an epoch goes through its examples: 1 for once, 0.5 for half of them
    (the next epoch has the others), 2 for twice. So a set has a share of the steps; losses are not scaled,
    as Adam would undo a good part of it. The order depends on seed and epoch alone.
    """

    def __init__(self, dataset: Any, batch_samplers: list[Any], passes: Sequence[float], seed: int) -> None:
        super().__init__(dataset, batch_samplers, seed=seed)
        self.batches_by_set: list[LengthBatches] = batch_samplers
        self.shares = [
            max(1, round(n_passes * len(batches)))
            for n_passes, batches in zip(passes, batch_samplers, strict=True)
        ]
        self.sampler: Any = self  # where accelerate, after a resume, looks for set_epoch

    def __len__(self) -> int:
        return sum(self.shares)

    def __iter__(self) -> Iterator[list[int]]:
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + self.epoch)
        sets = torch.tensor([index for index, share in enumerate(self.shares) for _ in range(share)])
        offsets = [0, *self.dataset.cumulative_sizes]
        streams = [
            _endless(batches, self.epoch * share)
            for batches, share in zip(self.batches_by_set, self.shares, strict=True)
        ]
        for index in sets[torch.randperm(len(sets), generator=generator)].tolist():
            yield [offsets[index] + row for row in next(streams[index])]

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch  # its sets count passes of their own, see _endless


def samplers(
    tokenizer: Any, passes: Sequence[float], unique: Sequence[tuple[str, ...]] = ()
) -> dict[str, Any]:
    """Returns the arguments batch_sampler and multi_dataset_batch_sampler of sentence-transformers for these
    classes.

    passes: as of Mixture, in the order of the example sets. unique: the text columns of the sets in whose
    batches no text may recur.
    """

    def of_one(
        dataset: Any, batch_size: int, valid_label_columns: Sequence[str], seed: int, **_: Any
    ) -> LengthBatches:
        texts = tuple(name for name in dataset.column_names if name not in valid_label_columns)
        return LengthBatches(
            dataset, batch_size, seed, texts=texts, tokenizer=tokenizer, unique=texts in unique
        )

    def of_several(dataset: Any, batch_samplers: list[Any], seed: int, **_: Any) -> Mixture:
        return Mixture(dataset, batch_samplers, passes, seed)

    return {"batch_sampler": of_one, "multi_dataset_batch_sampler": of_several}


def _endless(batches: LengthBatches, first: int) -> Iterator[list[int]]:
    """Yields batches without end, pass after pass, from the `first` one of all passes on."""
    n_passes, n_skipped = divmod(first, len(batches))
    while True:
        batches.set_epoch(n_passes)
        yield from islice(batches, n_skipped, None)
        n_passes, n_skipped = n_passes + 1, 0
