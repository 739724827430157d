from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from palate.errors import BadSource, BadValue, EncoderChanged
from palate.report import outliers
from palate.report.outliers import OutlierMethod, outliers_of
from palate.report.pile import Pile, pile_of, read_pile
from palate.sample import SAMPLE
from palate.text import Text
from palate.training.reconstruction import Layer, Reconstruction, write_reconstruction

pytest.importorskip("sklearn")
GERMAN = (
    "Der Rat hat gestern beschlossen, die alte Brücke im kommenden Jahr zu erneuern, und die Busse fahren."
)


@pytest.fixture(scope="module")
def pile() -> Pile:
    texts = list(read_pile(SAMPLE).texts)[:150]
    rng = np.random.default_rng(0)
    shuffled = " ".join(rng.permutation(" ".join(text.body for text in texts[:2]).split()))
    return pile_of(
        [*texts, Text.of(GERMAN, id="de"), Text.of(shuffled, id="shuffled"), Text.of("", id="none")]
    )


def test_planted_texts_come_first_with_their_reasons(pile: Pile) -> None:
    found = outliers_of(pile, limit=3)
    reasons = {pile.texts[one.index].id: "; ".join(one.reasons) for one in found.outliers}
    assert set(reasons) == {"de", "shuffled", "none"}
    assert "in German" in reasons["de"]
    assert "do not follow one another" in reasons["shuffled"]
    assert reasons["none"] == "it has no words"
    assert found.notes == ("of 1 of 153 texts the encoder knows no word",)


@pytest.mark.parametrize("method", ["forest", "distance", "reconstruction", "form", "all"])
def test_each_method_has_a_score_for_every_text(pile: Pile, method: OutlierMethod) -> None:
    found = outliers_of(pile, limit=5, method=method, seed=1)
    assert all(np.isfinite(values).all() and len(values) == len(pile) for values in found.scores.values())
    best = [one.score for one in found.outliers]
    assert best == sorted(found.scores[method].tolist(), reverse=True)[:5]
    again = outliers_of(pile, limit=5, method=method, seed=1)
    assert again.outliers == found.outliers


def test_the_highest_of_all_scores_counts(pile: Pile) -> None:
    scores = outliers_of(pile).scores
    parts = [values for name, values in scores.items() if name != "all"]
    np.testing.assert_array_equal(scores["all"], np.max(parts, axis=0))


def test_a_frame_and_a_table_show_what_json_says(pile: Pile) -> None:
    pytest.importorskip("pandas")
    found = outliers_of(pile, limit=4)
    assert found.to_frame()["id"].tolist() == [each["id"] for each in found.shape()]
    assert "<table>" in found._repr_html_()


@pytest.mark.parametrize("n", [5, 6, 30])
def test_texts_that_are_all_alike_have_no_outlier(n: int) -> None:
    found = outliers_of(pile_of([Text.of("The cat sat on the mat.", id=str(index)) for index in range(n)]))
    for name in ("forest", "distance", "reconstruction"):
        assert not found.scores[name].any()


def test_texts_without_a_known_word_are_scored() -> None:
    found = outliers_of(pile_of([Text.of("", id=str(index)) for index in range(6)]))
    assert not found.scores["all"].any()
    assert found.notes == ("of 6 of 6 texts the encoder knows no word",)


@pytest.mark.parametrize("n", [0, 1, 4])
def test_too_few_texts_are_refused(n: int) -> None:
    with pytest.raises(BadValue, match=f"outliers need 5 texts or more to differ from, texts has {n}"):
        outliers_of(pile_of([Text.of(f"text {index}") for index in range(n)]))


def test_a_limit_below_one_is_refused(pile: Pile) -> None:
    with pytest.raises(BadValue, match="a limit is 1 or more, got 0"):
        outliers_of(pile, limit=0)


def test_a_sample_is_told(pile: Pile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outliers, "POOL_POINTS", 50)
    found = outliers_of(pile, method="distance")
    assert "distances are to the nearest of 50 texts that were drawn of 153" in found.notes


def test_a_model_gives_its_own_error(pile: Pile, tmp_path: Path) -> None:
    axis = np.eye(256)[:1]
    reducer = Reconstruction("minilm", "minilm", (Layer(axis, np.zeros(1)),), (Layer(axis.T, np.zeros(256)),))
    write_reconstruction(reducer, tmp_path)
    made = replace(pile, encoder="minilm:abc:onnx")
    scores = outliers_of(made, method="reconstruction", model=tmp_path).scores["reconstruction"]
    known = pile.vectors.any(axis=1)
    left_out = np.sqrt(1 - pile.vectors[known, 0].astype(float) ** 2)
    assert np.argsort(scores[known])[0] == np.argsort(left_out)[0]
    with pytest.raises(EncoderChanged, match="was made of vectors of minilm, those of texts are of static:"):
        outliers_of(pile, model=tmp_path)
    with pytest.raises(BadValue, match="takes vectors of minilm with 256 dims, these have 3"):
        outliers_of(replace(made, vectors=pile.vectors[:, :3]), model=tmp_path)
    with pytest.raises(BadSource, match="holds no reconstruction"):
        outliers_of(pile, model=tmp_path / "none")


def test_what_all_texts_are_is_not_unusual() -> None:
    """Copies of one text share all of their phrases, and none of them is an outlier."""
    found = outliers_of(pile_of([Text(str(n), "Cat", "A cat sleeps near the old stove.") for n in range(30)]))
    assert found.scores["all"].tolist() == [0.0] * 30
