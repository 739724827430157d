from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.errors import BadSource
from palate.training.run.finish import save_trained_model
from palate.training.run.settings import LoraSettings, TrainingSettings
from palate.training.run.trained_model import TrainedModel, read_trained_model


def trained(folder: Path) -> TrainedModel:
    return TrainedModel(
        folder=folder,
        kind="classify",
        start="minilm",
        labels=("no", "yes"),
        columns={"text": "body"},
        figures={"test": {"accuracy": 0.5, "confusion": [[1, 0], [1, 0]]}},
        notes=("a note",),
        data=({"file": "a.csv", "sha256": "53aa", "rows": 9},),
        settings=asdict(TrainingSettings(lora=LoraSettings(), window=77)),
    )


@given(
    labels=st.lists(st.text(max_size=5), max_size=4),
    notes=st.lists(st.text(max_size=9), max_size=2),
    figure=st.floats(allow_nan=False, allow_infinity=False),
)
def test_what_is_saved_is_read(
    tmp_path_factory: pytest.TempPathFactory, labels: list[str], notes: list[str], figure: float
) -> None:
    folder = tmp_path_factory.mktemp("made")
    drawn = replace(
        trained(folder), labels=tuple(labels), notes=tuple(notes), figures={"test": {"f1": figure}}
    )
    saved = save_trained_model(drawn)
    assert saved == read_trained_model(folder)
    assert (saved.labels, saved.notes, saved.figures) == (
        tuple(labels),
        tuple(notes),
        {"test": {"f1": figure}},
    )


def test_a_folder_without_a_finished_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        BadSource, match="holds no model that palate trained; give the folder that palate train wrote"
    ):
        read_trained_model(tmp_path)
    (tmp_path / "checkpoints").mkdir()
    with pytest.raises(
        BadSource, match=r"\(a training was begun there and not finished; repeat its command\)"
    ):
        read_trained_model(tmp_path)
    (tmp_path / "palate.json").write_text('{"schema": 2}')
    with pytest.raises(BadSource, match="was made by a newer palate; update palate"):
        read_trained_model(tmp_path)
