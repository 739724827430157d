from collections.abc import Iterator
from dataclasses import replace
from itertools import repeat

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model.small_model import small_causal, small_encoder_decoder, small_network, small_tokenizer
from palate.errors import BadValue
from palate.model.decode import decode, numbers_for
from palate.model.draft import Prompt
from palate.model.local import LocalModel
from palate.model.network import Network
from palate.model.sampling import Sampling

PROMPTS = ["The cat", "a", "Kittens at play in the garden", "ing the er"]
GREEDY = Sampling(temperature=0, new_tokens=20)


def prompt_ids(network: Network) -> list[list[int]]:
    return [network.tokenizer(prompt)["input_ids"] for prompt in PROMPTS]


def written(network: Network, rows: list[list[int]], sampling: Sampling) -> list[list[int]]:
    numbers: list[Iterator[float]] = [numbers_for(sampling.seed, row) for row in range(len(rows))]
    limits = [sampling.new_tokens] * len(rows)
    return [one.ids for one in decode(network, rows, sampling, limits=limits, numbers=numbers)]


@pytest.mark.parametrize(
    "network", [small_network(), small_encoder_decoder()], ids=["causal", "encoder-decoder"]
)
@pytest.mark.parametrize("penalty", [1.0, 1.4])
def test_greedy_tokens_equal_those_of_generate(network: Network, penalty: float) -> None:
    rows = prompt_ids(network)
    sampling = Sampling(temperature=0, new_tokens=20, repetition_penalty=penalty)
    for row, ids in zip(rows, written(network, rows, sampling), strict=True):
        expected = network.model.generate(
            torch.tensor([row]), max_new_tokens=20, do_sample=False, repetition_penalty=penalty
        )[0].tolist()
        begin = 1 if network.is_encoder_decoder else len(row)
        if network.is_encoder_decoder and penalty != 1:
            continue  # transformers penalises the decoder's tokens alone, palate those of the prompt too
        assert ids == expected[begin:]


@given(seed=st.integers(0, 99), temperature=st.floats(0.5, 1.5), top_k=st.integers(0, 30))
def test_a_row_is_the_same_alone_and_in_a_batch(seed: int, temperature: float, top_k: int) -> None:
    """On rows of unequal length that end at different steps; in float64, so that the order of the sums in a
    batch does not move a draw to its neighbour.
    """
    network = Network("double", small_causal().double(), small_tokenizer())
    sampling = Sampling(temperature=temperature, top_k=top_k, seed=seed, new_tokens=12)
    rows = prompt_ids(network)
    together = written(network, rows, sampling)
    for row, ids in enumerate(rows):
        alone = decode(network, [ids], sampling, limits=[12], numbers=[numbers_for(seed, row)])[0].ids
        assert alone == together[row]


def test_log_probs_are_those_of_a_pass_over_the_whole_draft() -> None:
    network = small_network()
    rows = prompt_ids(network)
    sampling = Sampling(temperature=0.7, top_k=20, new_tokens=10, seed=3)
    found = decode(
        network, rows, sampling, limits=[10] * 4, numbers=[numbers_for(3, row) for row in range(4)]
    )
    for row, one in zip(rows, found, strict=True):
        with torch.no_grad():
            logits = network.model(torch.tensor([row + one.ids])).logits[0].log_softmax(-1)
        expected = [float(logits[len(row) - 1 + step, token]) for step, token in enumerate(one.ids)]
        assert one.log_probs == pytest.approx(expected, abs=1e-4)


def test_each_row_has_a_limit_of_its_own_and_is_cut_there() -> None:
    network = small_network()
    rows = prompt_ids(network)[:2]
    found = decode(network, rows, GREEDY, limits=[3, 7], numbers=[repeat(0.5), repeat(0.5)])
    assert all(one.finish == "end" or len(one.ids) == n for one, n in zip(found, [3, 7], strict=True))


def test_a_stop_token_ends_a_draft_and_is_no_part_of_it() -> None:
    model = LocalModel(small_network())
    sampling = Sampling(seed=2, new_tokens=60)
    whole = model.write([Prompt.plain("The cat")], sampling)[0]
    tokens = {small_network().token(number): number for number in whole.ids}
    token = next(text for text in tokens if text.isascii() and text.strip() and "<" not in text)
    stopped = model.write([Prompt.plain("The cat")], replace(sampling, stop_tokens=(token,)))[0]
    assert (stopped.finish, stopped.ids) == ("stop", whole.ids[: whole.ids.index(tokens[token]) + 1])
    assert stopped.text == small_network().text_from(list(stopped.ids[:-1]))


def test_a_stop_token_that_is_several_tokens_is_refused() -> None:
    with pytest.raises(BadValue, match="expected one; give it as a stop string"):
        written(small_network(), prompt_ids(small_network()), Sampling(stop_tokens=("the cat",)))


def test_a_model_whose_weights_are_no_numbers_is_refused() -> None:
    broken = small_causal()
    with torch.no_grad():
        broken.lm_head.weight[5] = torch.nan
    with pytest.raises(BadValue, match="no numbers"):
        written(Network("broken", broken, small_tokenizer()), [[5, 6]], Sampling())
