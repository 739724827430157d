"""palate contest: who leads, who is served, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from typer.testing import Result

from palate.taste.choose import CONTENT_MEMBERS

Palate = Callable[..., Result]
VERDICTS = {"cats-1": "like", "bonds-1": "dislike", "cats-2": "like", "search-1": "dislike"}


def judged(palate: Palate) -> None:
    for text_id, verdict in VERDICTS.items():
        palate("judge", text_id, verdict)


def told(palate: Palate, *args: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(palate("contest", "--json", *args).stdout)
    return found


def test_every_taste_has_predicted_every_judgement(palate: Palate, store: Path) -> None:
    judged(palate)
    tastes = told(palate)["tastes"]
    assert {taste["name"] for taste in tastes} == set(CONTENT_MEMBERS)
    assert {taste["n"] for taste in tastes} == {len(VERDICTS)}
    assert [taste["loss"] for taste in tastes] == sorted(taste["loss"] for taste in tastes)
    assert abs(sum(taste["share"] for taste in tastes) - 1) < 1e-9
    assert told(palate, "--again")["tastes"] == tastes


def test_the_table_has_a_line_a_taste_and_says_who_is_champion(palate: Palate, store: Path) -> None:
    before = palate("contest")
    assert "nothing was predicted yet" in before.stderr
    judged(palate)
    result = palate("contest")
    assert len(result.stdout.splitlines()) == len(told(palate)["tastes"])
    assert "champion: margin" in result.stderr


def test_what_is_served_can_be_chosen_and_taken_back(palate: Palate, store: Path) -> None:
    judged(palate)
    blended = palate("rank", "--json").stdout
    shares = {taste["name"]: taste["share"] for taste in told(palate, "--serve", "scaled")["tastes"]}
    assert shares["scaled"] == 1
    assert sum(shares.values()) == 1
    assert palate("rank", "--json").stdout != blended
    assert max(taste["share"] for taste in told(palate, "--serve", "champion")["tastes"]) == 1
    told(palate, "--serve", "blend")
    assert palate("rank", "--json").stdout == blended


def test_what_cannot_be_served_is_told_with_what_can(palate: Palate, store: Path) -> None:
    result = palate("contest", "--serve", "nobody", ok=False)
    assert result.exit_code == 1
    assert "choose one of: blend, champion, bayes" in result.stderr
