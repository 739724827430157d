"""Imports point one way: doors -> library, reader and what they are made of -> parts -> plain facts."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import palate

SOURCE = Path(palate.__file__).parent
FACTS = {"text", "line", "feedback", "value", "errors", "features", "weights", "parts", "threads", "rule"}
PARTS = {
    "source",
    "encoder",
    "feature",
    "taste",
    "question",
    "index",
    "store",
    "training",
    "insight",
    "writing",
    "evaluation",
    "scale",
}
CORE = {
    "reader",
    "learned",
    "library",
    "adding",
    "corpus",
    "crowding",
    "encoding",
    "explain",
    "moving",
    "ruling",
    "scores",
    "suggesting",
}
# bring a library, training and evaluation together; nothing but doors imports them
ADAPTING = {"adapting", "heard", "trial"}
DOORS = {"cli", "server", "sample", "__main__"}
MODULES = sorted(SOURCE.rglob("*.py"))


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__")


def imported(tree: ast.AST) -> Iterator[str]:
    """Every module named in an import, wherever it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield f"{node.module}"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def homes(path: Path) -> set[str]:
    """The files and folders directly in palate that a module imports from."""
    names = [name.split(".") for name in imported(ast.parse(path.read_text("utf-8")))]
    return {name[1] for name in names if name[0] == "palate" and len(name) > 1} & (
        FACTS | PARTS | CORE | ADAPTING | DOORS
    )


def home_of(path: Path) -> str:
    return path.relative_to(SOURCE).with_suffix("").parts[0]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_one_way(path: Path, request: pytest.FixtureRequest) -> None:
    """Facts import facts; a part imports facts and itself; library and reader import no door."""
    home = home_of(path)
    if home in FACTS:
        allowed = FACTS
    elif home == "evaluation":
        allowed = FACTS | PARTS | {"corpus"}
    elif home == "training":
        allowed = FACTS | {home, "encoder"}
    elif home in PARTS:
        allowed = FACTS | {home}
    elif home in CORE or home == "__init__":
        allowed = FACTS | CORE | PARTS - {"evaluation", "training"}
    elif home in ADAPTING:
        allowed = FACTS | CORE | ADAPTING | PARTS
    else:
        assert home in DOORS, f"palate/{home} is in no layer of DESIGN.md; name it there and here"
        allowed = FACTS | PARTS | CORE | ADAPTING | DOORS
    assert homes(path) <= allowed


def test_no_module_needs_itself_to_be_imported() -> None:
    """What is imported at the top of files, outside `if TYPE_CHECKING`, has no cycle."""
    needs: dict[str, set[str]] = {}
    for path in MODULES:
        tree = ast.parse(path.read_text("utf-8"))
        top = ast.Module([node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)], [])
        needs[name_of(path)] = set(imported(top))
    needs = {
        name: {other for other in others if other in needs and other != name}
        for name, others in needs.items()
    }
    while free := [name for name, others in needs.items() if not others]:
        for name in free:
            del needs[name]
        needs = {name: others - set(free) for name, others in needs.items()}
    assert not needs


@pytest.mark.parametrize("path", [path for path in MODULES if home_of(path) != "store"], ids=name_of)
def test_sql_lives_in_store_alone(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert not {name.split(".")[0] for name in imported(tree)} & {"sqlalchemy", "sqlite3", "alembic"}
    said = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    statement = re.compile(
        r"^\s*(select\b.*\bfrom\b|insert\b.*\binto\b|delete from\b|update \w+ set\b|create (table|index)\b|pragma \w)",
        re.I | re.S,
    )
    assert not [text for text in said if statement.match(text)]


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
