from importlib.machinery import ModuleSpec

import pytest

from palate.encoder import suggest
from palate.encoder.suggest import suggest_encoder


@pytest.mark.parametrize(
    ("name", "n_texts", "installed", "says"),
    [
        ("static", 240, True, "about 1 min"),
        ("static", 20_000, True, "about 4 min"),
        ("static", 20_001, True, ""),
        ("static", 0, True, ""),
        ("static", 240, False, ""),
        ("minilm", 240, True, ""),
        ("sbert:mine", 240, True, ""),
    ],
)
def test_it_speaks_where_waiting_is_worth_it(
    name: str, n_texts: int, installed: bool, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = ModuleSpec("there", None) if installed else None
    monkeypatch.setattr(suggest, "find_spec", lambda _: spec)
    sentence = suggest_encoder(name, n_texts)
    assert says in sentence
    assert bool(sentence) == bool(says)
