"""What learners hold in memory stays within the limit, and nobody notices but for the time it takes."""

import pytest

import palate
from palate.library import Library
from palate.reader import Reader

TEXTS = [
    f"{animal} number {n} in the {place}"
    for n, animal in enumerate("cat dog hen fox cow".split() * 6)
    for place in ("garden", "town")
]


def judged_readers(library: Library, n: int) -> list[Reader]:
    """Readers who each judged ten texts with one call, and ranked once."""
    ids = [hit.text.id for hit in library.reader("first").rank(20)]
    readers = [library.reader(f"reader {i}", kind="bayes") for i in range(n)]
    for shift, reader in enumerate(readers):
        reader.judge_many(
            [(text_id, "like" if i % (shift + 2) else "dislike") for i, text_id in enumerate(ids[:10])]
        )
        reader.rank(5)
    return readers


@pytest.mark.parametrize("limit_bytes", [1, 1 << 30])
def test_beyond_the_limit_the_readers_used_longest_ago_let_go(limit_bytes: int) -> None:
    with palate.open(":memory:", memory_limit_bytes=limit_bytes) as library:
        library.add(TEXTS)
        readers = judged_readers(library, 4)
        held = [reader._learner.head > 0 for reader in readers]
        assert held == ([False] * 3 + [True] if limit_bytes == 1 else [True] * 4)


def test_who_let_go_ranks_as_before() -> None:
    with palate.open(":memory:", memory_limit_bytes=1) as small, palate.open(":memory:") as large:
        answers = []
        for library in (small, large):
            library.add(TEXTS)
            readers = judged_readers(library, 3)
            answers.append([[(hit.text.body, hit.value) for hit in reader.rank(20)] for reader in readers])
        assert answers[0] == answers[1]


def test_what_a_learner_holds_is_looked_at_again_once_it_has_learned() -> None:
    """A reader's first use finds nothing learned; that must not be what is believed for long."""
    with palate.open(":memory:") as library:
        library.add(TEXTS)
        readers = judged_readers(library, 3)
        noted, held = library._learners._nbytes, [reader._learner for reader in readers]
        for learner in held:
            assert noted[learner.taste_id] >= 0.5 * learner.nbytes
