"""Removal against a plain Python model of a store."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from direct import direct
from palate.errors import UnknownName
from palate.rule import Rule
from palate.store import schema
from palate.store.crowd import StoredCrowd
from palate.store.health import examine
from palate.store.log import Prediction, Verdict
from palate.store.removing import RemovedCounts
from palate.store.sqlite import SqliteStore
from palate.store.tables import Tables
from palate.store.texts import PreparedText
from palate.text import Text

CONTENTS = ("cat", "dog", "bird")  # few, so that texts share vectors
OLD = datetime(2024, 1, 1, tzinfo=UTC)


def new_store() -> SqliteStore:
    store = SqliteStore(":memory:")
    with store.writing() as tables:
        tables.connection.exec_driver_sql(
            "insert into encoder (number, fingerprint, name, dims)"
            " values (1, 'a:1', 'a', 2), (2, 'b:1', 'b', 3)"
        )
        assert tables.encoders.use(1, "a")
        for reader in ("ann", "bob"):
            tables.readers.add(reader, "main", kind="bayes", likes="", dislikes="")
    return store


@dataclass
class Model:
    """What a store should hold, told by lists and dicts."""

    content: dict[int, str] = field(default_factory=dict)  # by row, of the texts that are there
    representative: dict[int, int] = field(default_factory=dict)
    removed: dict[int, int] = field(default_factory=dict)  # what stands for each removed row
    kept: set[int] = field(default_factory=set)
    log: dict[int, list[tuple[int, int | None, int | None]]] = field(
        default_factory=lambda: {1: [], 2: []}
    )  # of each taste: (entry, row, undoes)
    last_row: int = 0
    last_entry: int = 0

    def add(self, content: str, copy_of: int | None) -> None:
        self.last_row += 1
        self.content[self.last_row] = content
        self.representative[self.last_row] = self.last_row if copy_of is None else copy_of

    def standing(self, taste: int) -> list[tuple[int, int]]:
        undone = {undoes for _, _, undoes in self.log[taste]}
        return [(e, row) for e, row, _ in self.log[taste] if row is not None and e not in undone]

    def remove(self, rows: set[int], forget: bool) -> RemovedCounts:
        rows &= set(self.content)
        judged = {row for taste in self.log for _, row in self.standing(taste)} & rows
        for old in sorted(rows):
            copies = [r for r in self.content if self.representative[r] == old and r not in rows]
            if copies:
                heir = min(copies)
                self.representative = {r: heir if x == old else x for r, x in self.representative.items()}
                self.removed = {r: heir if x == old else x for r, x in self.removed.items()}
        for row in rows:
            self.removed[row] = self.representative.pop(row)
            del self.content[row]
        forgotten = 0
        if forget:
            for taste, lines in self.log.items():
                gone = {entry for entry, row, _ in lines if row in rows}
                forgotten += len(gone)
                self.log[taste] = [line for line in lines if line[0] not in gone and line[2] not in gone]
        else:
            self.kept |= judged
        return RemovedCounts(len(rows), len(judged), forgotten)


ROWS = st.integers(1, 8)
ADD = st.tuples(st.just("add"), st.sampled_from(CONTENTS), st.integers(0, 5))
JUDGE = st.tuples(st.just("judge"), st.integers(1, 2), ROWS)
DEEDS = st.one_of(
    ADD,
    JUDGE,
    st.tuples(st.just("undo"), st.integers(1, 2), st.none()),
    st.tuples(st.just("remove"), st.sets(ROWS, min_size=1, max_size=3), st.booleans()),
)


def act(tables: Tables, model: Model, deed: tuple[Any, Any, Any]) -> None:
    kind, first, second = deed
    if kind == "add":
        leaders = sorted({r for r, x in model.representative.items() if r == x})
        copy_of = leaders[second % len(leaders)] if leaders and second % 2 else None
        row = model.last_row + 1
        text = Text.of(first, id=f"id {row}")
        bands = np.array([row, 1000 + row], "<u4").tobytes() if copy_of is None else b""
        made = PreparedText(text, row.to_bytes(4, "little"), b"\1", bands, copy_of)
        assert tables.texts.add([made], row)
        tables.vectors.put(1, [row], np.full((1, 2), ord(first[0]), np.float32))
        tables.vectors.put(2, [row], np.ones((1, 3), np.float32))
        model.add(first, copy_of)
    elif kind == "judge":
        if second not in model.content:
            with pytest.raises(UnknownName):
                tables.log.append(first, [Verdict(second, "like", 1.0)])
            return
        tables.log.append(first, [Verdict(second, "like", 1.0)], [Prediction("bayes", b"\0" * 4)])
        model.last_entry += 1
        model.log[first].append((model.last_entry, second, None))
    elif kind == "undo":
        if standing := model.standing(first):
            model.last_entry += 1
            model.log[first].append((model.last_entry, None, standing[-1][0]))
            assert tables.log.undo(first).undone is not None
        else:
            assert tables.log.undo(first).undone is None
    else:
        assert tables.texts.remove(sorted(first), forget=second) == model.remove(set(first), second)


@pytest.mark.slow
@settings(max_examples=100)
@given(
    texts=st.lists(ADD, min_size=4, max_size=7),
    judgements=st.lists(JUDGE, min_size=2, max_size=6),
    deeds=st.lists(DEEDS, min_size=2, max_size=15),
)
def test_a_store_holds_what_the_model_holds(
    texts: list[tuple[Any, Any, Any]],
    judgements: list[tuple[Any, Any, Any]],
    deeds: list[tuple[Any, Any, Any]],
) -> None:
    store, model = new_store(), Model()
    with store.writing() as tables:
        for deed in [*texts, *judgements, *deeds]:
            act(tables, model, deed)
        state = tables.state()
        assert state.last_row == model.last_row
        there = tables.texts.get(range(1, model.last_row + 1))
        assert {row: text.body for row, text in there.items()} == model.content
        raw = tables.texts.raw(1, 2, 0, 99)
        assert dict(zip(raw.rows.tolist(), raw.representatives.tolist(), strict=True)) == model.representative
        assert raw.vectors[:, 0].tolist() == [ord(model.content[row][0]) for row in sorted(model.content)]
        assert raw.ids.tolist() == sorted(model.content)
        removals = tables.removals.after(0)
        assert {r.row: r.representative for r in removals} == model.removed
        assert state.last_removal == max((r.entry for r in removals), default=0)
        kept = tables.removals.raw(1, 2, list(model.removed))
        assert kept.rows.tolist() == kept.ids.tolist() == sorted(model.kept)
        assert kept.representatives.tolist() == [model.removed[row] for row in sorted(model.kept)]
        assert len(tables.removals.raw(2, 3, list(model.removed)).rows) == 0  # not of an encoder not in use
        for taste, lines in model.log.items():
            log = tables.log.entries(taste)
            assert [(entry.entry, entry.row, entry.undoes) for entry in log] == lines
            assert set(tables.log.predictions(taste)) == {entry for entry, row, _ in lines if row}
        bands = tables.texts.bands(0, 99)
        leaders = {row for row, x in model.representative.items() if row == x}
        assert set(bands.rows.tolist()) == leaders
        n_vectors = tables.connection.scalar(select(func.count()).select_from(schema.vector))
        assert n_vectors == 2 * len(model.content)
        worded = {row for word in CONTENTS for row in tables.texts.with_word(word, 99)}
        assert worded == set(model.content)
    assert [finding.detail for finding in examine(store, "a:1") if not finding.ok] == []


def filled(n: int) -> SqliteStore:
    store, model = new_store(), Model()
    with store.writing() as tables:
        for _ in range(n):
            act(tables, model, ("add", "cat", 0))
    return store


def test_a_text_that_was_removed_comes_back_under_a_new_row() -> None:
    store = filled(2)
    with store.writing() as tables:
        tables.texts.remove([2], forget=False)
        assert tables.texts.taken(["id 2"]) == set()
        text = PreparedText(Text.of("cat", id="id 2"), b"", b"", b"", None)
        assert not tables.texts.add([text], 2)
        assert tables.texts.add([text], 3)
        assert tables.texts.row_of("id 2") == 3


def test_a_rule_does_not_speak_of_a_removed_text() -> None:
    store = filled(3)
    with store.writing() as tables:
        tables.texts.remove([2], forget=False)
        assert tables.rules.matching(Rule("block", "word", "cat")) == [1, 3]
        assert tables.rules.matching(Rule("block", "pattern", "ca.")) == [1, 3]


def test_what_is_to_be_removed_is_found_by_id_source_and_age() -> None:
    store = SqliteStore(":memory:")
    zone = datetime.fromisoformat("2024-01-01T00:30:00+02:00")  # before OLD, though later by its letters
    texts = [
        Text.of("1", id="a", source="x", published=OLD),
        Text.of("2", id="b", source="y", published=zone),
        Text.of("3", id="c", source="x"),
        Text.of("4", id="d", source="x", published=OLD - timedelta(microseconds=1)),
    ]
    batch = [PreparedText(text, b"", b"", b"", None) for text in texts]
    with store.writing() as tables:
        tables.texts.add(batch, 1)
        where = tables.texts.rows_where
        assert where() == []
        assert where(["c", "a", "c"]) == [1, 3]
        assert where(source="x") == [1, 3, 4]
        assert where(older_than=OLD) == [2, 4]
        assert where(source="x", older_than=OLD) == where(["a", "d"], "x", OLD) == [4]
        assert where(older_than=datetime.now(UTC) + timedelta(days=1)) == [1, 2, 3, 4]
        with pytest.raises(UnknownName, match="'e', 'f'"):
            where(["a", "f", "e"])


def test_only_what_is_forgotten_takes_the_crowd_with_it() -> None:
    store = filled(3)
    with store.writing() as tables:
        tables.log.append(1, [Verdict(1, "like", 1.0), Verdict(2, "like", 1.0)])
        assert tables.crowd.put(StoredCrowd(2, 1, 1, b"x"), 2)
        tables.texts.remove([1], forget=False)
        tables.texts.remove([3], forget=True)
        assert tables.crowd.get() is not None
        assert tables.log.state(1) == (2, 0)
        tables.texts.remove([2], forget=True)
        assert tables.crowd.get() is None
        assert tables.log.state(1) == (1, 1)
        assert tables.log.state(2) == (0, 0)


def test_many_texts_are_removed_at_once() -> None:
    store = SqliteStore(":memory:")
    n = 12_000
    keys = [row.to_bytes(4, "little") for row in range(1, n + 1)]
    batch = [PreparedText(Text.of(f"text {row}"), b"", b"", key, None) for row, key in enumerate(keys, 1)]
    with store.writing() as tables:
        tables.texts.add(batch, 1)
        assert tables.texts.remove(range(1, n), forget=True) == (n - 1, 0, 0)
        assert tables.texts.count() == 1
        assert tables.state()[:2] == (n, n - 1)
    assert direct(store).texts.with_word("text", 9) == [n]
