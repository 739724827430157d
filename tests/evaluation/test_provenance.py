import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from palate.errors import BadSource
from palate.evaluation.provenance import machine, provenance


def test_a_record_names_data_settings_and_versions(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"reader,item\n")
    made_of = provenance([tmp_path / "a.csv"], {"seed": 3})
    assert made_of["data"] == {str(tmp_path / "a.csv"): hashlib.sha256(b"reader,item\n").hexdigest()}
    assert made_of["settings"] == {"seed": 3}
    assert made_of["packages"]["numpy"] == np.__version__
    assert json.loads(json.dumps({**made_of, **machine()})) == {**made_of, **machine()}


def test_other_data_is_another_record(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"1")
    first = provenance([tmp_path / "a.csv"], {})
    assert provenance([tmp_path / "a.csv"], {}) == first
    (tmp_path / "a.csv").write_bytes(b"2")
    assert provenance([tmp_path / "a.csv"], {}) != first


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSource, match=r"cannot read .*none\.csv: No such file"):
        provenance([tmp_path / "none.csv"], {})
