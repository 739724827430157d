"""Batches for sentence models: texts of like length together, and several sources in one run."""

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import torch
from sentence_transformers import DefaultBatchSampler, MultiDatasetDefaultBatchSampler
from torch.utils.data import BatchSampler

from palate.training.lengths import LengthSampler


class LengthBatches(DefaultBatchSampler):
    """Batches of like length of one source, as `LengthSampler` orders them.

    dataset: of datasets. texts: its columns with texts; a row is as long as its texts together. tokenizer:
    counts word pieces, up to its longest. apart: no text stands twice in a batch, for losses that take the
    others of a batch as wrong answers (what clashes waits for the next batch; what still clashes at the end
    of an epoch is left to the next epoch)."""

    def __init__(
        self, dataset: Any, batch: int, seed: int, *, texts: Sequence[str], tokenizer: Any, apart: bool
    ) -> None:
        super().__init__(dataset, batch_size=batch, drop_last=False, seed=seed)
        columns = [list(dataset.with_format(None)[name]) for name in texts]
        counts = [[len(ids) for ids in tokenizer(column, truncation=True)["input_ids"]] for column in columns]
        self.rows = list(zip(*columns, strict=True)) if apart else []
        self.sampler: LengthSampler = LengthSampler(list(map(sum, zip(*counts, strict=True))), batch, seed)

    def __len__(self) -> int:
        return -(-len(self.sampler) // self.batch_size)

    def __iter__(self) -> Iterator[list[int]]:
        if not self.rows:
            yield from BatchSampler(self.sampler, self.batch_size, drop_last=False)
            return
        queue = deque(self.sampler)
        for _ in range(len(self)):
            batch, clashing, seen = list[int](), list[int](), set[str]()
            while queue and len(batch) < self.batch_size:
                place = queue.popleft()
                if seen.isdisjoint(self.rows[place]):
                    batch.append(place)
                    seen.update(self.rows[place])
                else:
                    clashing.append(place)
            queue.extendleft(reversed(clashing))
            yield batch

    def set_epoch(self, epoch: int) -> None:
        super().set_epoch(epoch)
        self.sampler.set_epoch(epoch)


class Mixture(MultiDatasetDefaultBatchSampler):
    """Batches of several sources in an order drawn anew for each epoch, each batch of one source.

    passes: for each source how often an epoch goes through its examples: 1 for once, 0.5 for half of them
    (the next epoch has the others), 2 for twice. So a source has a share of the steps; losses are not scaled,
    as Adam would undo a good part of it. The order depends on seed and epoch alone."""

    def __init__(self, dataset: Any, batch_samplers: list[Any], passes: Sequence[float], seed: int) -> None:
        super().__init__(dataset, batch_samplers, seed=seed)
        self.sources: list[LengthBatches] = batch_samplers
        self.shares = [
            max(1, round(times * len(batches))) for times, batches in zip(passes, batch_samplers, strict=True)
        ]
        self.sampler: Any = self  # where accelerate, after a resume, looks for set_epoch

    def __len__(self) -> int:
        return sum(self.shares)

    def __iter__(self) -> Iterator[list[int]]:
        chance = torch.Generator().manual_seed(self.seed * 1_000_003 + self.epoch)
        sources = torch.tensor([source for source, share in enumerate(self.shares) for _ in range(share)])
        begins = [0, *self.dataset.cumulative_sizes]
        streams = [
            _on(batches, self.epoch * share) for batches, share in zip(self.sources, self.shares, strict=True)
        ]
        for source in sources[torch.randperm(len(sources), generator=chance)].tolist():
            yield [begins[source] + place for place in next(streams[source])]

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch  # its sources count passes of their own, see _on


def samplers(
    tokenizer: Any, passes: Sequence[float], apart: Sequence[tuple[str, ...]] = ()
) -> dict[str, Any]:
    """The arguments batch_sampler and multi_dataset_batch_sampler of sentence-transformers for these classes.

    passes: as of Mixture, in the order of the sources. apart: the text columns of sources in whose batches no
    text may recur."""

    def of_one(
        dataset: Any, batch_size: int, valid_label_columns: Sequence[str], seed: int, **_: Any
    ) -> LengthBatches:
        texts = tuple(name for name in dataset.column_names if name not in valid_label_columns)
        return LengthBatches(
            dataset, batch_size, seed, texts=texts, tokenizer=tokenizer, apart=texts in apart
        )

    def of_several(dataset: Any, batch_samplers: list[Any], seed: int, **_: Any) -> Mixture:
        return Mixture(dataset, batch_samplers, passes, seed)

    return {"batch_sampler": of_one, "multi_dataset_batch_sampler": of_several}


def _on(batches: LengthBatches, begin: int) -> Iterator[list[int]]:
    """Batches without end, pass after pass, from the one with number `begin` on."""
    number, skipped = divmod(begin, len(batches))
    while True:
        batches.set_epoch(number)
        yield from islice(batches, skipped, None)
        number, skipped = number + 1, 0
