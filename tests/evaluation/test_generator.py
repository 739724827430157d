from palate.evaluation.generator import generator


def test_each_seed_and_purpose_has_its_own_luck() -> None:
    purposes: list[tuple[int, str]] = [(0, ""), (1, ""), (0, "a"), (0, "b"), (0, "a b"), (0, "b a")]
    assert len({generator(seed, *words.split()).random() for seed, words in purposes}) == len(purposes)
