"""A command that trains says at once what begins or what is missing, before torch is imported."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from palate.cli.app import app
from palate.cli.train.start import working
from palate.device import on_device, torch_device, usable_devices
from palate.errors import BadSource, BadValue

MISSING = [
    "train classify --data none.csv --out o",
    "train regress --data none.csv --out o",
    "train tokens --data none.csv --out o",
    "train masked --data none.csv --out o",
    "train reduce --data none.csv --out o",
    "train similarity --sts none.csv --out o",
    "train distil --layers 1 --data none.csv --out o",
    "train distil --sts none.csv --out o",
    "train reward --data none.csv --out o",
    "train evaluate --model minilm --data none.csv",
    "train align --prompts none.csv --out o",
    "train adapt --sts none.csv --out o",
    "train tune classify --data none.csv --out o",
    "train tune similarity --sts none.csv --out o",
    "predict none.csv --model .",
]


def test_a_missing_file_is_one_line_and_torch_is_not_imported(tmp_path: Path) -> None:
    """All commands in one process, as each start costs a third of a second."""
    program = (
        "import sys\nfrom typer.testing import CliRunner\nfrom palate.cli.app import app\n"
        "for line in sys.stdin.read().splitlines():\n"
        "    done = CliRunner().invoke(app, line.split())\n"
        "    print(done.exit_code, done.output.strip(), 'torch' in sys.modules, sep='|')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input="\n".join(MISSING),
        text=True,
        capture_output=True,
        check=True,
        cwd=tmp_path,
    )
    expected = "1|palate: there is no file none.csv; check its name|False"
    assert dict(zip(MISSING, done.stdout.splitlines(), strict=True)) == dict.fromkeys(MISSING, expected)
    assert not list(tmp_path.iterdir())


def test_what_begins_is_said_and_a_missing_model_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(BadSource, match=r"there is no folder \./none"), working("reading", model="./none"):
        pass
    assert capsys.readouterr().err == "reading ...\n"


def test_a_device_that_is_not_there_is_refused() -> None:
    pytest.importorskip("torch")
    assert usable_devices()[-1] == "cpu"
    with on_device("cpu"):
        assert torch_device() == "cpu"
    assert torch_device() == usable_devices()[0]
    absent = next(name for name in ("mps", "cuda") if name not in usable_devices())
    with pytest.raises(BadValue, match=f"torch can use no {absent} here; give --device"), on_device(absent):  # type: ignore[arg-type]
        pass
    args = ["train", "classify", "--data", __file__, "--out", "o", "--device", absent]
    assert f"torch can use no {absent} here" in CliRunner().invoke(app, args).output
