"""`palate profile`: what is printed and written."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

Palate = Callable[..., Result]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "a.csv"
    rows = [
        f"Text number {n} speaks of cats and of bonds in word{n} word{n + 1},{n},{1000 * n}"
        for n in range(30)
    ]
    path.write_text("\n".join(["text,small,large", *rows, rows[0]]) + "\n")
    return path


def test_columns_and_warnings_are_printed_with_their_mend(palate: Palate, table: Path) -> None:
    result = palate("profile", str(table))
    assert "a.csv: 31 rows, 3 columns" in result.stdout
    assert "1 row with the words of an earlier one: row 2 = row 32" in result.stdout
    assert f"mend: palate profile {table} --mend mended.csv" in result.stdout


def test_json_is_one_line_and_its_commands_run(
    palate: Palate, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (line,) = palate("profile", str(table), "--json").stdout.splitlines()
    shape = json.loads(line)
    assert shape["rows"] == 31
    commands = {warning["mend"] for warning in shape["warnings"]}
    assert commands
    for command in commands:
        program, *arguments = shlex.split(command)
        assert program == "palate"
        assert palate(*arguments).exit_code == 0
        assert (tmp_path / "mended.csv").read_text().count("\n") == 31


def test_a_page_is_written_in_place_of_the_terminal(palate: Palate, table: Path, tmp_path: Path) -> None:
    out = tmp_path / "p.html"
    result = palate("profile", str(table), "--html", str(out))
    assert result.stdout == ""
    assert "open it in a browser" in result.stderr
    assert "<title>Profile of a.csv</title>" in out.read_text()


def test_without_a_file_the_store_is_profiled(palate: Palate, store: Path) -> None:
    shape = json.loads(palate("profile", "--json").stdout)
    assert shape["rows"] > 0
    assert shape["name"] == str(store)


def test_options_of_mend_need_it(palate: Palate, table: Path) -> None:
    assert palate("profile", str(table), "--scale", ok=False).exit_code == 2


def test_a_file_without_rows_ends_with_one(palate: Palate, tmp_path: Path) -> None:
    path = tmp_path / "none.csv"
    path.write_text("text,n\n")
    result = palate("profile", str(path), ok=False)
    assert result.exit_code == 1
    assert "has no rows to profile" in result.stderr
