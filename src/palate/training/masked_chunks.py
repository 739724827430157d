"""Masked chunks: texts end to end, cut to one length, and masked anew each time they are read."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset, Sampler
from transformers import DataCollatorForLanguageModeling

from palate.errors import BadSource

Ids = np.ndarray[tuple[int, int], np.dtype[np.int64]]
Batch = dict[str, torch.Tensor]

TOKENISED_TEXTS = 1000  # texts that are tokenised together


def chunk_texts(texts: Sequence[str], tokenizer: Any, window: int) -> Ids:
    """Returns (n, window) word pieces: texts end to end, [SEP] after each, cut every window - 2 pieces, each
    chunk in [CLS] and [SEP].

    Nothing is dropped: the last chunk is filled with [PAD]. All chunks but that one are full, so no step is
    spent on padding. Raises BadSource where the tokenizer lacks one of these four or [MASK].
    Source: the FULL-SENTENCES form of Liu et al., RoBERTa (2019), section 4.2.
    """
    special = {name: getattr(tokenizer, f"{name}_token_id") for name in ("cls", "sep", "pad", "mask")}
    if lacking := [name for name, id in special.items() if id is None]:
        raise BadSource(
            f"the model's tokenizer has no {' and no '.join(lacking)} token; start from a BERT-like encoder"
        )
    stream: list[int] = []
    for start in range(0, len(texts), TOKENISED_TEXTS):
        encoded = tokenizer(
            list(texts[start : start + TOKENISED_TEXTS]),
            add_special_tokens=False,
            truncation=False,
            padding=False,
            verbose=False,
        )
        for ids in encoded["input_ids"]:
            stream += [*ids, special["sep"]]
    width = window - 2
    inner = np.full((-(-len(stream) // width), width), special["pad"], dtype=np.int64)
    inner.ravel()[: len(stream)] = stream
    chunks = np.pad(inner, ((0, 0), (1, 1)), constant_values=((0, 0), (special["cls"], special["sep"])))
    return chunks


class MaskedChunks(Dataset[Batch]):
    """Chunks as a masked language model reads them, masked as they are fetched.

    Draw `epoch * n + index` is chunk `index` with the masks of that epoch: they depend on the seed and this
    number alone, never on the state of a generator, so loaders may fetch ahead and a run that was stopped
    goes on with the same masks. Of the pieces that are not special a share is to be predicted: of them 80 %
    become [MASK], 10 % any piece, 10 % stay. ids: (n, window) of `chunk_texts`.
    Source: Devlin et al., BERT (2019), section 3.1, by transformers' collator.
    """

    def __init__(self, ids: Ids, tokenizer: Any, *, share: float, seed: int) -> None:
        self.ids, self.seed, self._pad = ids, seed, tokenizer.pad_token_id
        self._special = torch.tensor(sorted({*tokenizer.all_special_ids} - {tokenizer.unk_token_id}))
        self._collator = DataCollatorForLanguageModeling(tokenizer, mlm_probability=share)

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, draw: int) -> Batch:
        ids = torch.from_numpy(self.ids[draw % len(self)].copy())[None]
        seed = int(np.random.SeedSequence([self.seed, draw]).generate_state(1, np.uint64)[0])
        self._collator.generator = torch.Generator().manual_seed(seed)
        masked, labels = self._collator.torch_mask_tokens(
            ids.clone(), special_tokens_mask=torch.isin(ids, self._special)
        )
        return {"input_ids": masked[0], "attention_mask": (ids[0] != self._pad).long(), "labels": labels[0]}

    def batches(self, batch: int) -> Iterator[Batch]:
        """Yields all chunks in their order, with the masks of the first epoch: always the same."""
        for start in range(0, len(self), batch):
            rows = [self[index] for index in range(start, min(start + batch, len(self)))]
            yield {name: torch.stack([row[name] for row in rows]) for name in rows[0]}


class EpochSampler(Sampler[int]):
    """The draws of n chunks, in an order drawn anew for each epoch from seed and epoch alone.

    >>> sampler = EpochSampler(3, seed=0)
    >>> sampler.set_epoch(2)
    >>> sorted(sampler)
    [6, 7, 8]
    """

    def __init__(self, n: int, seed: int) -> None:
        self.n, self.seed, self.epoch = n, seed, 0

    def __len__(self) -> int:
        return self.n

    def __iter__(self) -> Iterator[int]:
        order = np.random.default_rng([self.seed, self.epoch]).permutation(self.n)
        return iter((self.epoch * self.n + order).tolist())

    def set_epoch(self, epoch: int) -> None:
        """Sets the epoch that comes next; accelerate's loaders call it."""
        self.epoch = epoch
