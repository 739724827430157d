"""Encoders of a store beside each other, and the one in use."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from direct import direct
from older import make_older
from palate.errors import UnknownName
from palate.feature.terms import hash_terms
from palate.store.crowd import StoredCrowd
from palate.store.sqlite import SqliteStore
from palate.store.texts import PreparedText
from palate.store.transfer import export_store, import_store
from palate.text import Text

TEXTS = [Text.of(content, id=str(n)) for n, content in enumerate(["one cat", "two cats", "three"])]


def encoder(name: str, dims: int = 2) -> Any:
    return SimpleNamespace(name=name, fingerprint=f"{name}:{dims}", dims=dims)


@pytest.fixture
def store() -> SqliteStore:
    store = SqliteStore(":memory:")
    terms = hash_terms([text.content for text in TEXTS]).to_bytes()
    batch = [PreparedText(text, *words, b"", None) for text, words in zip(TEXTS, terms, strict=True)]
    direct(store).texts.add(batch, 1)
    return store


@pytest.fixture
def give(store: SqliteStore) -> Callable[[Any, int], int]:
    """Vectors of an encoder for the first n texts; returns its number."""

    def give(encoder: Any, n: int) -> int:
        number = direct(store).encoders.register(encoder)
        direct(store).vectors.put(number, range(1, n + 1), np.ones((n, encoder.dims)))
        return number

    return give


def test_an_encoder_has_one_number_whatever_it_is_called(store: SqliteStore) -> None:
    first = direct(store).encoders.register(encoder("a"), "sbert:here")
    assert direct(store).encoders.register(encoder("a"), "sbert:there") == first
    assert direct(store).encoders.register(encoder("a", 3)) != first


def test_a_store_without_an_encoder_says_so(store: SqliteStore) -> None:
    assert direct(store).state()[:6] == (3, 0, None, None, None, None)
    assert direct(SqliteStore(":memory:")).state()[:6] == (0, 0, None, None, None, None)
    assert direct(store).encoders.all() == []


def test_an_encoder_is_used_once_every_text_has_its_vector(
    store: SqliteStore, give: Callable[[Any, int], int]
) -> None:
    number = give(encoder("a"), 2)
    assert not direct(store).encoders.use(number, "sbert:a")
    assert direct(store).state().encoder_fingerprint is None
    give(encoder("a"), 3)
    assert direct(store).encoders.use(number, "sbert:a")
    assert direct(store).state()[2:6] == ("sbert:a", "a:2", 2, 1)
    other = give(encoder("b", 5), 3)
    assert direct(store).encoders.use(other, "b")
    assert direct(store).state()[2:6] == ("b", "b:5", 5, 2)
    assert direct(store).encoders.find("a:2").name == "sbert:a"


def test_the_list_has_those_with_vectors_or_in_use_oldest_first(
    store: SqliteStore, give: Callable[[Any, int], int]
) -> None:
    before = datetime.now(UTC)
    used = give(encoder("a"), 3)
    direct(store).encoders.use(used, "a")
    give(encoder("b"), 2)
    direct(store).encoders.register(encoder("met, and no more"))
    direct(store).encoders.put_figures(used, {"gain": 0.1})
    direct(store).encoders.put_figures(used, {"gain": 0.7})
    rows = direct(store).encoders.all()
    assert [(row.name, row.texts, row.in_use, row.figures) for row in rows] == [
        ("a", 3, True, {"gain": 0.1}),
        ("b", 2, False, {}),
    ]
    assert all(row.made_at is not None and before <= row.made_at <= datetime.now(UTC) for row in rows)


def test_what_is_removed_is_gone_and_the_one_in_use_stays(
    store: SqliteStore, give: Callable[[Any, int], int]
) -> None:
    """The number of a removed encoder is not given again, so that who still writes under it writes what it
    says.
    """
    used, other = give(encoder("a"), 3), give(encoder("b"), 3)
    direct(store).encoders.use(used, "a")
    direct(store).crowd.put(StoredCrowd(0, other, 5, b""), n_entries=0)
    assert not direct(store).encoders.remove(used)
    assert direct(store).encoders.remove(other)
    assert direct(store).crowd.get() is None
    assert [row.name for row in direct(store).encoders.all()] == ["a"]
    assert direct(store).vectors.get(other, [1, 2, 3]) == {}
    assert len(direct(store).vectors.get(used, [1, 2, 3])) == 3
    assert direct(store).encoders.register(encoder("c")) not in (used, other)
    assert direct(store).encoders.register(encoder("b")) == other


def test_an_encoder_is_found_by_name_or_fingerprint(
    store: SqliteStore, give: Callable[[Any, int], int]
) -> None:
    for number in (give(encoder("a"), 3), give(encoder("a", 4), 3)):
        direct(store).encoders.use(number, "sbert:a")
    give(encoder("b"), 3)
    assert (
        direct(store).encoders.find("b").fingerprint
        == direct(store).encoders.find("b:2").fingerprint
        == "b:2"
    )
    with pytest.raises(UnknownName, match=r"2 encoders have been called 'sbert:a'.*: a:2, a:4"):
        direct(store).encoders.find("sbert:a")
    with pytest.raises(UnknownName, match=r"no vectors of 'c', only of: sbert:a, sbert:a, b"):
        direct(store).encoders.find("c")


def test_what_is_known_of_encoders_is_exported_and_imported(
    store: SqliteStore, give: Callable[[Any, int], int], tmp_path: Path
) -> None:
    direct(store).encoders.put_figures(give(encoder("a"), 3), {"gain": 0.25})
    with (tmp_path / "export.jsonl").open("w") as out:
        export_store(store, out)
    back = SqliteStore(":memory:")
    with (tmp_path / "export.jsonl").open() as file:
        import_store(back, file)
    assert direct(back).encoders.all() == direct(store).encoders.all()
    lines = [json.loads(line) for line in (tmp_path / "export.jsonl").read_text().splitlines()]
    (row,) = [line for line in lines if line.get("table") == "encoder"]
    assert row["figures"] == {"gain": 0.25}


def test_an_encoder_of_an_older_store_has_no_date(path: Path) -> None:
    make_older(
        path,
        "0003",
        "insert into encoder values (7, 'a:2', 'a', 2)",
        "insert into setting values ('encoder', 'a'), ('encoder_fingerprint', 'a:2')",
    )
    (row,) = direct(SqliteStore(path)).encoders.all()
    assert (row.encoder_id, row.name, row.in_use, row.made_at, row.figures) == (7, "a", True, None, {})
