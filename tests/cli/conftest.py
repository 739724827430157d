import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from palate.cli.app import app
from palate.encoder.static import StaticEncoder
from palate.library import Library
from palate.text import Text

Palate = Callable[..., Result]


@pytest.fixture(scope="session")
def filled(papers: list[Text], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the twelve papers and a near-copy of one. Copy it, do not write to it."""
    path = tmp_path_factory.mktemp("filled") / "store.db"
    copy = Text.of(papers[4].body + " Again.", title=papers[4].title, id="bonds-1-copy")
    with Library(path) as library:
        assert library.add([*papers, copy]).grouped == 1
    return path


@pytest.fixture
def store(filled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(filled, tmp_path / "store.db"))


@pytest.fixture(autouse=True)
def no_suggestions(monkeypatch: pytest.MonkeyPatch) -> None:
    """No encoder is suggested, whatever is installed: tests/encoder/test_suggest.py has what is."""
    monkeypatch.setattr("palate.encoder.suggest.find_spec", lambda _: None)


@pytest.fixture
def palate(static: StaticEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Palate:
    """Run a command in this process, in an empty folder, with PALATE_STORE as the store; ok=False where it
    may fail.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PALATE_STORE", str(tmp_path / "store.db"))
    monkeypatch.setenv("COLUMNS", "100")

    def run(*args: str, ok: bool = True, input: str | bytes | None = None) -> Result:
        result = CliRunner().invoke(app, args, input=input)
        if ok:
            assert result.exit_code == 0, result.output
        elif result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run
