"""Doors use Library and Reader: nothing of a store or a workspace is reached from cli/."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import palate

CLI = Path(palate.__file__).parent / "cli"
MODULES = sorted(CLI.rglob("*.py"))
CLOSED = ("palate.store", "palate.workspace", "palate.learner")
OPTIONS = {("given(ctx)", "store"), ("assessment", "store")}  # options and facts of that name, no stores


def imported(tree: ast.AST) -> Iterator[str]:
    """Every module named in an import, also under TYPE_CHECKING."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(CLI)))
def test_a_door_imports_no_store_and_no_workspace(path: Path) -> None:
    names = imported(ast.parse(path.read_text("utf-8")))
    assert not [name for name in names if f"{name}.".startswith(tuple(f"{closed}." for closed in CLOSED))]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(CLI)))
def test_a_door_reaches_into_nothing(path: Path) -> None:
    reached = [
        f"line {node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and (
            node.attr in {"store", "workspace"}
            or (node.attr.startswith("_") and not node.attr.startswith("__"))
        )
        and (ast.unparse(node.value).removesuffix(" or own"), node.attr) not in OPTIONS
        and node.attr not in {"_asdict", "_replace"}  # public methods of named tuples
    ]
    assert not reached
