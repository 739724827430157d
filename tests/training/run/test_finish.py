import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.errors import BadSource
from palate.training.run.finish import save_trained_model
from palate.training.run.loop import TrainingRun
from palate.training.run.recipe import describe_recipe
from palate.training.run.settings import LoraSettings, TrainingSettings
from palate.training.run.table import read_table
from palate.training.run.trained_model import TrainedModel, read_trained_model

RUN = TrainingRun(
    history=(), steps=3, best_step=2, resumed_step=0, seconds=1.26, peak_mb=99.7, parameters=10, trainable=4
)


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


def test_cost_comes_from_the_run_and_the_window_from_the_settings(tmp_path: Path) -> None:
    saved = save_trained_model(trained(tmp_path), RUN)
    assert (saved.seconds, saved.peak_mb, saved.parameters, saved.trainable, saved.window) == (
        1.3,
        100,
        10,
        4,
        77,
    )
    assert (tmp_path / "README.md").is_file()


def test_a_recipe_is_all_that_decides(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text\na\n")
    first = describe_recipe("classify", "minilm", [read_table(path)], TrainingSettings(), weigh=True)
    assert json.loads(json.dumps(first)) == first | {
        "data": [{"file": "a.csv", "sha256": read_table(path).sha256, "rows": 1}]
    }
    path.write_text("text\nb\n")
    assert describe_recipe("classify", "minilm", [read_table(path)], TrainingSettings(), weigh=True) != first


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
