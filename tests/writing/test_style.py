import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from palate.writing.style import STYLE_NAMES, style


@given(st.lists(st.text(max_size=200), max_size=4))
def test_any_text_has_finite_numbers(texts: list[str]) -> None:
    numbers = style(texts)
    assert numbers.shape == (len(texts), len(STYLE_NAMES))
    assert np.isfinite(numbers).all()


def test_each_number_sees_what_its_name_says() -> None:
    plain = "The cat sat there on a mat and it slept."
    changes = {
        "length": plain + " It slept on and on for days",
        "questions": plain.replace(".", "?"),
        "exclamations": plain.replace(".", "!"),
        "digits": plain + " 12 345",
        "commas": plain.replace("cat", "cat, the one,"),
        "first person": plain.replace("The cat", "We"),
        "second person": plain.replace("The cat", "You"),
        "hedges": plain.replace("sat", "perhaps sat"),
        "line breaks": plain.replace(" on", "\non"),
        "capitals": plain.replace("cat", "CAT"),
        "long words": plain.replace("sat there", "meditated extensively"),
        "brackets and quotes": plain.replace("cat", "(cat)"),
        "different words": plain.replace("it", "mat").replace("there", "the"),
    }
    before = dict(zip(STYLE_NAMES, style([plain])[0], strict=True))
    for name, changed in changes.items():
        after = dict(zip(STYLE_NAMES, style([changed])[0], strict=True))
        assert (after[name] < before[name]) if name == "different words" else (after[name] > before[name]), (
            name
        )
