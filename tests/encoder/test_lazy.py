from typing import Any

import numpy as np

from palate.encoder.lazy import LazyEncoder


def test_it_is_loaded_once_with_the_first_text(words: Any) -> None:
    loaded: list[str] = []

    def load() -> Any:
        loaded.append("once")
        return words

    late = LazyEncoder("words", words.fingerprint, words.dims, load)
    assert (late.name, late.fingerprint, late.dims, loaded) == ("words", "words:24", 24, [])
    for contents in (["a cat"], [], ["two cats", "a dog"]):
        assert np.array_equal(late.encode(contents), words.encode(contents))
    assert loaded == ["once"]
