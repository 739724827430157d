from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.encoder.static import StaticEncoder
from palate.insight.number import BITS, number_of
from palate.text import Text

TEXTS = st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace").decode())


@pytest.fixture(scope="module")
def number(loaded_static: StaticEncoder) -> Callable[[str], int]:
    """The number of a text by the shipped encoder."""
    return lambda text: number_of(loaded_static.sums([text]))


def distance(first: int, second: int) -> int:
    return (first ^ second).bit_count()


@given(seed=st.integers(0, 999), dims=st.integers(3, 40), factor=st.floats(0.5, 8))
def test_it_is_which_side_of_64_planes_a_vector_lies_on(seed: int, dims: int, factor: float) -> None:
    """The opposite vector has every bit the other way; a longer one has the same number."""
    sums = np.random.default_rng(seed).normal(size=(1, dims))
    assert 0 <= number_of(sums) < 2**BITS
    assert number_of(sums) ^ number_of(-sums) == 2**BITS - 1
    assert number_of(factor * sums) == number_of(sums)


@pytest.mark.parametrize("angle", [0.2, 0.8, 1.5, 2.6])
def test_bits_differ_as_the_angle_says(angle: float) -> None:
    """64 t / pi on average: over 200 drawn pairs at an angle of t radians, within half a bit."""
    rng = np.random.default_rng(3)
    distances = []
    for _ in range(200):
        first, second = np.linalg.qr(rng.normal(size=(256, 2)))[0].T
        turned = np.cos(angle) * first + np.sin(angle) * second
        distances.append(distance(number_of(first[None]), number_of(turned[None])))
    assert np.mean(distances) == pytest.approx(BITS * angle / np.pi, abs=1.0)


def test_close_texts_have_closer_numbers_than_unrelated_ones_on_average(
    papers: list[Text], number: Callable[[str], int]
) -> None:
    subjects = [text.id.split("-")[0] for text in papers]
    numbers = [number(text.content) for text in papers]
    pairs = [(i, j) for i in range(len(papers)) for j in range(i)]
    near = np.mean([distance(numbers[i], numbers[j]) for i, j in pairs if subjects[i] == subjects[j]])
    far = np.mean([distance(numbers[i], numbers[j]) for i, j in pairs if subjects[i] != subjects[j]])
    assert near < far - 3


@given(text=TEXTS, different=TEXTS)
def test_it_is_the_same_for_the_same_text_whatever_came_between(
    number: Callable[[str], int], text: str, different: str
) -> None:
    expected = number(text)
    number(different)
    assert number(text) == expected
    assert number(f"  {text}\n\n") == expected  # white space does not count


def test_a_text_that_says_nothing_has_the_number_0(number: Callable[[str], int]) -> None:
    assert number("") == number(" \n") == 0


def test_a_number_is_the_same_on_every_machine(number: Callable[[str], int]) -> None:
    """Pinned: sums and projections are exact, so it changes with the shipped encoder alone, not with machine,
    BLAS or NumPy.
    """
    assert number("The quick brown fox jumps over the lazy dog.") == 1662104825517825715
