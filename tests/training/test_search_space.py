from hypothesis import given
from hypothesis import strategies as st

from palate.training.run.settings import LoraSettings, TrainingSettings
from palate.training.search_space import choice_of, search_space, settings_at


@given(
    st.floats(1e-6, 1e-2),
    st.floats(0.1, 20),
    st.integers(1, 200),
    st.none() | st.floats(0, 0.9),
    st.floats(0, 1),
    st.none() | st.integers(1, 64),
)
def test_the_given_settings_lie_in_the_space_and_come_back_from_it(
    rate: float, epochs: float, batch: int, dropout: float | None, warmup: float, rank: int | None
) -> None:
    lora = None if rank is None else LoraSettings(rank=rank, alpha=3 * rank)
    settings = TrainingSettings(
        rate=rate, epochs=epochs, batch=batch, dropout=dropout, warmup=warmup, lora=lora
    )
    choice, space = choice_of(settings), search_space(settings)
    assert set(choice) == set(space)
    for name, value in choice.items():
        assert space[name]._contains(space[name].to_internal_repr(value))
    assert settings_at(settings, choice) == settings


def test_alpha_stays_in_proportion_to_the_rank() -> None:
    settings = TrainingSettings(lora=LoraSettings(rank=8, alpha=24))
    found = settings_at(settings, {**choice_of(settings), "rank": 16})
    assert found.lora == LoraSettings(rank=16, alpha=48)
