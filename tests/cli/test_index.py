"""`palate index`: what is used and why, and when there is nothing to build."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from palate.cli.app import app
from palate.library import Library
from palate.workspace import vector_index


@pytest.fixture
def store(path: Path, static: object) -> Path:
    with Library(path) as library:
        library.add([{"id": f"t{number}", "title": f"word{number % 7} word{number}"} for number in range(60)])
    return path


def test_info_names_the_rule_in_a_small_store(store: Path) -> None:
    done = CliRunner().invoke(app, ["--store", str(store), "index", "info"])
    assert done.exit_code == 0
    assert "exact: below 200,000 texts" in done.stdout
    shape = json.loads(CliRunner().invoke(app, ["--store", str(store), "index", "info", "--json"]).stdout)
    assert (shape["kind"], shape["texts"], shape["indexed"], shape["found_share"]) == ("exact", 60, 0, 1.0)


def test_info_of_a_store_without_texts(path: Path, static: object) -> None:
    Library(path).close()
    done = CliRunner().invoke(app, ["--store", str(path), "index", "info", "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["queries"] == 0


def test_build_where_none_is_needed_does_nothing_and_says_so(store: Path) -> None:
    done = CliRunner().invoke(app, ["--store", str(store), "index", "build"])
    assert done.exit_code == 1
    assert "has 60 texts" in done.stderr


def test_build_without_the_extra_tells_the_mend(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_index, "INDEXED_TEXTS", 50)
    monkeypatch.setattr(vector_index, "has_faiss", lambda: False)
    done = CliRunner().invoke(app, ["--store", str(store), "index", "build"])
    assert done.exit_code == 1
    assert "pip install 'palate[index]'" in done.stderr
    assert "pip install" in CliRunner().invoke(app, ["--store", str(store), "index", "info"]).stdout


def test_build_then_info(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("faiss")
    monkeypatch.setattr(vector_index, "INDEXED_TEXTS", 50)
    done = CliRunner().invoke(app, ["--store", str(store), "index", "build"])
    assert done.exit_code == 0
    assert "60 are in the index" in done.stdout
    shape = json.loads(CliRunner().invoke(app, ["--store", str(store), "index", "info", "--json"]).stdout)
    assert (shape["kind"], shape["indexed"]) == ("ivf", 60)
