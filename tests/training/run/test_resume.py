"""What a kill costs, and what a folder for a training may hold."""

import errno
import json
import os
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest
from safetensors import SafetensorError
from safetensors.numpy import load_file

from palate.errors import BadFolder
from palate.training.run.resume import (
    CHECKPOINTS,
    RECIPE_FILE,
    STATE_FILE,
    begin_training,
    last_checkpoint,
    remove_checkpoints,
    report_full_disk,
    require_space,
)

KILLED = """
import os, signal, sys, warnings
from pathlib import Path
import torch
from palate.training.classify import classify
from palate.training.run.settings import LoraSettings, TrainingSettings

torch.set_num_threads(1)
data, start, folder, lora, *steps = sys.argv[1:]
settings = TrainingSettings(
    epochs=3, batch=4, accumulate=2, checks=4, patience=0, rate=1e-2, dropout=0.2, seed=3,
    lora=LoraSettings(rank=2, alpha=4, dropout=0.1) if lora == "lora" else None,
)
def train(out, on_step):
    return classify(Path(data), Path(folder) / out, start=start, settings=settings, on_step=on_step)
def killing(step):
    def on_step(facts):
        if facts["step"] == step:
            os.kill(os.getpid(), signal.SIGKILL)
    return on_step
for step in map(int, steps):
    if not (child := os.fork()):
        train("killed", killing(step))
        os._exit(0)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1]), step
train("whole", lambda facts: None)
seen = []
train("killed", lambda facts: seen.append(facts["step"]))
print(min(seen))
"""


@pytest.mark.parametrize("lora", ["full", "lora"])
def test_a_training_that_is_killed_twice_ends_in_the_same_weights(
    cats: Path, tiny_bert: Path, tmp_path: Path, lora: str
) -> None:
    """At drawn steps, with accumulation, dropout and several evaluations an epoch: bit for bit, also the best
    ones' figures.
    """
    chance = np.random.default_rng()  # any step will do
    first, second = sorted(chance.choice(np.arange(5, 36), 2, replace=False).tolist())
    told = f"killed at {first} and {second} of 36 steps"
    args = [str(cats), str(tiny_bert), str(tmp_path), lora, str(first), str(second)]
    one = {**os.environ, "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
    command = [sys.executable, "-c", KILLED, *args]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=one)
    assert done.returncode == 0, told + done.stderr
    assert int(done.stdout) >= second - 3, told  # there is a checkpoint every third step
    for name in ("model.safetensors", *(["adapter/adapter_model.safetensors"] if lora == "lora" else [])):
        whole, killed = (load_file(tmp_path / out / name) for out in ("whole", "killed"))
        assert whole.keys() == killed.keys()
        for weight in whole:
            np.testing.assert_array_equal(whole[weight], killed[weight], f"{told}: {weight}")
    whole_facts, killed_facts = (
        json.loads((tmp_path / out / "palate.json").read_text()) for out in ("whole", "killed")
    )
    assert whole_facts["figures"] == killed_facts["figures"]
    assert not (tmp_path / "killed" / CHECKPOINTS).exists()


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    begin_training(tmp_path / "out", {"seed": 1, "data": ["a", "b"]})
    return tmp_path / "out"


def test_the_same_recipe_goes_on_and_another_is_refused_with_what_differs(begun: Path) -> None:
    begin_training(begun, {"seed": 1, "data": ("a", "b")})
    with pytest.raises(
        BadFolder, match=r"begun otherwise \(seed was 1 and is 2\); repeat that one, or name another folder"
    ):
        begin_training(begun, {"seed": 2, "data": ["a", "b"]})


def test_a_finished_model_a_full_folder_and_a_file_are_refused(begun: Path, tmp_path: Path) -> None:
    (begun / "palate.json").write_text("{}")
    with pytest.raises(
        BadFolder, match="holds a finished model already; name another folder with --out, or remove"
    ):
        begin_training(begun, {"seed": 1, "data": ["a", "b"]})
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("")
    with pytest.raises(BadFolder, match="is not empty"):
        begin_training(tmp_path / "full", {})
    with pytest.raises(BadFolder, match="is a file; name a folder with --out"):
        begin_training(tmp_path / "full" / "letter.txt", {})
    with pytest.raises(BadFolder, match="cannot be written"):
        begin_training(tmp_path / "full" / "letter.txt" / "below", {})


def test_a_checkpoint_that_was_not_written_to_its_end_does_not_count(begun: Path) -> None:
    folders = [begun / CHECKPOINTS / f"checkpoint-{step}" for step in (5, 20, 100)]
    for folder, content in zip(
        folders, ('{"global_step": 5}', '{"global_step": 20}', '{"global_st'), strict=True
    ):
        folder.mkdir()
        (folder / STATE_FILE).write_text(content)
    (begun / CHECKPOINTS / "checkpoint-300").mkdir()
    assert last_checkpoint(begun) == folders[1]
    assert sorted(path.name for path in (begun / CHECKPOINTS).iterdir()) == [
        "checkpoint-20",
        "checkpoint-5",
        RECIPE_FILE,
    ]
    remove_checkpoints(begun)
    assert last_checkpoint(begun) is None


def test_a_disk_without_room_is_told_before_training(begun: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 10**9 - 10**6, 10**6))
    require_space(begun, 100_000)
    with pytest.raises(
        BadFolder, match=r"has room for 1 MB and training writes up to 9 MB; make room, or name a folder"
    ):
        require_space(begun, 1_000_001)


FULL = [
    OSError(errno.ENOSPC, "No space left on device"),
    SafetensorError(
        'Error while serializing: I/O error: Os { code: 28, message: "No space left on device" }'
    ),
    RuntimeError("unable to write: No space left on device"),
]


@pytest.mark.parametrize("failure", FULL, ids=lambda error: type(error).__name__)
def test_a_disk_that_fills_up_is_one_sentence(tmp_path: Path, failure: Exception) -> None:
    def fail() -> None:
        with report_full_disk(tmp_path):
            raise failure

    with pytest.raises(
        BadFolder, match=r"the disk of .* is full; make room and repeat the command: it goes on from there"
    ):
        fail()


@pytest.mark.parametrize("other", [OSError(errno.EACCES, "denied"), ValueError("wrong")])
def test_other_failures_stay_what_they_are(tmp_path: Path, other: Exception) -> None:
    def fail() -> None:
        with report_full_disk(tmp_path):
            raise other

    with pytest.raises(type(other)):
        fail()
