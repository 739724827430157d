"""What a history must keep to: the journals of the clients against the log that the store is left with."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from history_client import Deed

Logged = tuple[
    int, str | None, str, int | None
]  # (entry, text id or None, kind, the entry that an undo takes back)


class Violation(NamedTuple):
    """rule: its short name. detail: what was seen."""

    rule: str
    detail: str


class History(NamedTuple):
    """deeds: what was acknowledged, of all runs on a store. logs: of each reader, oldest first. texts: ids
    there are.
    """

    deeds: Sequence[Deed]
    logs: Mapping[str, Sequence[Logged]]
    texts: frozenset[str]


def violations(history: History) -> Iterator[Violation]:
    """Yields all that is wrong."""
    yield from (Violation("error", str(deed.told[0])) for deed in history.deeds if deed.name == "error")
    yield from lost(history)
    yield from not_last_first(history)
    yield from out_of_order(history)
    yield from shown_too_late(history)


def lost(history: History) -> Iterator[Violation]:
    """What was acknowledged is in the log, and added texts are there unless they were removed."""
    removed, forgotten = _removed(history), _removed(history, forgotten_only=True)
    entries = {reader: {line[0]: line for line in log} for reader, log in history.logs.items()}
    undone = {reader: {line[3] for line in log} for reader, log in history.logs.items()}
    for deed in history.deeds:
        if deed.name == "add":
            for text_id in deed.told:
                if text_id not in history.texts and text_id not in removed:
                    yield Violation("lost text", text_id)
        if deed.name == "remove" and history.texts & set(deed.told):
            yield Violation("text not removed", str(deed.told))
    judged = _judged(history)
    for deed in history.deeds:
        if deed.name not in ("judge", "judge_many", "undo"):
            continue
        for entry, told_id, kind in deed.told:
            # an undo does not name a text that was removed; any it may be, where its judge was killed
            text_ids = {told_id} if told_id else judged.get((deed.reader, entry), removed)
            if text_ids & forgotten:
                continue
            line = entries[deed.reader].get(entry)
            named = line is not None and line[1] is not None  # the log may not name a removed text
            if (
                line is None
                or line[2] != kind
                or (line[1] not in text_ids if named else not text_ids & removed)
            ):
                yield Violation("lost judgement", f"{deed}: the log has {line}")
            if deed.name == "undo" and entry not in undone[deed.reader]:
                yield Violation("lost undo", str(deed))


def not_last_first(history: History) -> Iterator[Violation]:
    """Each undo in a log takes back the newest entry that stood."""
    for reader, log in history.logs.items():
        standing: list[int] = []
        known = {line[0] for line in log}
        for entry, _, kind, undoes in log:
            if kind != "undo":
                standing.append(entry)
            elif undoes in known:
                if not standing or standing[-1] != undoes:
                    yield Violation("not last in first out", f"{reader}: {entry} takes back {undoes}")
                if undoes in standing:
                    standing.remove(undoes)


def out_of_order(history: History) -> Iterator[Violation]:
    """A judgement that began after another had ended has the higher number: heads never go back."""
    for reader in history.logs:
        given = [
            (deed.begin, deed.end, [line[0] for line in deed.told])
            for deed in history.deeds
            if deed.reader == reader and deed.name in ("judge", "judge_many") and deed.told
        ]
        ended = sorted(given, key=lambda call: call[1])
        head, at = 0, 0
        for begin, _, entries in sorted(given):
            while ended[at][1] < begin:
                head, at = max(head, *ended[at][2]), at + 1
            if min(entries) <= head or entries != sorted(entries):
                yield Violation("head went back", f"{reader}: {entries} came after {head}")


def shown_too_late(history: History) -> Iterator[Violation]:
    """No ranking shows a text that was judged, and stayed so, or was removed before it began."""
    removed_at = {deed.told[0]: deed.end for deed in history.deeds if deed.name == "remove"}
    forgotten = _removed(history, forgotten_only=True)  # the log has neither their judgements nor their undos
    for reader, log in history.logs.items():
        deeds = [deed for deed in history.deeds if deed.reader == reader]
        undone = {line[3] for line in log if line[3] is not None}
        undo_began = {deed.told[0][0]: deed.begin for deed in deeds if deed.name == "undo" and deed.told}
        judged: dict[str, list[tuple[int, int]]] = {}  # text -> (acknowledged, taken back at the earliest)
        for deed in deeds:
            if deed.name in ("judge", "judge_many"):
                for entry, text_id, _ in deed.told:
                    if text_id in forgotten:
                        continue
                    back = undo_began.get(entry, 0) if entry in undone else 1 << 63
                    judged.setdefault(text_id, []).append((deed.end, back))
        for deed in deeds:
            if deed.name != "rank":
                continue
            for text_id in deed.told:
                stood = any(end < deed.begin and back > deed.end for end, back in judged.get(text_id, ()))
                if stood or removed_at.get(text_id, deed.begin) < deed.begin:
                    yield Violation(
                        "shown too late", f"{reader}: {text_id} in a ranking begun at {deed.begin}"
                    )


def changed_prefix(before: Mapping[str, Sequence[Logged]], after: Mapping[str, Sequence[Logged]]) -> bool:
    """Returns whether a log is no longer what it was with more at its end.

    Lines of forgotten texts may be gone, and the text of a line may have been removed."""
    for reader, log in before.items():
        known = {(entry, kind, undoes) for entry, _, kind, undoes in log}
        last = max((entry for entry, *_ in log), default=0)
        if any(
            (entry, kind, undoes) not in known for entry, _, kind, undoes in after[reader] if entry <= last
        ):
            return True
    return False


def _judged(history: History) -> dict[tuple[str, int], set[str]]:
    """Returns the text of each judgement that was acknowledged, by reader and entry."""
    return {
        (deed.reader, entry): {text_id}
        for deed in history.deeds
        if deed.name in ("judge", "judge_many")
        for entry, text_id, _ in deed.told
    }


def _removed(history: History, *, forgotten_only: bool = False) -> set[str]:
    """Returns the ids of the texts that were removed, or may have been by a client that was killed."""
    return {
        text_id
        for deed in history.deeds
        if deed.name in ("remove", "removing") and (deed.forget or not forgotten_only)
        for text_id in deed.told
    }
