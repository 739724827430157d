"""The pages of docs/: all are reached from the front page, links lead somewhere, tutorials work."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

import palate
from palate.cli.app import app
from palate.question.choose import QUESTIONS

DOCS = Path(__file__).parents[2] / "docs"
FRONT = DOCS / "index.md"
PAGES = sorted(DOCS.rglob("*.md"))
FENCE = re.compile(r"^```(\S*).*?\n(.*?)^```$", re.M | re.S)


def links(page: Path) -> set[str]:
    """The relative links of a page, and what its tables of contents name; not what stands in code."""
    text = page.read_text("utf-8")
    prose = re.sub(r"`[^`]*`", "", FENCE.sub("", text))
    found = set(re.findall(r"\]\((?!https?:|mailto:)([^)\s]+)\)", prose))
    contents = "\n".join(body for kind, body in FENCE.findall(text) if kind == "{toctree}")
    for pattern in re.findall(r"^(?!:)(\S+)$", contents, re.M):
        found |= {path.name for path in page.parent.glob(f"{pattern}.md")}
    return found


def target(page: Path, link: str) -> Path:
    path = link.partition("#")[0]
    return (page.parent / path).resolve() if path else page


def anchors(page: Path) -> set[str]:
    """The names that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", page.read_text("utf-8")), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_is_reached_from_the_front_page() -> None:
    reached: set[Path] = set()
    waiting = [FRONT]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        ends = {target(page, link) for link in links(page)}
        waiting += [end for end in ends - reached if end.suffix == ".md" and end.is_relative_to(DOCS)]
    assert not set(PAGES) - reached


@pytest.mark.parametrize("page", [*PAGES, DOCS.parent / "README.md"], ids=lambda page: page.stem)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        end = target(page, link)
        assert end.exists(), f"{page.name} links to {link}"
        anchor = link.partition("#")[2]
        assert not anchor or anchor in anchors(end), f"{page.name} links to {link}"


def test_the_front_page_links_every_page_beside_it_once() -> None:
    named = re.findall(r"\]\(([^)]+)\)", FRONT.read_text("utf-8"))
    assert len(named) == len(set(named))
    beside = {path.relative_to(DOCS).as_posix() for path in PAGES if path.parent.name != "decisions"}
    assert set(named) == beside - {"index.md"} | {"decisions/index.md"}


def test_the_reference_has_every_public_name() -> None:
    pages = "".join(path.read_text("utf-8") for path in (DOCS / "reference").iterdir())
    described = set(re.findall(r"^\.\. auto\w+:: palate(?:\.[a-z]\w*)*\.(\w+)(?:\(\))?$", pages, re.M))
    assert (
        set(palate.__all__) - {"PalateError", "open"} <= described
    )  # of palate.errors; another name of Library
    assert {make().__class__.__name__ for make in QUESTIONS.values()} <= described


@pytest.mark.parametrize("name", ["feed", "review"])
def test_the_commands_of_a_tutorial_can_be_followed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its Python writes the files that its commands then read. What they print may change: scores move."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PALATE_STORE", str(tmp_path / "store.db"))
    for kind, body in FENCE.findall((DOCS / f"tutorial-{name}.md").read_text("utf-8")):
        if kind == "python":
            exec(compile(body, name, "exec"), {})
        for command in re.findall(r"^\$ palate (.*)$", body, re.M) if kind == "console" else ():
            done = CliRunner().invoke(app, shlex.split(command))
            assert done.exit_code == 0, f"palate {command}: {done.output}"
