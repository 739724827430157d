"""`palate remove`: texts that are to be gone for good."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from palate.cli import show
from palate.cli.confirmation import confirmed
from palate.cli.options import JsonOption, StoreOption, open_library, speakable, wants_json
from palate.errors import BadValue, UnknownName
from palate.shapes import remove_shape

MAX_AGE_DAYS = 100_000  # longer ages reach before the first year of dates


def cutoff(age: str, now: datetime) -> datetime:
    """Returns the moment before which a text is older than an age in days, or than a date.

    >>> now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> str(cutoff("90d", now)), str(cutoff("2026-01-31", now))
    ('2025-12-01 12:00:00+00:00', '2026-01-31 00:00:00+00:00')
    """
    days = re.fullmatch(r"(\d+)d", age)
    if days and int(days[1]) <= MAX_AGE_DAYS:
        return now - timedelta(days=int(days[1]))
    try:
        moment = datetime.fromisoformat(age)
    except ValueError:
        raise typer.BadParameter(
            f"{age!r} is no age; give days, as in 90d, or a date, as in 2026-01-31"
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def remove(
    ctx: typer.Context,
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="TEXT_ID", help="Ids of texts, as rank and find show them."),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--source",
            metavar="NAME",
            help="Removes all texts of a source, as they name it.",
            callback=speakable,
        ),
    ] = None,
    older_than: Annotated[
        str | None,
        typer.Option(
            "--older-than",
            metavar="90d|DATE",
            help="Removes all texts published, or without a date added, before then.",
        ),
    ] = None,
    forget: Annotated[
        bool, typer.Option("--forget", help="Forgets the judgements of the removed texts, too.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Counts the texts and removes none.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Does not ask.")] = False,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Removes texts for good: by id, or all of a source, or all before a date.

    With --source and --older-than, both must hold. Removed texts are gone from every answer. Judgements of
    them stay, so that all other values stay as they are, unless --forget is given. This cannot be undone;
    make a copy first with palate backup.

    Example: palate remove s017 s018

    Example: palate remove --source example.org --older-than 90d --dry-run
    """
    text_ids = [speakable(text_id) for text_id in ids or []]
    in_bulk = source is not None or older_than is not None
    if bool(text_ids) == in_bulk:
        raise typer.BadParameter("give either TEXT_IDs, or --source, --older-than or both", ctx)
    before = cutoff(older_than, datetime.now(UTC)) if older_than is not None else None
    with open_library(ctx, store) as library:
        if in_bulk or dry_run:
            report = library.remove(text_ids, source=source, older_than=before, forget=forget, dry_run=True)
            if not report.removed:
                raise UnknownName(_nothing_matches(source, before))
        if in_bulk and not (dry_run or yes):
            counted = show.plural(report.removed, "text")
            if not confirmed(f"Remove {counted}, {report.judged} of them judged?", f"removing {counted}"):
                raise BadValue("nothing was removed")
        if not dry_run:
            report = library.remove(text_ids, source=source, older_than=before, forget=forget)
    if wants_json(ctx, json):
        show.out_json(remove_shape(report, dry_run=dry_run))
        return
    judged = f", {report.judged} of them judged" if report.judged else ""
    forgotten = f"; {show.plural(report.forgotten, 'judgement')} forgotten" if forget else ""
    would = "would remove" if dry_run else "removed"
    show.note(f"{would} {show.plural(report.removed, 'text')}{judged}{forgotten}")


def _nothing_matches(source: str | None, before: datetime | None) -> str:
    source_part = f" of the source {source!r}" if source is not None else ""
    age_part = f" is older than {before:%Y-%m-%d}" if before is not None else " is in the store"
    return f"no text{source_part}{age_part}; nothing was removed"
