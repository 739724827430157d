import contextlib
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import Result

from direct import direct
from palate.cli.app import app
from palate.library import Library
from palate.store.dialect_sqlite import define_functions

Palate = Callable[..., Result]
PALATE = [sys.executable, "-m", "palate"]
DOCS = Path(__file__).parents[2] / "docs" / "cli.md"


def commands(command: Any, path: str = "palate") -> Iterator[tuple[str, Any]]:
    """Every command with its full name."""
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, f"{path} {name}")


COMMANDS = dict(commands(typer.main.get_command(app)))
LEAVES = {name: command for name, command in COMMANDS.items() if not hasattr(command, "commands")}


def run(*args: str, store: Path, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PALATE, *args],
        env={**os.environ, "PALATE_STORE": str(store)},
        text=True,
        capture_output=True,
        **more,
    )


# --- the docs, the help, the start


@pytest.mark.parametrize("name", LEAVES)
def test_every_command_has_an_example_and_says_it_in_the_docs(name: str) -> None:
    help = LEAVES[name].help or ""
    assert f"Example: {name}" in help or f"Example: palate --store copy.db {name.split()[-1]}" in help
    assert f"## {name}\n" in DOCS.read_text("utf-8")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_in_the_docs_and_has_help(name: str) -> None:
    section = re.split(r"^## ", DOCS.read_text("utf-8"), flags=re.M)
    heading = "palate" if hasattr(COMMANDS[name], "commands") else name
    (own,) = [part for part in section if part.startswith(f"{heading}\n")]
    groups = ("palate\n", "palate train\n") if name.startswith("palate train ") else ("palate\n",)
    common = "".join(part for part in section if part.startswith(groups))
    for parameter in COMMANDS[name].params:
        assert parameter.help, parameter.name
        for option in parameter.opts:
            if option.startswith("--"):
                assert f"`{option}" in own or f"`{option}" in common, option


@pytest.mark.parametrize("name", LEAVES)
def test_every_command_takes_json(name: str) -> None:
    assert name == "palate demo" or any("--json" in parameter.opts for parameter in LEAVES[name].params)


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys, palate.__main__ as m\n"
        "try: m.main()\nexcept SystemExit: print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "--help"], text=True, capture_output=True, check=True
    )
    heavy = {
        "numpy",
        "scipy",
        "sklearn",
        "sqlalchemy",
        "alembic",
        "torch",
        "onnxruntime",
        "pyarrow",
        "tokenizers",
        "httpx",
    }
    loaded = set(done.stderr.split())
    assert "typer" in loaded
    assert not loaded & (heavy | {"palate.library", "rich.progress"})
    assert "rank" in done.stdout


def test_version(palate: Palate) -> None:
    from palate import __version__

    assert palate("--version").stdout == f"palate {__version__}\n"


# --- options before and after the command, the default store


def test_options_may_stand_before_the_command_and_those_after_it_win(
    palate: Palate, store: Path, tmp_path: Path
) -> None:
    palate("reader", "add", "ada")
    here, nowhere = str(store), str(tmp_path / "nowhere.db")
    assert (
        json.loads(palate("--store", here, "--reader", "ada", "--json", "judge", "cats-1", "like").stdout)[
            "reader"
        ]
        == "ada"
    )
    assert (
        json.loads(palate("--reader", "bob", "judge", "cats-2", "like", "--reader", "ada", "--json").stdout)[
            "reader"
        ]
        == "ada"
    )
    assert palate("--store", nowhere, "rank", ok=False).exit_code == 1
    assert palate("--store", nowhere, "rank", "--store", here).exit_code == 0


def test_the_default_store_lies_in_the_data_folder_and_is_made_on_the_first_write(
    palate: Palate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PALATE_STORE")
    monkeypatch.setattr("platformdirs.user_data_path", lambda name: tmp_path / "data" / name)
    refused = palate("rank", ok=False)
    assert f"no store at {tmp_path}/data/palate/palate.db" in refused.stderr
    assert not (tmp_path / "data").exists()
    palate("reader", "add", "ada")
    assert (tmp_path / "data" / "palate" / "palate.db").exists()


def test_a_data_folder_that_cannot_be_made_is_told(
    palate: Palate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PALATE_STORE")
    (tmp_path / "file").write_text("")
    monkeypatch.setattr("platformdirs.user_data_path", lambda name: tmp_path / "file" / name)
    result = palate("reader", "add", "ada", ok=False)
    assert result.exit_code == 1
    assert "name another place with --store" in result.stderr


def test_me_is_made_on_first_use_and_no_other_reader_or_taste(palate: Palate, store: Path) -> None:
    palate("rank")
    assert palate("reader", "list").stdout.startswith("me\tmain")
    for args in (["--reader", "bob"], ["--taste", "fun"]):
        result = palate("rank", *args, ok=False)
        assert result.exit_code == 1
        assert "palate reader add" in result.stderr
    assert len(palate("reader", "list").stdout.splitlines()) == 1


# --- bad input: one line on stderr, exit code 1, the store as it was

BAD: dict[str, list[str]] = {
    "missing file": ["add", "missing.csv"],
    "folder without texts": ["add", "empty"],
    "wrong column": ["add", "good.csv", "--text", "nope"],
    "no column": ["add", "nocolumn.csv"],
    "empty file": ["add", "empty.csv"],
    "binary file": ["add", "binary.csv"],
    "private address": ["add", "http://127.0.0.1:9/feed.xml"],
    "metadata address": ["add", "http://169.254.169.254/latest"],
    "unknown encoder": ["add", "good.csv", "--encoder", "nope"],
    "another encoder": ["add", "good.csv", "--encoder", "words"],
    "NaN": ["judge", "cats-1", "nan"],
    "too large": ["judge", "cats-1", "1.5"],
    "too small": ["judge", "cats-1", "-1.5"],
    "no verdict": ["judge", "cats-1", "good"],
    "unknown text": ["judge", "cats-99", "like"],
    "unknown text of why": ["why", "cats-99"],
    "unknown text of find": ["find", "--like", "cats-99"],
    "unknown reader": ["rank", "--reader", "bob"],
    "unknown taste": ["rank", "--taste", "fun"],
    "unknown strategy": ["ask", "--strategy", "hardest"],
    "unknown kind": ["reader", "add", "bob", "--kind", "magic"],
    "bytes as text": ["value", "\udcff"],
    "bytes as id": ["why", "\udcff"],
    "bytes as reader": ["rank", "--reader", "\udcff"],
    "file of value": ["value", "binary.csv"],
    "encoder use": ["encoder", "use", "nope"],
    "export to a folder": ["export", "empty"],
    "export below a file": ["export", "good.csv/all.jsonl"],
    "backup over a file": ["backup", "good.csv"],
    "backup to no folder": ["backup", "nowhere/copy.db"],
    "import into a full store": ["import", "good.csv"],
    "remove unasked": ["reader", "remove", "me"],
    "remove nobody": ["reader", "remove", "bob", "--yes"],
    "junk as store": ["--store", "junk.db", "rank"],
    "another database": ["--store", "other.db", "rank"],
    "newer store": ["--store", "newer.db", "rank"],
    "no store": ["--store", "none.db", "rank"],
    "folder as store": ["--store", "empty", "rank"],
    "store below a file": ["--store", "good.csv/x.db", "add", "good.csv"],
    "store in no folder": ["--store", "nowhere/x.db", "reader", "add", "ada"],
    "store where none can be": ["--store", "/proc/x.db", "add", "good.csv"],
}


@pytest.fixture
def bad_files(palate: Palate, store: Path, words: object) -> None:
    Path("empty").mkdir()
    Path("good.csv").write_text("id,title\na,Cats\n")
    Path("nocolumn.csv").write_text("a,b\n1,2\n")
    Path("empty.csv").write_text("")
    Path("binary.csv").write_bytes(bytes(range(256)) * 4)
    Path("junk.db").write_text("junk " * 100)
    with closing(sqlite3.connect("other.db")) as connection:
        connection.execute("create table cats (name)")
    Path("newer.db").write_bytes(store.read_bytes())
    with closing(sqlite3.connect("newer.db")) as connection:
        connection.execute("update alembic_version set version_num = '9999'")
        connection.commit()
    with Library(store) as library:
        library.reader().judge("cats-1", "like")


def content(store: Path) -> list[str]:
    with closing(sqlite3.connect(store)) as connection:
        define_functions(connection)
        return list(connection.iterdump())


@pytest.mark.usefixtures("bad_files")
@pytest.mark.parametrize("args", BAD.values(), ids=BAD.keys())
def test_bad_input_gets_one_line_and_leaves_the_store_as_it_was(
    palate: Palate, store: Path, args: list[str]
) -> None:
    before = content(store)
    files = {path.name for path in Path().iterdir()}
    result = palate(*args, ok=False)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("palate: ")
    assert len(result.stderr.splitlines()) == 1
    assert "Traceback" not in result.stderr
    assert content(store) == before
    assert {path.name for path in Path().iterdir() if not path.name.endswith(("-wal", "-shm"))} <= files


@pytest.mark.parametrize(
    "args",
    [["rank", "--bogus"], ["bogus"], ["rank", "--limit", "0"], ["rank", "--limit", "x"], ["judge"], ["add"]],
)
def test_wrong_usage_is_exit_code_2(palate: Palate, store: Path, args: list[str]) -> None:
    result = palate(*args, ok=False)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr


# --- a process of its own: streams, pipes, signals


@pytest.mark.slow
def test_data_goes_to_stdout_and_all_else_to_stderr(store: Path) -> None:
    done = run("rank", "--json", "--limit", "2", store=store)
    assert (done.returncode, done.stderr, len(done.stdout.splitlines())) == (0, "", 2)
    done = run("rank", "--reader", "bob", store=store)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)


@pytest.mark.slow
def test_json_is_utf8_whatever_the_locale(store: Path) -> None:
    with Library(store) as library:
        library.add([{"id": "cz", "title": "žluť 猫"}])
    env = {**os.environ, "PALATE_STORE": str(store), "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(
        [*PALATE, "rank", "--json", "--limit", "1"], env=env, capture_output=True, check=True
    )
    assert json.loads(done.stdout.decode("utf-8"))["title"] == "žluť 猫"
    done = subprocess.run([*PALATE, "rank", "--limit", "1"], env=env, capture_output=True, check=True)
    title = "\u017elu\u0165 \u732b".encode("latin-1", "backslashreplace").decode()
    assert title in done.stdout.decode("latin-1").split("\t")


def test_a_closed_pipe_is_no_trouble(store: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    env = {**os.environ, "PALATE_STORE": str(store)}
    done = subprocess.run([*PALATE, "export"], env=env, stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a disk that is always full")
def test_a_full_disk_is_told(store: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*PALATE, "--store", str(store), "export"], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 1
    assert done.stderr == "palate: the answer cannot be written to standard output: No space left on device\n"


@pytest.mark.slow
def test_ctrl_c_ends_add_with_130_and_keeps_whole_chunks(tmp_path: Path) -> None:
    """The interrupt comes when the first chunk is in the store, and there are far too many texts to be done
    by then.
    """
    source, store = tmp_path / "many.jsonl", tmp_path / "store.db"
    with source.open("w") as file:
        for number in range(60_000):
            file.write(
                json.dumps(
                    {"id": str(number), "text": f"text {number} says {number % 97} and {number % 89} things"}
                )
                + "\n"
            )
    process = subprocess.Popen(
        [*PALATE, "--store", str(store), "add", str(source)], stderr=subprocess.PIPE, text=True
    )
    wait_for_texts(store, process)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 130
    kept = re.fullmatch(r"stopped: (\d+) of 60000 texts are in\n", told)
    assert kept, told
    with Library(store) as library:
        there = direct(library.workspace.store).state().last_row
    assert 0 < int(kept[1]) <= there < 60_000, "a chunk may be in that was not yet told of"


def wait_for_texts(store: Path, process: subprocess.Popen[str]) -> None:
    count = 0
    while not count:
        assert process.poll() is None, "it ended before a text was in"
        time.sleep(0.01)
        with (
            contextlib.suppress(sqlite3.OperationalError),
            closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection,
        ):
            count = connection.execute("select count(*) from text").fetchone()[0]


def test_a_damaged_cache_is_told_in_a_line_and_made_anew(palate: Palate, store: Path, tmp_path: Path) -> None:
    """The answer is the same, and the next command has nothing to tell."""
    papers = tmp_path / "papers.jsonl"
    papers.write_text("".join(f'{{"id": "p{n}", "text": "text {n} of kittens"}}\n' for n in range(30)))
    palate("add", str(papers))
    before = palate("rank", "--limit", "5").stdout
    cache = Path(f"{store}.cache")
    for file in cache.glob("*.safetensors"):
        file.write_bytes(file.read_bytes()[:-1] + b"?")
    told = palate("rank", "--limit", "5")
    assert told.stdout == before
    assert told.stderr.count("it is made anew") == 1
    assert "keeper.py" not in told.stderr
    assert palate("rank", "--limit", "5").stderr == ""
