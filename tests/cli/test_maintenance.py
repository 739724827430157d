import gzip
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import Result

Palate = Callable[..., Result]


def lines(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize("name", ["all.jsonl", "all.jsonl.gz"])
def test_what_is_exported_can_be_imported(palate: Palate, store: Path, name: str) -> None:
    palate("judge", "cats-1", "like")
    assert palate("export", name).stdout == ""
    palate("import", name, "--store", "copy.db")
    assert palate("rank", "--json", "--store", "copy.db").stdout == palate("rank", "--json").stdout
    palate("export", "again" + name, "--store", "copy.db")
    assert Path("again" + name).read_bytes() == Path(name).read_bytes()
    assert not list(Path().glob("*.part"))


def test_export_goes_to_stdout_and_import_reads_stdin_packed_or_not(palate: Palate, store: Path) -> None:
    exported = palate("export").stdout_bytes
    assert palate("export", "-").stdout_bytes == exported
    for number, data in enumerate((exported, gzip.compress(exported))):
        (report,) = lines(palate("import", "-", "--json", "--store", f"{number}.db", input=data))
        assert report == {"lines": len(exported.splitlines())}
    assert lines(palate("export", "all.jsonl", "--json")) == [
        {"lines": len(exported.splitlines()), "path": "all.jsonl"}
    ]


def test_import_refuses_a_store_that_is_not_empty(palate: Palate, store: Path) -> None:
    palate("export", "all.jsonl")
    result = palate("import", "all.jsonl", ok=False)
    assert result.exit_code == 1
    assert "not empty" in result.stderr


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}\n",
        b"\xff\xfe\x00",
        b"no json\n",
        gzip.compress(b'{"format": "palate export"}')[:20],
        b"\x1f\x8b junk",
    ],
    ids=["empty", "other", "binary", "words", "cut off", "no gzip"],
)
def test_import_refuses_what_is_no_export(palate: Palate, data: bytes) -> None:
    Path("bad").write_bytes(data)
    result = palate("import", "bad", "--store", "new.db", ok=False)
    assert result.exit_code == 1
    assert not list(Path().glob("new.db*")), "it leaves nothing behind"
    assert result.stderr.startswith("palate: ")
    assert len(result.stderr.splitlines()) == 1


def test_an_export_that_cannot_be_written_leaves_nothing(palate: Palate, store: Path) -> None:
    Path("folder").mkdir()
    for target in ("folder", "nowhere/all.jsonl", "store.db/all.jsonl"):
        result = palate("export", target, ok=False)
        assert result.exit_code == 1
        assert "cannot be written" in result.stderr
    assert sorted(path.name for path in Path().rglob("*") if not path.name.startswith("store")) == ["folder"]


def test_backup_opens_like_any_store_and_replaces_no_file(palate: Palate, store: Path) -> None:
    palate("judge", "cats-1", "like")
    (report,) = lines(palate("backup", "monday.db", "--json"))
    assert report == {"path": "monday.db", "bytes": Path("monday.db").stat().st_size}
    assert palate("rank", "--json", "--store", "monday.db").stdout == palate("rank", "--json").stdout
    refused = palate("backup", "monday.db", ok=False)
    assert refused.exit_code == 1
    assert "there already" in refused.stderr


def test_doctor_finds_a_whole_store_well(palate: Palate, store: Path) -> None:
    findings = lines(palate("doctor", "--json"))
    assert [list(finding) for finding in findings] == [["check", "ok", "detail", "mend"]] * len(findings)
    assert all(finding["ok"] for finding in findings)
    assert all(line.startswith("ok  ") for line in palate("doctor").stdout.splitlines())


def test_doctor_exits_with_1_and_names_the_mend(palate: Palate, store: Path) -> None:
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("update setting set value = 'other:1' where key = 'encoder_fingerprint'")
        connection.commit()
    result = palate("doctor", ok=False)
    assert result.exit_code == 1
    (bad,) = [line for line in result.stdout.splitlines() if line.startswith("BAD ")]
    assert "palate encoder use static" in bad
    assert palate("rank", ok=False).exit_code == 1
    palate("encoder", "use", "static")
    assert palate("doctor").exit_code == 0
