"""Generations made anew, read back and rewritten; with a folder they are what they are without."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palate.workspace import generation as generation_module
from palate.workspace.cache import CacheFolder, Manifest
from palate.workspace.fitting import RawTexts
from palate.workspace.generation import Built, Generation, Source, build, read, rewritten
from palate.workspace.segment import joined, make_segment
from palate.workspace.space import Space
from workspace.made_texts import cut, fitted, made_texts, part_of
from workspace.test_segment import listed


def source_of(parts: list[RawTexts]) -> Source:
    def source() -> Iterator[RawTexts]:
        yield from parts

    return source


def same_space(one: Space, other: Space) -> None:
    before, after = one.arrays(), other.arrays()
    assert before.keys() == after.keys()
    for name, array in before.items():
        assert array.dtype == after[name].dtype, name
        assert array.shape == after[name].shape, name
        assert array.tobytes() == after[name].tobytes(), name


def published(folder: CacheFolder, built: Built, **more: Any) -> tuple[str, Manifest]:
    assert built.fit_file is not None
    manifest = Manifest("store", "encoder", 4, 99, built.texts, built.fit_file, built.files, 0)
    manifest = replace(manifest, **more)
    return folder.publish(manifest), manifest


@pytest.fixture
def folder(tmp_path: Path) -> CacheFolder:
    return CacheFolder(tmp_path / "cache")


@settings(max_examples=15)
@given(
    seed=st.integers(0, 999),
    n=st.integers(1, 60),
    cuts=st.lists(st.integers(0, 60), max_size=4),
    later=st.integers(0, 20),
    a_file=st.sampled_from([1, 13, 131_072]),
    spooled=st.booleans(),
    precision=st.sampled_from([np.float16, np.float32]),
)
def test_a_folder_changes_nothing_but_where_it_lies(
    tmp_path_factory: Any,
    seed: int,
    n: int,
    cuts: list[int],
    later: int,
    a_file: int,
    spooled: bool,
    precision: type,
) -> None:
    """The fit is of the texts up to its row, segments are of all; whether texts wait on the disk or not."""
    texts = made_texts(seed, n, precision=precision)
    total = max(1, n - later)
    fit_row = int(texts.rows[total - 1])
    source, told = source_of(cut(texts, cuts)), list[tuple[int, int]]()
    folder = CacheFolder(tmp_path_factory.mktemp("cache"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generation_module, "SEGMENT_TEXTS", a_file)
        patch.setattr(generation_module, "IN_MEMORY_TEXTS", 0 if spooled else 50_000)
        plain = build(source, total, 6, fit_row, None)
        built = build(source, total, 6, fit_row, folder, lambda *done: told.append(done))
        again = build(source, total, 6, fit_row, folder)
    same_space(plain.space, built.space)
    assert plain.texts == built.texts == total
    assert (plain.fit_file, plain.files) == (None, ())
    assert (again.fit_file, again.files) == (built.fit_file, built.files)  # of equal texts, equal bytes
    assert [len(each) for each in plain.segments] == [len(each) for each in built.segments]
    assert max(map(len, plain.segments)) <= max(a_file, *map(len, cut(texts, cuts)), 0)
    assert listed(joined(plain.segments)) == listed(joined(built.segments))
    assert joined(built.segments).rows.tolist() == texts.rows.tolist()
    alone = joined([make_segment(plain.space, part) for part in cut(texts, cuts)])
    for text, expected in zip(listed(joined(built.segments)), listed(alone), strict=True):
        assert {**text, "lengths": 0} == {
            **expected,
            "lengths": 0,
        }  # those are rounded before they are scaled
    assert {path.name for path in folder.path.iterdir()} - {"checked.json"} == {
        file.name for file in built.files if file
    } | {built.fit_file.name if built.fit_file else ""}
    assert told[-1] == (2 * total, 2 * total)
    assert told == sorted(told)
    at_once = fitted([part_of(texts, range(total))]).arrays()
    for name, array in built.space.arrays().items():
        tolerance = 1e-6 if precision is np.float16 else 2e-3  # features are of the stored vectors
        np.testing.assert_allclose(array, at_once[name], atol=tolerance, rtol=1e-6, err_msg=name)


@pytest.mark.parametrize("step", range(6))
def test_progress_that_raises_ends_the_build_and_leaves_no_spool(
    folder: CacheFolder, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    monkeypatch.setattr(generation_module, "IN_MEMORY_TEXTS", 0)
    texts, calls = made_texts(1, 30), list[int]()

    def progress(*_: int) -> None:
        calls.append(1)
        if len(calls) > step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(source_of(cut(texts, [10, 20])), 30, 6, 10_000, folder, progress)
    assert len(calls) == step + 1
    assert not [path for path in folder.path.iterdir() if not path.name.endswith(("safetensors", "json"))]


def test_a_source_that_is_spooled_is_asked_once(folder: CacheFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generation_module, "IN_MEMORY_TEXTS", 0)
    texts, asked = made_texts(1, 30), list[int]()

    def source() -> Iterator[RawTexts]:
        asked.append(1)
        yield from cut(texts, [10])

    build(source, 30, 6, 10_000, folder)
    assert asked == [1]


def test_what_was_published_is_read(folder: CacheFolder) -> None:
    texts = made_texts(2, 40)
    built = build(source_of([texts]), 40, 6, 10_000, folder)
    digest, manifest = published(folder, built, fit_row=int(texts.rows[-1]))
    found = read(folder, digest, "store", "encoder")
    assert isinstance(found, Generation)
    assert found.manifest == manifest
    assert (found.generation_id, found.fit_row, found.fit_texts) == (4, texts.rows[-1], 40)
    assert (found.last_row, found.texts) == (texts.rows[-1], 40)
    same_space(found.space, built.space)
    assert listed(joined(found.segments)) == listed(joined(built.segments))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("no manifest", "is cut short, damaged or of another version"),
        ("another store", "is cut short, damaged or of another version"),
        ("another encoder", "is cut short, damaged or of another version"),
        ("damaged fit", "is damaged"),
        ("damaged segment", "is damaged"),
        ("no segment", "is damaged"),
    ],
)
def test_of_what_is_not_whole_the_reason_is_told(folder: CacheFolder, change: str, message: str) -> None:
    built = build(source_of([made_texts(2, 20)]), 20, 6, 10_000, folder)
    digest, manifest = published(folder, built)
    store, encoder = "store", "encoder"
    fit, segment = folder.path / manifest.fit.name, folder.path / manifest.segments[0].name
    if change == "no manifest":
        digest = "0" * 64
    elif change == "another store":
        store = "other"
    elif change == "another encoder":
        encoder = "other"
    elif change == "no segment":
        segment.unlink()
    else:
        path = fit if change == "damaged fit" else segment
        path.write_bytes(path.read_bytes()[:-1] + b"\7")
    assert read(folder, digest, store, encoder) == message


def test_a_folder_that_is_not_there_is_nothing_wrong(tmp_path: Path) -> None:
    assert read(CacheFolder(tmp_path / "elsewhere"), "0" * 64, "store", "encoder") == ""


def test_rewriting_writes_only_the_segments_that_are_new(folder: CacheFolder) -> None:
    texts, tail = made_texts(3, 30), made_texts(4, 8, first_row=500)
    built = build(source_of([texts]), 30, 6, 10_000, folder)
    digest, manifest = published(folder, built)
    generation = Generation(built.space, built.segments, 4, 99, 30, manifest)
    added = make_segment(built.space, tail)
    before = {path.name: path.stat().st_mtime_ns for path in folder.path.iterdir()}
    made = rewritten(generation, [*built.segments, added], 17, folder)
    assert made.manifest == replace(
        manifest, segments=made.manifest.segments if made.manifest else (), removal=17
    )
    assert made.manifest is not None
    assert made.manifest.segments[:-1] == manifest.segments
    after = {path.name: path.stat().st_mtime_ns for path in folder.path.iterdir()}
    assert before.items() <= after.items()
    assert after.keys() - before.keys() - {"checked.json"} == {made.manifest.segments[-1].name}
    assert made.segments[0] is built.segments[0]
    assert listed(made.segments[-1]) == listed(added)
    assert not made.segments[-1].arrays["vectors"].flags.owndata
    found = read(folder, folder.publish(made.manifest), "store", "encoder")
    assert isinstance(found, Generation)
    assert listed(joined(found.segments)) == listed(joined([*built.segments, added]))
    assert (found.texts, found.last_row) == (38, tail.rows[-1])
    assert isinstance(read(folder, digest, "store", "encoder"), Generation)


def test_a_generation_of_no_text_has_no_row() -> None:
    assert Generation(fitted([]), (), 1, 0, 0).last_row == 0
    assert Generation(fitted([]), (), 1, 0, 0).texts == 0


def test_a_folder_that_cannot_be_written_is_an_oserror(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("mine")
    with pytest.raises(OSError, match="cache"):
        build(source_of([made_texts(1, 9)]), 9, 6, 10_000, CacheFolder(tmp_path / "cache"))
    assert (tmp_path / "cache").read_text() == "mine"
