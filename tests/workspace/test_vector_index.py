"""The index of a store's vectors: when it is used, how it follows the store, and what may be believed."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("faiss")

from palate.errors import CacheNotice
from palate.index import rescored
from palate.library import Library
from palate.workspace import vector_index
from palate.workspace.cache import INDEX_RECORD
from palate.workspace.exact_corpus import ExactCorpus
from palate.workspace.index_file import IndexRecord

N = 240


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """An index is used from 100 texts, and lists are read although few texts are there."""
    monkeypatch.setattr(vector_index, "INDEXED_TEXTS", 100)
    monkeypatch.setattr(vector_index, "UNCODED_TEXTS", 10)
    monkeypatch.setattr(rescored, "EXACT_TEXTS", 5)


def made_texts(first: int = 0, n: int = N) -> list[dict[str, str]]:
    rng = np.random.default_rng(first)
    words = [f"word{number}" for number in range(60)]
    return [
        {"id": f"t{first + number}", "title": " ".join(rng.choice(words, 8)), "source": f"s{number % 3}"}
        for number in range(n)
    ]


@pytest.fixture
def library(path: Path, words: Any) -> Iterator[Library]:
    with Library(path, encoder="words") as library:
        library.add(made_texts())
        yield library


def folder(library: Library) -> Path:
    return Path(f"{library.path}.cache")


def record(library: Library) -> IndexRecord:
    return IndexRecord.from_bytes((folder(library) / INDEX_RECORD).read_bytes())


def is_coded(library: Library) -> bool:
    return library.index_info(sampled=1).kind == "ivf"


def check_nearest(library: Library, min_share: float = 0.9) -> None:
    """What is found is nearly what an exact search finds, and all of it is there."""
    corpus = library.corpus()
    index, exact, shares = library.workspace.nearest(corpus), ExactCorpus(corpus), []
    for query in corpus.vectors(np.arange(0, len(corpus), 9)):
        found, cosines = index.nearest(query, 8)
        assert len(found) == 8
        assert not corpus.removed[found].any()
        np.testing.assert_allclose(cosines, corpus.vectors(found) @ query, atol=1e-3)
        shares.append(len(np.intersect1d(found, exact.nearest(query, 8)[0])) / 8)
    assert np.mean(shares) >= min_share


def test_adding_many_texts_builds_it_and_it_is_used(library: Library) -> None:
    assert is_coded(library)
    assert record(library).texts == N
    assert (folder(library) / record(library).file.name).exists()
    check_nearest(library)


def test_another_process_maps_the_same_file(library: Library) -> None:
    before = record(library)
    with Library(library.path) as other:
        assert is_coded(other)
        check_nearest(other)
    assert record(library) == before


@pytest.mark.parametrize("missing", ["texts", "faiss"])
def test_below_its_size_or_without_faiss_search_is_exact(
    missing: str, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    if missing == "texts":
        monkeypatch.setattr(vector_index, "INDEXED_TEXTS", N + 1)
    else:
        monkeypatch.setattr(vector_index, "has_faiss", lambda: False)
    info = library.index_info(sampled=5)
    assert (info.kind, info.indexed, info.found_share) == ("exact", 0, 1.0)
    check_nearest(library, 1.0)


def test_new_texts_are_found_at_once_and_taken_in_when_there_are_some(library: Library) -> None:
    library.add(made_texts(1000, 5))
    assert record(library).texts == N
    check_nearest(library)
    assert library.nearest(library.text("t1003").content, limit=1)[0].text.id == "t1003"
    library.add(made_texts(2000, 30))
    assert record(library).texts == len(library.corpus())
    check_nearest(library)


def test_a_removed_text_is_never_found_and_gone_from_the_file(library: Library) -> None:
    """With others removed that were added after the index was made."""
    library.add(made_texts(1000, 5))
    gone = ["t3", "t77", "t78", "t1001"]
    contents = [library.text(text_id).content for text_id in gone]
    rows = [library.row_of(text_id) for text_id in gone]
    before = record(library)
    library.remove(gone)
    assert not (folder(library) / before.file.name).exists()
    data = (folder(library) / record(library).file.name).read_bytes()
    codes = library.workspace.index.coded(library.corpus(), library.encoder.fingerprint)
    assert codes is not None
    assert not set(rows) & set(np.concatenate([ids for _, ids, _ in codes.codes._entries()]).tolist())
    assert len(data) == record(library).file.size
    for content in contents:
        assert not {found.text.id for found in library.nearest(content, limit=20)} & set(gone)
    check_nearest(library)


def test_what_another_process_removes_during_a_build_is_gone_from_the_file(library: Library) -> None:
    row = library.row_of("t7")
    (folder(library) / INDEX_RECORD).unlink()
    with Library(library.path) as building, Library(library.path) as removing:
        left = ["t7"]

        def remove(*_: object) -> None:
            if left:
                removing.remove([left.pop()])

        building.build_index(remove)
        codes = building.workspace.index.coded(building.corpus(), building.encoder.fingerprint)
        assert codes is not None
        assert row not in np.concatenate([ids for _, ids, _ in codes.codes._entries()]).tolist()
        assert record(building).texts == N - 1
        check_nearest(building)


def test_removing_without_faiss_deletes_the_file(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    file = folder(library) / record(library).file.name
    monkeypatch.setattr(vector_index, "has_faiss", lambda: False)
    library.remove(["t3"])
    assert not file.exists()
    assert not (folder(library) / INDEX_RECORD).exists()


def test_it_stays_true_when_a_new_generation_is_fitted(library: Library) -> None:
    library.add(made_texts(3000, 200))
    assert is_coded(library)
    check_nearest(library)


@pytest.mark.parametrize("harm", ["cut", "turned", "gone", "record", "version", "faiss", "store", "texts"])
def test_what_cannot_be_believed_is_made_anew_with_a_notice(library: Library, harm: str) -> None:
    """Until then search is exact."""
    old = record(library)
    file, path = folder(library) / old.file.name, folder(library) / INDEX_RECORD
    data = file.read_bytes()
    fields = json.loads(path.read_bytes())
    fields.pop("sha256")
    if harm == "cut":
        file.write_bytes(data[:-100])
    elif harm == "turned":
        file.write_bytes(data[:5000] + bytes([data[5000] ^ 1]) + data[5001:])
    elif harm == "gone":
        file.unlink()
    elif harm == "record":
        path.write_bytes(path.read_bytes().replace(b'"trained": 2', b'"trained": 3'))
    else:
        changes: dict[str, dict[str, Any]] = {
            "version": {"version": 0},
            "faiss": {"faiss": "99.0.0"},
            "store": {"store": "another"},
            "texts": {"checks": dict.fromkeys(fields["checks"], "0" * 16)},
        }
        made = IndexRecord(**{**fields, **changes[harm], "file": old.file})
        path.write_bytes(made.to_bytes())
    with Library(library.path) as other:
        with pytest.warns(CacheNotice, match="index of vectors"):
            check_nearest(other, 1.0)
        other.workspace.index_background.wait()
        other.build_index()
        assert is_coded(other)
        check_nearest(other)


def test_a_full_disk_leaves_an_index_in_memory_and_says_so(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    (folder(library) / INDEX_RECORD).unlink()
    with Library(library.path) as other:
        monkeypatch.setattr(vector_index, "_save", full)
        with pytest.warns(CacheNotice, match="No space left"):
            other.build_index()
        assert is_coded(other)
        check_nearest(other)
        assert not (folder(library) / INDEX_RECORD).exists()
        assert not list(folder(library).glob("partial-*"))


def test_a_build_that_is_stopped_leaves_the_one_before(library: Library) -> None:
    before = record(library)
    (folder(library) / INDEX_RECORD).rename(folder(library) / "aside")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with Library(library.path) as other:
        with pytest.raises(KeyboardInterrupt):
            other.build_index(stop)
        assert not is_coded(other)
    (folder(library) / "aside").rename(folder(library) / INDEX_RECORD)
    with Library(library.path) as other:
        assert is_coded(other)
        assert record(other) == before


def test_the_second_search_of_a_process_begins_it_in_the_background(library: Library) -> None:
    (folder(library) / INDEX_RECORD).unlink()
    with Library(library.path) as other:
        other.nearest("word1 word2")
        other.workspace.index_background.wait()
        assert not (folder(library) / INDEX_RECORD).exists()
        other.nearest("word1 word2")
        other.workspace.index_background.wait()
        assert is_coded(other)


def test_a_kill_while_it_is_written_leaves_a_store_that_opens(path: Path, static: Any) -> None:
    with Library(path) as library:
        library.add(made_texts())
    program = f"""
import os
from palate.workspace import vector_index
from palate.library import Library
vector_index.INDEXED_TEXTS = 100
saved = vector_index._save
vector_index._save = lambda codes, path: (saved(codes, path), os._exit(9))
with Library({str(path)!r}) as library:
    library.build_index()
"""
    (folder(library) / INDEX_RECORD).unlink()
    environment = {"PYTHONPATH": ":".join(path for path in sys.path if path)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True)
    assert done.returncode == 9, done.stderr
    with Library(library.path) as other:
        assert not is_coded(other)
        other.build_index()
        check_nearest(other)


def test_an_index_of_another_encoder_is_not_used(library: Library, wider: Any) -> None:
    library.use_encoder("wider")
    assert not is_coded(library)
    check_nearest(library, 1.0)
    library.build_index()
    assert is_coded(library)
    check_nearest(library)


def test_cleaning_the_cache_keeps_the_index_and_drops_what_nothing_names(library: Library) -> None:
    import os

    file, orphan = folder(library) / record(library).file.name, folder(library) / "orphan.faiss"
    orphan.write_bytes(b"x")
    for path in (file, orphan, folder(library) / INDEX_RECORD):
        os.utime(path, (1, 1))
    library.add(made_texts(3000, 200))
    assert is_coded(library)
    assert not orphan.exists()


def test_a_store_in_memory_has_its_index_in_memory(words: Any) -> None:
    with Library(":memory:", encoder="words") as library:
        library.add(made_texts())
        assert is_coded(library)
        check_nearest(library)
        library.remove(["t5"])
        check_nearest(library)
