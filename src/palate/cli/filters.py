"""Filters: the options that say which texts a list may show, for `palate find` and `palate rank`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from palate.cli.option_group import SharedOption, in_place_of
from palate.cli.options import speakable
from palate.cli.remove import cutoff

if TYPE_CHECKING:
    from palate.text_filter import FilterOptions

OPTIONS = [
    SharedOption(name, f"--{name.replace('_', '-')}", str | None, None, metavar, help)
    for name, metavar, help in (
        ("language", "LANGUAGE", "Only texts in it, by its English name or code, such as de."),
        ("source", "NAME", "Only texts of a source, by its name or its host."),
        ("since", "90d|DATE", "Only texts published, or without a date added, since then."),
        ("until", "90d|DATE", "Only texts from before then."),
        ("unjudged_by", "NAME", "Only texts that this reader has not judged."),
    )
]


def chosen(
    language: str | None, source: str | None, since: str | None, until: str | None, unjudged_by: str | None
) -> FilterOptions:
    """Returns what `Library.find` and `Reader.rank` take. Raises BadParameter for an age that is none."""
    now = datetime.now(UTC)
    return {
        "language": speakable(language),
        "source": speakable(source),
        "since": None if since is None else cutoff(since, now),
        "until": None if until is None else cutoff(until, now),
        "unjudged_by": speakable(unjudged_by),
    }


with_filters = in_place_of("only", OPTIONS, "Filters, of which all must hold", chosen)
