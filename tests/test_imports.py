"""Imports point one way, room by room: DESIGN.md section 2 as tables."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

import palate

SOURCE = Path(palate.__file__).parent
FACTS = (
    "address fetch_state text words language identity authors feedback rule value errors features weights"
    " threads results memory version given frames listed device"
)
ROOMS_OF_PARTS = "source encoder feature taste question index store"
# a new file that reader.py is made of takes one word here
BESIDE_READER = (
    "learners text_filter retrieval answers explain progressive marginal_relevance taste_record valuer"
)
BESIDE_LIBRARY = (
    "listing open_store encoded_store enrolment intake finding indexing"  # and one that library.py is made of
)
UP_TO_PARTS = f"{FACTS} parts"
UP_TO_ROOMS = f"{UP_TO_PARTS} {ROOMS_OF_PARTS} description"
UP_TO_WORKSPACE = f"{UP_TO_ROOMS} rules workspace"
UP_TO_LEARNER = f"{UP_TO_WORKSPACE} learner"
UP_TO_READER = f"{UP_TO_LEARNER} {BESIDE_READER} insight reader"
UP_TO_WRITING = f"{UP_TO_READER} model writing"
UP_TO_LIBRARY = f"{UP_TO_WRITING} {BESIDE_LIBRARY} library"
UP_TO_REPORTS = f"{UP_TO_LIBRARY} reasons training evaluation shapes report adapt align"
# what each room may import besides itself, lowest first
ALLOWED = {
    **dict.fromkeys(FACTS.split(), FACTS),
    "parts": FACTS,
    "document": FACTS,
    "table": f"{FACTS} document",
    **dict.fromkeys(ROOMS_OF_PARTS.split(), UP_TO_PARTS),
    "source": f"{UP_TO_PARTS} document table",
    "description": f"{UP_TO_PARTS} encoder feature workspace.space",
    "taste": f"{UP_TO_PARTS} description",
    "insight": UP_TO_PARTS,
    "model": f"{UP_TO_PARTS} encoder",
    "training.run": f"{UP_TO_PARTS} encoder model document table",
    "training": f"{UP_TO_PARTS} encoder model document table training.run",
    "rules": UP_TO_ROOMS,
    "workspace": f"{UP_TO_ROOMS} rules",
    "evaluation": f"{UP_TO_ROOMS} document table workspace.fitting workspace.space",
    "learner": UP_TO_WORKSPACE,
    **dict.fromkeys(BESIDE_READER.split(), f"{UP_TO_LEARNER} {BESIDE_READER} insight"),
    "reader": f"{UP_TO_LEARNER} {BESIDE_READER} insight",
    "writing": UP_TO_WRITING,
    **dict.fromkeys(BESIDE_LIBRARY.split(), f"{UP_TO_READER} {BESIDE_LIBRARY}"),
    **dict.fromkeys(["listing", "source_list"], UP_TO_ROOMS),
    "open_store": f"{UP_TO_ROOMS} listing source_list",  # works without an encoder, so without a workspace
    "library": f"{UP_TO_WRITING} {BESIDE_LIBRARY}",
    "reasons": f"{UP_TO_PARTS} feature",
    "shapes": f"{UP_TO_LIBRARY} reasons",
    "estimators": f"{UP_TO_ROOMS} workspace.fitting workspace.space",
    "report": f"{UP_TO_LIBRARY} document table training shapes",
    "adapt": f"{UP_TO_LIBRARY} training evaluation shapes",
    "align": f"{UP_TO_LIBRARY} training evaluation shapes adapt",
    "palate": UP_TO_LIBRARY,  # the package's own file, which names what is public
    "sample": "",
    "cli": f"palate sample {UP_TO_REPORTS}",
    "__main__": "cli",
}
# imports that the order forbids and that stay: (importer, imported), patterns of files, with the reason
EXCEPTIONS: dict[tuple[str, str], str] = {}


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in sorted(SOURCE.rglob("*.py"))}


def imported(tree: ast.AST) -> Iterator[str]:
    """Every module named in an import, wherever it stands: in a function and under TYPE_CHECKING too.

    Of `from a import b` it is `a.b`, a name in a module or a module.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def files_imported(name: str) -> frozenset[str]:
    """The files of palate that a file imports. A package is its `__init__.py`; that a file is in a package
    is no import.
    """
    found = set()
    for target in imported(ast.parse(MODULES[name].read_text("utf-8"))):
        if target.split(".")[0] == "palate":
            module = target if target in MODULES else target.rpartition(".")[0]
            assert module in MODULES, f"{name} imports {target}, which is no file"
            found.add(module)
    return frozenset(found - {name})


def is_within(name: str, rooms: str) -> bool:
    """Whether a file is one of these rooms, files or packages, or is in one of them."""
    inner = name.removeprefix("palate.")
    return any(inner == room or inner.startswith(f"{room}.") for room in rooms.split())


def room_of(name: str) -> str:
    """The innermost room of ALLOWED that a file is in."""
    rooms = [room for room in ALLOWED if is_within(name, room)]
    assert rooms, f"{name} is in no room of DESIGN.md section 2; name it there and in ALLOWED"
    return max(rooms, key=len)


def is_allowed(importer: str, target: str) -> bool:
    room = room_of(importer)
    return room_of(target) == room or is_within(target, ALLOWED[room])


def breaches(name: str) -> set[tuple[str, str]]:
    return {(name, target) for target in files_imported(name) if not is_allowed(name, target)}


def is_excepted(breach: tuple[str, str], exception: tuple[str, str]) -> bool:
    return all(fnmatch(file, f"palate.{pattern}") for file, pattern in zip(breach, exception, strict=True))


@pytest.mark.parametrize("name", MODULES)
def test_imports_point_one_way(name: str) -> None:
    assert not {
        breach for breach in breaches(name) if not any(is_excepted(breach, known) for known in EXCEPTIONS)
    }


@pytest.mark.parametrize(
    "breach",
    [
        "text parts",
        "store.log taste.rows",
        "rules.matcher workspace.corpus",
        "workspace.corpus learner",
        "learner reader",
        "reader library",
        "library report.xray",
        "report.xray cli.app",
        "training.run.loop training.mlm",
        "training.mlm feature.terms",
        "evaluation.systems workspace.corpus",
        "insight.xray encoder.static",
        "feature.terms insight.drift",
    ],
)
def test_the_order_forbids(breach: str) -> None:
    importer, target = breach.split()
    assert not is_allowed(f"palate.{importer}", f"palate.{target}")


def test_every_exception_is_needed_and_every_room_is_there() -> None:
    found = {breach for name in MODULES for breach in breaches(name)}
    assert not [known for known in EXCEPTIONS if not any(is_excepted(breach, known) for breach in found)]
    assert set(map(room_of, MODULES)) == set(ALLOWED)


@pytest.mark.parametrize("name", FACTS.split())
def test_facts_are_files(name: str) -> None:
    """A fact is one file, so that no room can hide among them."""
    assert MODULES[f"palate.{name}"].name == f"{name}.py"


def circles(needs: Mapping[str, frozenset[str]]) -> list[set[str]]:
    """The strongly connected components of more than one file: all files that can reach one another."""
    reached: dict[str, set[str]] = {}
    for name in needs:
        reached[name], waiting = set(), [name]
        while waiting:
            waiting += (new := needs[waiting.pop()] - reached[name])
            reached[name] |= new
    components = {frozenset(other for other in reached[name] if name in reached[other]) for name in needs}
    return sorted(map(set, components - {frozenset()}), key=min)


def test_circles_are_found() -> None:
    nodes = {"a": "b", "b": "c", "c": "a d", "d": "", "e": "f d", "f": "e", "g": "a"}
    assert circles({name: frozenset(others.split()) for name, others in nodes.items()}) == [
        {"a", "b", "c"},
        {"e", "f"},
    ]


def test_files_form_no_circle() -> None:
    """Counted is every import statement, in functions and under TYPE_CHECKING too. Not counted is what Python
    runs unasked, the `__init__.py` of a file's package, and what `palate.__getattr__` finds by its name.
    """
    assert circles({name: files_imported(name) for name in MODULES}) == []


@pytest.mark.parametrize("name", [name for name in MODULES if room_of(name) != "store"])
def test_sql_lives_in_store_alone(name: str) -> None:
    tree = ast.parse(MODULES[name].read_text("utf-8"))
    assert not {name.split(".")[0] for name in imported(tree)} & {"sqlalchemy", "sqlite3", "alembic"}
    constants = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    statement = re.compile(
        r"^\s*(select\b.*\bfrom\b|insert\b.*\binto\b|delete from\b|update \w+ set\b"
        r"|create (table|index)\b|pragma \w)",
        re.I | re.S,
    )
    assert not [text for text in constants if statement.match(text)]


def test_import_palate_loads_nothing_heavy() -> None:
    program = "import sys, palate; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    heavy = {
        "numpy",
        "scipy",
        "sqlalchemy",
        "alembic",
        "torch",
        "sklearn",
        "onnxruntime",
        "tokenizers",
        "httpx",
        "pyarrow",
        "typer",
        "rich",
    }
    assert not set(done.stdout.split()) & heavy


@pytest.mark.parametrize("name", palate.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert callable(getattr(palate, name))


def test_open_is_the_library_and_other_names_are_refused() -> None:
    assert palate.open is palate.Library
    with pytest.raises(AttributeError, match="no attribute 'shut'"):
        palate.shut  # noqa: B018
