import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.small_model import small_encoder_decoder, small_network
from palate.errors import BadValue
from palate.model.draft import Prompt
from palate.model.local import LocalModel
from palate.model.sampling import Sampling
from palate.model.steps import sampling_xray

MODEL = LocalModel(small_network(), batch=3)
PROMPTS = [Prompt.plain(text) for text in ("The cat", "a", "Kittens at play", "x y z", "er")]


def test_drafts_come_in_the_order_of_their_prompts() -> None:
    drafts = MODEL.write(PROMPTS, Sampling(new_tokens=8, seed=4))
    assert [draft.prompt for draft in drafts] == PROMPTS
    again = LocalModel(small_network(), batch=2).write(PROMPTS, Sampling(new_tokens=8, seed=4))
    assert [draft.ids for draft in drafts] == [draft.ids for draft in again]


def test_a_seed_gives_the_same_drafts_and_another_others() -> None:
    first, same, other = (
        [draft.text for draft in MODEL.write([PROMPTS[0]] * 4, Sampling(new_tokens=12, seed=seed))]
        for seed in (1, 1, 2)
    )
    assert first == same != other
    assert len(set(first)) > 1


@given(seed=st.integers(0, 30), stop=st.sampled_from([(), ("e",), ("a", "b"), ("ing",)]))
def test_what_is_streamed_is_the_draft(seed: int, stop: tuple[str, ...]) -> None:
    pieces: dict[int, str] = {}

    def on_text(index: int, piece: str) -> None:
        pieces[index] = pieces.get(index, "") + piece

    drafts = MODEL.write(PROMPTS[:3], Sampling(new_tokens=16, seed=seed, stop=stop), on_text=on_text)
    assert [pieces.get(index, "") for index in range(3)] == [draft.text for draft in drafts]
    assert not any(string in draft.text for string in stop for draft in drafts)


def test_usage_counts_prompt_and_new_tokens() -> None:
    draft = MODEL.write([Prompt.plain("The cat")], Sampling(new_tokens=5))[0]
    assert draft.usage[:2] == (len(small_network().ids_of(draft.prompt)), len(draft.ids))


def test_an_encoder_decoder_writes_within_a_window_of_its_own() -> None:
    model = LocalModel(small_encoder_decoder())
    draft = model.write([Prompt.plain("The cat sat")], Sampling(new_tokens=6))[0]
    assert 1 <= len(draft.ids) <= 6


def test_a_prompt_longer_than_the_window_is_refused_with_both_numbers() -> None:
    with pytest.raises(BadValue, match=r"= 3\d\d tokens, and the model reads 256"):
        MODEL.write([Prompt.plain("q" * 300)], Sampling(new_tokens=10))


def test_a_chat_without_a_template_is_refused() -> None:
    with pytest.raises(BadValue, match="no chat template"):
        LocalModel(small_encoder_decoder()).write([Prompt.chat("hello")], Sampling())


def test_empty_prompts_are_refused() -> None:
    for make in (Prompt.plain, Prompt.chat):
        with pytest.raises(BadValue, match="is empty"):
            make("  \n")


@given(seed=st.integers(0, 30), stop=st.sampled_from([(), ("e",), ("t", "a")]))
def test_the_x_ray_is_of_the_draft_that_write_gives(seed: int, stop: tuple[str, ...]) -> None:
    """Also where a stop string or a stop token ends it."""
    sampling = Sampling(new_tokens=12, seed=seed, stop=stop, stop_tokens=("o",))
    seen = sampling_xray(MODEL, PROMPTS[0], sampling)
    draft = MODEL.write([PROMPTS[0]], sampling)[0]
    assert (seen.text, seen.finish, len(seen.steps)) == (draft.text, draft.finish, len(draft.ids))
