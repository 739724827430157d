from dataclasses import asdict
from pathlib import Path

from palate.training.run.finish import save_trained_model
from palate.training.run.loop import TrainingRun
from palate.training.run.settings import LoraSettings, TrainingSettings
from palate.training.run.trained_model import TrainedModel

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
