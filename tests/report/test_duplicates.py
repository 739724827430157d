"""Duplicates: candidates are the nearest texts, and their probability is that of the calibration."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from palate.encoder.static import StaticEncoder
from palate.errors import BadSource, BadValue, EncoderChanged
from palate.library import Library
from palate.report.duplicate_calibrations import (
    calibrate,
    pair_columns,
    read_calibration,
    shipped_calibration,
)
from palate.report.duplicates import ask_duplicates, candidate_columns
from palate.text import Text

QUESTIONS = (
    "How do I learn to cook?",
    "What is the capital of France?",
    "How can I lose weight fast?",
    "Why is the sky blue?",
)


@pytest.fixture
def library(static: StaticEncoder) -> Iterator[Library]:
    with Library(":memory:") as library:
        library.add([Text(str(index), "", question) for index, question in enumerate(QUESTIONS)])
        yield library


def test_candidates_are_the_nearest_with_the_probability_of_the_calibration(library: Library) -> None:
    asked = "What is the best way to learn cooking?"
    found = ask_duplicates(library, [asked], limit=2)
    nearest = library.nearest(asked, limit=10)
    assert [one.stored.id for one in found.candidates] == [match.text.id for match in nearest[:2]]
    calibration = shipped_calibration(library.encoder.fingerprint)
    expected = calibration.probability(candidate_columns(Text.of(asked), nearest))
    np.testing.assert_allclose([one.probability for one in found.candidates], expected[:2])
    assert (found.setting, found.share) == ("candidates", calibration.share)


def test_the_same_words_are_a_duplicate(library: Library) -> None:
    found = ask_duplicates(library, ["  why is the sky BLUE ? "], limit=1)
    assert [(one.stored.id, one.probability) for one in found.candidates] == [("3", 1.0)]


def test_a_likelier_share_gives_likelier_duplicates(library: Library) -> None:
    asked = ["What is the best way to learn cooking?"]
    low, high = (ask_duplicates(library, asked, limit=1, share=share).candidates[0] for share in (0.1, 0.9))
    assert low.probability < high.probability


def test_questions_are_counted_where_nothing_is_shown(library: Library) -> None:
    found = ask_duplicates(
        library, ["Why is the sky blue?", " ", "Why is the sky blue?", "bonds"], threshold=0.9
    )
    assert (found.n_questions, found.n_without, found.n_unread) == (4, 2, 1)
    assert len(found.candidates) == 2


def test_one_stored_text_is_enough(static: StaticEncoder) -> None:
    with Library(":memory:") as library:
        library.add([Text("a", "", QUESTIONS[0])])
        (found,) = ask_duplicates(library, ["How can I learn to cook?"]).candidates
        assert 0 < found.probability < 1


def test_what_cannot_be_asked_is_refused(library: Library, static: StaticEncoder) -> None:
    with pytest.raises(BadValue, match="no questions"):
        ask_duplicates(library, [])
    with pytest.raises(BadValue, match="a limit is 1"):
        ask_duplicates(library, ["cats"], limit=0)
    with pytest.raises(BadValue, match="0 to 1"):
        ask_duplicates(library, ["cats"], threshold=2)
    with Library(":memory:") as empty, pytest.raises(BadValue, match="has no texts"):
        ask_duplicates(empty, ["cats"])


def test_an_encoder_without_a_calibration_says_how_to_make_one() -> None:
    with pytest.raises(BadValue, match="--calibrate"):
        shipped_calibration("sbert:other")


def test_shipped_calibrations_rise_with_the_cosine(static: StaticEncoder) -> None:
    rows = np.column_stack([np.linspace(0, 1, 50), np.full((50, 2), 0.4), np.full(50, 0.5)])
    for setting in ("candidates", "pairs"):
        calibration = shipped_calibration(static.fingerprint, setting)
        probabilities = calibration.probability(rows)
        assert (np.diff(probabilities) > 0).all()
        assert calibration.source.startswith("Quora")
        assert calibration.examples > 10_000


def pairs_file(path: Path, duplicates: list[int]) -> Path:
    lines = ["question1,question2,duplicate"]
    for index, duplicate in enumerate(duplicates):
        other = f"How can I learn to cook dish {index}?" if duplicate else "Why is the sky blue?"
        lines.append(f"How do I learn to cook dish {index}?,{other},{duplicate}")
    path.write_text("\n".join(lines) + "\n")
    return path


def test_ones_own_pairs_make_a_calibration(static: StaticEncoder, tmp_path: Path) -> None:
    fitted, error = calibrate(pairs_file(tmp_path / "pairs.csv", [0, 1] * 20), static)
    assert (fitted.encoder, fitted.setting, fitted.share) == (static.fingerprint, "pairs", 0.5)
    assert (fitted.examples, fitted.source) == (40, "pairs.csv")
    assert error < 0.1
    columns = pair_columns([("learn to cook", "learn cooking"), ("learn to cook", "the sky")], static)
    duplicate, other = fitted.probability(columns)
    assert duplicate > other


@pytest.mark.parametrize("duplicates", [[1, 1, 1]])
def test_pairs_of_one_class_are_refused(static: StaticEncoder, tmp_path: Path, duplicates: list[int]) -> None:
    with pytest.raises(BadValue, match="one class"):
        calibrate(pairs_file(tmp_path / "pairs.csv", duplicates), static)
    with pytest.raises(BadSource, match="no partners"):
        calibrate(pairs_file(tmp_path / "others.csv", [0, 0]), static)


def test_a_file_is_read_for_its_own_encoder_alone(static: StaticEncoder, tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    fitted, _ = calibrate(pairs_file(tmp_path / "pairs.csv", [0, 1] * 5), static)
    path.write_text(json.dumps(fitted.to_json()))
    assert read_calibration(path, static.fingerprint) == fitted
    with pytest.raises(EncoderChanged, match="--calibrate"):
        read_calibration(path, "minilm:1")
    path.write_text("{")
    with pytest.raises(BadSource, match="cannot be read"):
        read_calibration(path, static.fingerprint)
    with pytest.raises(BadSource, match="cannot be read"):
        read_calibration(tmp_path / "none.json", static.fingerprint)


def test_duplicates_are_frames_and_tables(library: Library) -> None:
    found = ask_duplicates(library, ["<b>sky</b> blue?"], limit=1)
    assert "&lt;b&gt;" in found._repr_html_()
    pytest.importorskip("pandas")
    assert found.to_frame().columns.tolist() == list(found.shapes()[0])
