from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.data import DataLoader

from palate.errors import BadSource
from palate.training.masked_chunks import EpochSampler, MaskedChunks, chunk_texts
from training.masked_models import SPECIAL, WORDS, sentence, tokenizer_of

IGNORED_LABEL = -100
TOKENIZER = tokenizer_of()
PAD, UNK, CLS, SEP, MASK = range(5)


def texts(n: int, seed: int = 0) -> list[str]:
    rng = np.random.default_rng(seed)
    return [" ".join(sentence(rng) for _ in range(rng.integers(1, 4))) for _ in range(n)]


@given(
    given=st.lists(st.lists(st.sampled_from(WORDS[:-1]), max_size=30).map(" ".join), min_size=1, max_size=8),
    window=st.integers(4, 20),
)
def test_cutting_loses_nothing(given: list[str], window: int) -> None:
    """Between [CLS] and [SEP] of each chunk, and without the filling, stand all pieces in order, each text
    closed by [SEP].
    """
    ids = chunk_texts(given, TOKENIZER, window)
    assert ids.shape[1] == window
    assert (ids[:, 0] == CLS).all()
    assert (ids[:, -1] == SEP).all()
    stream = ids[:, 1:-1].ravel()
    filled = stream == PAD
    assert not filled[: len(stream) - filled.sum()].any()  # at the very end
    assert filled.sum() < window - 2
    told = TOKENIZER.decode(stream[~filled]).split("[SEP]")
    assert [one.split() for one in told[:-1]] == [one.split() for one in given]
    assert told[-1] == ""


def test_a_tokenizer_without_a_mask_is_refused() -> None:
    lacking = tokenizer_of()
    lacking.mask_token = None
    with pytest.raises(BadSource, match="has no mask token; start from a BERT-like encoder"):
        chunk_texts(["a cat"], lacking, 8)


def test_masks_are_as_many_and_of_the_kinds_that_bert_has() -> None:
    """Over many draws: a share of the pieces, 80 % of them hidden, 10 % drawn at random and 10 % left; never
    a special one.
    """
    ids = chunk_texts(texts(60), TOKENIZER, 24)
    chunks = MaskedChunks(ids, TOKENIZER, share=0.3, seed=5)
    kinds, masked, v = Counter[str](), np.zeros(ids.shape), len(SPECIAL) + len(WORDS)
    epochs = 50
    for draw in range(epochs * len(ids)):
        row, whole = chunks[draw], torch.from_numpy(ids[draw % len(ids)])
        told = row["labels"] != IGNORED_LABEL
        masked[draw % len(ids)] += told.numpy()
        assert torch.equal(row["labels"][told], whole[told])
        assert torch.equal(row["input_ids"][~told], whole[~told])
        assert torch.equal(row["attention_mask"].bool(), whole != PAD)
        read = row["input_ids"][told]
        kinds["hidden"] += int((read == MASK).sum())
        kinds["same"] += int((read == whole[told]).sum())
        kinds["all"] += len(read)
    special = np.isin(ids, [PAD, CLS, SEP])
    assert masked[special].max() == 0
    n = epochs * int((~special).sum())
    assert kinds["all"] / n == pytest.approx(0.3, abs=5 * (0.3 * 0.7 / n) ** 0.5)
    hidden, same = 0.8 + 0.1 / v, 0.1 + 0.1 / v  # what is drawn may be [MASK] or what stood there
    assert kinds["hidden"] / kinds["all"] == pytest.approx(
        hidden, abs=5 * (hidden * (1 - hidden) / kinds["all"]) ** 0.5
    )
    assert kinds["same"] / kinds["all"] == pytest.approx(
        same, abs=5 * (same * (1 - same) / kinds["all"]) ** 0.5
    )
    shares = masked[~special] / epochs  # no place is preferred: each is a draw of its own
    assert shares.std() == pytest.approx((0.3 * 0.7 / epochs) ** 0.5, rel=0.2)


def test_masks_are_fresh_in_each_epoch_and_depend_on_nothing_but_seed_and_draw() -> None:
    ids = chunk_texts(texts(10), TOKENIZER, 16)
    n = len(ids)
    chunks, again, other = (MaskedChunks(ids, TOKENIZER, share=0.15, seed=seed) for seed in (1, 1, 2))
    first = [chunks[draw]["labels"] for draw in range(3 * n)]
    torch.manual_seed(99)
    for draw in reversed(range(3 * n)):  # in another order, with the global generator in another state
        assert torch.equal(again[draw]["labels"], first[draw])
    assert sum(torch.equal(first[place], first[place + n]) for place in range(n)) < n / 2
    assert sum(torch.equal(first[place], other[place]["labels"]) for place in range(n)) < n / 2


def test_reading_does_not_move_the_global_generator_nor_the_chunks() -> None:
    ids = chunk_texts(texts(10), TOKENIZER, 16)
    kept, before = ids.copy(), torch.random.get_rng_state()
    list(MaskedChunks(ids, TOKENIZER, share=0.5, seed=0).batches(3))
    assert torch.equal(torch.random.get_rng_state(), before)
    np.testing.assert_array_equal(ids, kept)


def test_batches_are_all_chunks_with_the_masks_of_the_first_epoch() -> None:
    chunks = MaskedChunks(chunk_texts(texts(10), TOKENIZER, 16), TOKENIZER, share=0.5, seed=0)
    rows = torch.cat([batch["labels"] for batch in chunks.batches(4)])
    assert torch.equal(rows, torch.stack([chunks[place]["labels"] for place in range(len(chunks))]))


def test_an_epoch_draws_each_chunk_once_in_an_order_of_its_own() -> None:
    orders = []
    for epoch in range(3):
        draws = EpochSampler(50, seed=3)
        draws.set_epoch(epoch)
        orders.append([draw - 50 * epoch for draw in DataLoader(range(1000), batch_size=None, sampler=draws)])  # type: ignore[arg-type]
        assert sorted(orders[-1]) == list(range(50))
        assert orders[-1] == [draw - 50 * epoch for draw in draws]
    assert orders[0] != orders[1] != orders[2] != list(range(50))
