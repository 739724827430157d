"""`palate add`: entries of real kinds of files end as the texts that a person would count."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

Palate = Callable[..., Result]


def rss(*items: tuple[str, str, str], title: str = "Pod") -> str:
    """A feed of entries: guid, title, description."""
    entries = "".join(
        f'<item><title>{name}</title><guid isPermaLink="false">{guid}</guid>'
        f"<description>{words}</description></item>"
        for guid, name, words in items
    )
    site = f"https://{title.lower()}.example/"
    channel = f"<channel><title>{title}</title><link>{site}</link>{entries}</channel>"
    return f'<rss version="2.0">{channel}</rss>'


WHALES = ("ep-1", "Ep 1: whales", "About whales at sea.")
TRAINS = ("ep-2", "Ep 2: steam trains", "About trains in the hills.")
RECORD = "TY  - JOUR\nTI  - {}\nUR  - https://db.example/login\nAB  - {}\nER  - \n"
NOTES = "".join(
    f"<item><title>{title}</title><guid>https://c.example/notes#{n}</guid><link>https://c.example/notes#{n}</link>"
    f"<description>{title} now.</description></item>"
    for n, title in enumerate(["Queues can be paused", "Bigger disks", "A region in the north"])
)


def counts(palate: Palate, name: str, content: str) -> tuple[int, int, int]:
    """How many texts of a file are added, updated and known."""
    Path(name).write_text(content)
    report: dict[str, Any] = json.loads(palate("add", name, "--json").stdout)
    kinds = ("added", "updated", "known", "grouped")
    assert sum(report[kind] for kind in kinds) + len(report["skipped"]) > 0
    return report["added"] + report["grouped"], report["updated"], report["known"]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ([rss(WHALES), rss(TRAINS, WHALES)], [(1, 0, 0), (1, 0, 1)]),
        (
            [rss(WHALES), rss(("ep-1", "Ep 1: whales", "About whales and seals at sea."))],
            [(1, 0, 0), (0, 1, 0)],
        ),
        (
            [
                rss(("2024-01-05 08:00", f"{place} closed for fog", f"{place} is closed."), title=place)
                for place in ("Harbour", "Airport")
            ],
            [(1, 0, 0), (1, 0, 0)],
        ),
        ([f"<rss version='2.0'><channel><title>Notes</title>{NOTES}</channel></rss>"], [(3, 0, 0)]),
        ([RECORD.format("Same link one", "About soil.") + RECORD.format("Two", "About rain.")], [(2, 0, 0)]),
        (
            [
                "title,abstract,doi\nSnow loads,Weighed.,NA\nRain,Measured.,NA\nHail,Counted.,10.1000/h\n",
                "TY  - JOUR\nTI  - Hail\nDO  - https://doi.org/10.1000/H.\nER  - \n",
            ],
            [(3, 0, 0), (0, 0, 1)],
        ),
        (
            ["id,title,text\n1,Fog at sea,Dense.\n", "id,title,text\n1,Bonds,They fell.\n"],
            [(1, 0, 0), (1, 0, 0)],
        ),
    ],
    ids=["podcast", "updated entry", "guid is a time", "fragments", "one UR", "DOI across lists", "bare ids"],
)
def test_files_give_the_texts_that_a_person_would_count(
    palate: Palate, files: list[str], told: list[tuple[int, int, int]]
) -> None:
    suffixes = {"<": "xml", "T": "ris"}
    names = [f"{n}.{suffixes.get(content[0], 'csv')}" for n, content in enumerate(files)]
    assert [counts(palate, name, file) for name, file in zip(names, files, strict=True)] == told


def test_a_known_text_is_named_if_asked(palate: Palate) -> None:
    Path("a.csv").write_text("id,title,text\nc1,Cats,They sleep.\n")
    Path("b.csv").write_text("title,text\nCats,They sleep.\n")
    palate("add", "a.csv")
    assert "known 'Cats' is c1, by its words" in palate("add", "b.csv", "-v").stderr
    assert "is c1" not in palate("add", "b.csv").stderr


def test_the_judgement_of_an_entry_stays_when_it_is_updated(palate: Palate) -> None:
    Path("day1.xml").write_text(rss(WHALES, TRAINS))
    Path("day2.xml").write_text(rss((*WHALES[:2], "About whales and seals at sea."), TRAINS))
    palate("add", "day1.xml")
    ids = {row["title"]: row["id"] for row in map(json.loads, palate("rank", "--json").stdout.splitlines())}
    palate("judge", ids["Ep 1: whales"], "like")
    palate("add", "day2.xml")
    left = [json.loads(line)["title"] for line in palate("rank", "--json").stdout.splitlines()]
    assert left == ["Ep 2: steam trains"]
