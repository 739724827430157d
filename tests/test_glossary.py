"""The glossary is true to the code, and the words that were given up stay given up."""

import ast
import inspect
import re
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, NamedTuple

import pytest

import palate

SOURCE = Path(palate.__file__).parent
GLOSSARY = Path(__file__).parents[1] / "docs" / "glossary.md"
LINES = re.findall(r"^\| ([^|]+) \| ([^|]+) \| `([^`]+)` \|$", GLOSSARY.read_text("utf-8"), re.M)

# word that was given up, without underscores around it -> what is said instead
RETIRED = {
    "ENOUGH": "a noun and a unit",
    "FEW": "a noun and a unit",
    "LEAST": "a noun and a unit",
    "MOST": "a noun and a unit",
    "ROUNDS": "a noun and a unit",
    "WIDE": "a noun and a unit",
    "Crowding": "CrowdKeeper",
    "Finished": "TrainedModel",
    "Found": "SimilarText",
    "Heard": "CrowdFeedback",
    "Learned": "Learner",
    "Moving": "Reencoding",
    "Place": "Standing",
    "Ruling": "RuleMatcher",
    "Said": "Contribution, Verdict",
    "Scores": "TopK",
    "Settings": "LoraSettings, TrainingSettings",
    "Trial": "EncoderTrial",
    "Tuned": "TunedEncoder",
    "among": "pool, candidates",
    "beyond": "nonlinear_shares",
    "company": "co_judgements",
    "effort": "cost_ms",
    "follower": "copy",
    "followers": "copies",
    "halving": "half_life",
    "heard": "judgements",
    "leader": "representative",
    "leaders": "representatives",
    "most": "a noun with max_",
    "moving": "reencoding",
    "opening": "DocumentReader",
    "place": "index, position, standing",
    "places": "indices, positions, standings",
    "recall": "relearn",
    "ruling": "rules",
    "said": "judged, stated, message",
    "tell": "on_message",
    "told": "what is reported",
    "unheard": "no_op",
    "watch": "on_step",
    "worth": "pseudo_count",
}
# file and name -> why the word may stay there
ALLOWED = {
    ("cli/progress.py", "recall"): "the share of relevant texts that were found: the field's word",
    ("evaluation/metrics.py", "recall"): "the share of relevant texts that were found: the field's word",
    ("encoded_store.py", "moving"): "public; how far a move to another encoder is",
    ("shapes/__init__.py", "recall"): "the share of relevant texts that were found: the field's word",
}


class Name(NamedTuple):
    """A function, class, parameter or attribute that a file of palate has."""

    file: str
    line: int
    name: str


def names_in(path: Path) -> Iterator[Name]:
    """Yields the functions, classes, parameters, attributes and constants that a file defines."""
    file = path.relative_to(SOURCE).as_posix()
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield Name(file, node.lineno, node.name)
            case ast.arg():
                yield Name(file, node.lineno, node.arg)
            case ast.Attribute(ctx=ast.Store()):
                yield Name(file, node.lineno, node.attr)
    bodies = [tree.body, *(node.body for node in ast.walk(tree) if isinstance(node, ast.ClassDef))]
    for statement in [statement for body in bodies for statement in body]:
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            nodes = [node for target in targets for node in ast.walk(target)]
            yield from (Name(file, node.lineno, node.id) for node in nodes if isinstance(node, ast.Name))


def resolved(dotted: str) -> Any:
    """Returns what a dotted path names; of a class also a field that instances alone have."""
    owner, _, last = dotted.rpartition(".")
    try:
        return resolve_name(dotted)
    except AttributeError:
        annotations: dict[str, Any] = reduce(
            lambda found, base: {**inspect.get_annotations(base), **found}, resolve_name(owner).__mro__, {}
        )
        return annotations[last]


def test_the_glossary_has_lines() -> None:
    table = [line for line in GLOSSARY.read_text("utf-8").splitlines() if line.startswith("|")]
    assert len(LINES) == len(table) - 2 > 60


@pytest.mark.parametrize(("word", "dotted"), [(word, dotted) for word, _, dotted in LINES])
def test_what_explains_a_word_is_there(word: str, dotted: str) -> None:
    try:
        resolved(dotted)
    except (ImportError, AttributeError, KeyError) as error:
        pytest.fail(f"{word}: there is no {dotted} ({error})")


def test_words_are_in_order_and_each_is_there_once() -> None:
    words = [word for word, _, _ in LINES]
    assert words == sorted(set(words))


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_word_that_was_given_up_does_not_come_back(path: Path) -> None:
    back = [
        f"line {name.line}: {name.name}; say: {RETIRED[name.name.strip('_')]}"
        for name in names_in(path)
        if name.name.strip("_") in RETIRED and (name.file, name.name.strip("_")) not in ALLOWED
    ]
    assert not back


def test_every_exception_is_needed() -> None:
    used = {(name.file, name.name.strip("_")) for path in SOURCE.rglob("*.py") for name in names_in(path)}
    assert ALLOWED.keys() <= used
