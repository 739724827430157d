from pathlib import Path

import numpy as np
import pytest

from palate.errors import BadSource, UnknownName
from palate.training.sentences import load_sentence_model


def test_a_plain_transformer_gets_a_fresh_mean_pooling(tiny_bert: Path) -> None:
    plain = load_sentence_model(str(tiny_bert.with_name(tiny_bert.name + "-plain")))
    both = ["a b c", "the cat"]
    np.testing.assert_allclose(
        plain.encode(both), load_sentence_model(f"sbert:{tiny_bert}").encode(both), atol=1e-6
    )


def test_the_window_is_never_longer_than_the_model_can_take(tiny_bert: Path) -> None:
    assert (
        load_sentence_model(str(tiny_bert), 6).max_seq_length,
        load_sentence_model(str(tiny_bert), 99).max_seq_length,
    ) == (6, 12)


def test_what_is_no_sentence_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"x")
    with pytest.raises(BadSource, match="is no model that sentence-transformers can load"):
        load_sentence_model(str(tmp_path))
    with pytest.raises(UnknownName, match="start from minilm"):
        load_sentence_model("static")
