"""Intake: the way from a source into a store, with the judgements in it and what servers said of it."""

from collections.abc import Iterable, Mapping
from itertools import islice

from palate.fetch_state import FetchState
from palate.reader import Reader
from palate.results import AddReport, Skipped
from palate.source import Fetcher, Source
from palate.source.judgement import JudgementsAlong
from palate.store.recognising import stored_ids
from palate.text import Text
from palate.workspace.adding import Progress, add_texts
from palate.workspace.workspace import Workspace

MAX_HELD_ITEMS = 20_000  # of a source, between checking and storing it; a longer one is read twice


def take_in(
    workspace: Workspace,
    source: Source,
    fetcher: Fetcher,
    *,
    progress: Progress | None = None,
    judgements: Reader | None = None,
) -> AddReport:
    """Adds the texts of a source once all of it was read; see `Library.add`.

    fetcher: that of the source. What servers refused is kept even where reading fails, what they said of
    texts only with these.
    """
    along = JudgementsAlong()
    try:
        items = along.measured(source) if judgements else iter(source)
        held = list(islice(items, MAX_HELD_ITEMS))
        total = len(held) + sum(1 for _ in items)
    finally:
        _keep(workspace, fetcher.refused)
    encoder = workspace.encoding.follow(workspace.state())
    found: Iterable[Text | Skipped] = held if total == len(held) else source
    collected = along.collected(found) if judgements else found
    report = add_texts(collected, total, workspace.store, encoder, workspace.bands, progress)
    if judgements:
        report.judged = _judge(workspace, judgements, along)
    if report.added or report.updated or report.grouped:
        workspace.maintain()
    _keep(workspace, fetcher.fetched)
    report.unchanged = source.unchanged
    report.moved = {state.address: state.moved_to for state in fetcher.fetched.values() if state.has_moved}
    return report


def _judge(workspace: Workspace, reader: Reader, along: JudgementsAlong) -> int:
    """Records the judgements that the reader's log lacks; returns how many."""
    with workspace.store.reading() as tables:
        ids = stored_ids([text for text, _ in along.likings], tables)
    stated = zip(ids, [liking for _, liking in along.likings], strict=True)
    return len(reader.judge_new([(text_id, liking) for text_id, liking in stated if text_id is not None]))


def _keep(workspace: Workspace, states: Mapping[str, FetchState]) -> None:
    if states:
        with workspace.store.writing() as tables:
            tables.fetched.put(states)
