"""What pyproject.toml promises to who installs palate."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
LISTS = [PROJECT["project"]["dependencies"], *EXTRAS.values(), *PROJECT["dependency-groups"].values()]
REQUIREMENTS = {entry for entries in LISTS for entry in entries if isinstance(entry, str)}


def test_every_requirement_is_a_range_with_both_ends() -> None:
    one_range = re.compile(r"[\w-]+(\[\w+\])?>=[\w.]+,<[\d.]+(; python_version < '[\d.]+')?")
    others = {entry for entry in REQUIREMENTS if not one_range.fullmatch(entry)}
    extras = "palate[bert,documents,index,insight,multilingual,pages,parquet,peers,plots,write]"
    assert others == {"palate[bert]", "palate[minilm]", "palate[plots]", extras}


def test_the_constraints_hold_an_exact_version_of_every_requirement() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()[1:]
    pinned = {re.sub(r"[-_.]+", "-", line.partition("==")[0]).lower() for line in lines}
    names = {re.split(r"[\[>]", entry)[0].lower() for entry in REQUIREMENTS}
    assert names - pinned == {"palate", "setfit"}  # setfit is a peer that nobody's tests install
    assert all(re.fullmatch(r"[\w.-]+==[\w.+!]+", line) for line in lines)


def test_an_error_names_only_extras_that_are_there() -> None:
    named = {
        extra
        for path in (ROOT / "src").rglob("*.py")
        for extra in re.findall(r'MissingExtra\([^)]*?, "(\w+)"', path.read_text())
    }
    names = "bert documents index insight minilm multilingual pages parquet peers plots setfit write"
    assert named == set(names.split())
    assert named <= EXTRAS.keys()
