import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare
from transformers.generation.logits_process import (
    LogitsProcessorList,
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from palate.errors import BadValue
from palate.model.filters import drawn, penalised, ranked, require_numbers
from palate.model.sampling import Sampling

SAMPLINGS = st.builds(
    Sampling,
    temperature=st.floats(0.3, 2.0),
    top_k=st.integers(0, 60),
    top_p=st.floats(0.2, 1.0),
    min_p=st.sampled_from([0.0, 0.01, 0.2]),
    repetition_penalty=st.sampled_from([1.0, 1.3, 0.8]),
)


def probabilities(logits: torch.Tensor, sampling: Sampling) -> torch.Tensor:
    """(B, V) of all tokens, by the filters."""
    found = ranked(logits, sampling, logits.shape[-1])
    return torch.zeros_like(logits).scatter(-1, found.tokens, found.log_probs.exp().float())


@given(sampling=SAMPLINGS, seed=st.integers(0, 999))
def test_the_filters_equal_those_of_transformers(sampling: Sampling, seed: int) -> None:
    torch.manual_seed(seed)
    logits, ids = 3 * torch.randn(3, 200), torch.randint(0, 200, (3, 7))
    warpers = LogitsProcessorList([RepetitionPenaltyLogitsProcessor(sampling.repetition_penalty)])
    warpers.append(TemperatureLogitsWarper(sampling.temperature))
    if sampling.top_k:
        warpers.append(TopKLogitsWarper(sampling.top_k))
    if sampling.top_p < 1:
        warpers.append(TopPLogitsWarper(sampling.top_p))
    if sampling.min_p:
        warpers.append(MinPLogitsWarper(sampling.min_p))
    expected = warpers(ids, logits.clone()).softmax(-1)  # type: ignore[arg-type]
    seen = torch.zeros_like(logits, dtype=torch.bool).scatter(-1, ids, True)
    scaled = penalised(logits, seen, sampling.repetition_penalty) / sampling.temperature
    torch.testing.assert_close(probabilities(scaled, sampling), expected, atol=1e-5, rtol=0)


@given(sampling=SAMPLINGS, seed=st.integers(0, 999))
def test_a_large_vocabulary_is_drawn_from_as_if_all_of_it_were_sorted(sampling: Sampling, seed: int) -> None:
    """Sorting a few tokens first gives what sorting them all gives, also where the few do not decide."""
    torch.manual_seed(seed)
    logits = torch.randn(4, 6000) * torch.tensor([[0.1], [1.0], [3.0], [0.0]])
    numbers = torch.rand(4, dtype=torch.float64)
    found = ranked(logits, sampling, 6000)
    reached = found.log_probs.exp().cumsum(-1)
    for row, token in enumerate(drawn(logits, numbers, sampling).tolist()):
        place = int((reached[row] <= numbers[row]).sum())
        place = min(place, int(found.kept[row].sum()) - 1)
        # where logits are equal either is right
        assert float(logits[row, token]) == float(logits[row, found.tokens[row, place]])


def test_tokens_are_drawn_in_distribution() -> None:
    logits = torch.log(torch.tensor([0.4, 0.3, 0.15, 0.1, 0.05])).repeat(20_000, 1)
    numbers = torch.tensor(np.random.default_rng(5).random(20_000))
    tokens = drawn(logits, numbers, Sampling(top_p=0.9, temperature=1))
    counts = np.bincount(tokens.numpy(), minlength=5)
    assert counts[4] == 0
    assert chisquare(counts[:4], 20_000 * np.array([0.4, 0.3, 0.15, 0.1]) / 0.95).pvalue > 0.001


@pytest.mark.parametrize("broken", [torch.nan, torch.inf])
def test_logits_that_are_no_numbers_are_refused(broken: float) -> None:
    with pytest.raises(BadValue, match="no numbers"):
        require_numbers(torch.tensor([[0.0, 1.0], [0.0, broken]]))


def test_rows_without_a_token_to_choose_are_refused() -> None:
    with pytest.raises(BadValue, match="all are masked"):
        require_numbers(torch.tensor([[0.0, 1.0], [-torch.inf, -torch.inf]]))
