from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.data import ConcatDataset

from palate.training.batches import LengthBatches, Mixture, samplers
from training.sentence_files import texts

tokens = st.lists(
    st.lists(st.sampled_from("abcdef"), min_size=1, max_size=3).map(" ".join), min_size=2, max_size=30
)


class Words:
    """A tokenizer: words as pieces."""

    def __call__(self, column: Sequence[str], truncation: bool) -> dict[str, list[list[str]]]:
        assert truncation
        return {"input_ids": [text.split() for text in column]}


def batches_of(column: Sequence[str], batch: int, seed: int = 0, *, unique: bool = False) -> LengthBatches:
    data = Dataset.from_dict({"text": list(column)})
    return LengthBatches(data, batch, seed, texts=("text",), tokenizer=Words(), unique=unique)


def test_a_batch_has_texts_of_like_length_and_an_epoch_has_every_text_once() -> None:
    column = texts(100, 0, longest=20)
    found = list(batches_of(column, 8))
    assert sorted(place for batch in found for place in batch) == list(range(100))
    assert [len(batch) for batch in found] == [8] * 12 + [4]
    spreads = [len({len(column[place].split()) for place in batch}) for batch in found]
    assert max(spreads) <= 4


@given(column=tokens, batch=st.integers(2, 6), seed=st.integers(0, 99))
def test_no_text_stands_twice_in_a_batch_that_is_to_have_them_apart(
    column: list[str], batch: int, seed: int
) -> None:
    sampler = batches_of(column, batch, seed, unique=True)
    found = list(sampler)
    assert len(found) == len(sampler)
    assert all(found)
    for places in found:
        assert len({column[place] for place in places}) == len(places) <= batch
    assert max(Counter(place for places in found for place in places).values()) == 1


def mixture(sizes: Sequence[int], passes: Sequence[float], seed: int = 0) -> Mixture:
    columns = [texts(size, size) for size in sizes]
    parts = [batches_of(column, 4, seed) for column in columns]
    data: ConcatDataset[Any] = ConcatDataset([Dataset.from_dict({"text": column}) for column in columns])
    return Mixture(data, parts, passes, seed)


def test_each_source_has_the_share_of_batches_that_its_passes_give() -> None:
    mixed = mixture([40, 20, 10], [0.5, 1, 3])
    found = list(mixed)
    counts = Counter(0 if max(batch) < 40 else 1 if max(batch) < 60 else 2 for batch in found)
    assert counts == {0: 5, 1: 5, 2: 9}
    assert len(mixed) == len(found) == 19
    assert sum(min(batch) < 40 <= max(batch) or min(batch) < 60 <= max(batch) for batch in found) == 0


def test_half_a_pass_has_the_other_half_in_the_next_epoch() -> None:
    mixed = mixture([40, 20], [0.5, 1])
    seen: Counter[int] = Counter()
    for epoch in (0, 1):
        mixed.set_epoch(epoch)
        seen.update(place for batch in mixed for place in batch)
    assert {seen[place] for place in range(40)} == {1}
    assert {seen[place] for place in range(40, 60)} == {2}


def test_the_order_depends_on_seed_and_epoch_alone() -> None:
    mixed, again, other = (
        mixture([30, 20], [1, 1]),
        mixture([30, 20], [1, 1]),
        mixture([30, 20], [1, 1], seed=1),
    )
    epochs = []
    for epoch in (0, 1, 2):
        mixed.set_epoch(epoch)
        epochs.append(list(mixed))
    again.sampler.set_epoch(2)  # as accelerate tells it after a resume
    assert list(again) == epochs[2]
    assert epochs[0] != epochs[1]
    assert list(other) != epochs[0]


def test_sentence_transformers_is_handed_them_as_its_own_arguments(tmp_path: Path) -> None:
    made = samplers(Words(), [1.0], unique=[("pairs_1", "pairs_2")])
    data = Dataset.from_dict({"pairs_1": ["a", "a"], "pairs_2": ["b", "c"], "label": [0, 1]})
    common = {"batch_size": 2, "drop_last": False, "generator": None, "seed": 0}
    one = made["batch_sampler"](
        data.select_columns(["pairs_1", "pairs_2"]), valid_label_columns=["label"], **common
    )
    assert len(list(one)) == 1  # the other row clashes and waits for an epoch of its own
    assert len(next(iter(one))) == 1
    several = made["multi_dataset_batch_sampler"](
        ConcatDataset([data]), batch_samplers=[one], generator=None, seed=0
    )
    assert isinstance(several, Mixture)


def test_a_row_is_as_long_as_its_texts_together() -> None:
    data = Dataset.from_dict({"one": ["a b c", "a"], "two": ["a", "a b"]})
    sampler = LengthBatches(data, 2, 0, texts=("one", "two"), tokenizer=Words(), unique=False)
    assert sampler.sampler.lengths.tolist() == [4, 3]


@pytest.mark.parametrize("n", [1, 3])
def test_a_source_smaller_than_a_batch_is_one_batch(n: int) -> None:
    assert len(list(mixture([n, 8], [1, 1]))) == 3
