"""Generation: a frozen fit with the segments of all texts under it, made anew from a store or read from its
cache.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from palate.features import Terms
from palate.workspace.cache import CacheFile, CacheFolder, Manifest
from palate.workspace.fitting import RawTexts, SpaceFit
from palate.workspace.segment import Segment, joined, make_segment
from palate.workspace.space import Space

SEGMENT_TEXTS = 131_072  # most texts in one file that a fit writes; a part of a source is not divided
IN_MEMORY_TEXTS = 50_000  # up to which the texts need not be spooled between the two passes of a fit

Source = Callable[[], Iterator[RawTexts]]
Progress = Callable[[int, int], None]  # told how many texts are read, of both passes together


@dataclass(frozen=True, eq=False)
class Generation:
    """A space, and the segments of the texts that were there when it was last written.

    generation_id: grows with every fit; equal numbers of one store are equal spaces. fit_row: last row that
    was fitted. fit_texts: how many texts were. manifest: of the cache, None where it lies in memory alone.
    last_removal: newest entry of the removals that the segments go by.
    """

    space: Space
    segments: tuple[Segment, ...]
    generation_id: int
    fit_row: int
    fit_texts: int
    manifest: Manifest | None = None
    last_removal: int = 0

    @property
    def last_row(self) -> int:
        """Row of the newest text in a segment; 0 where there is none."""
        return int(self.segments[-1].rows[-1]) if self.segments else 0

    @property
    def texts(self) -> int:
        """How many texts the segments hold."""
        return sum(len(segment) for segment in self.segments)


class Built(NamedTuple):
    """A space and its segments. fit_file, files: where they lie, None and empty in memory. texts: that were
    fitted.
    """

    space: Space
    segments: tuple[Segment, ...]
    fit_file: CacheFile | None
    files: tuple[CacheFile, ...]
    texts: int


def build(
    source: Source,
    total: int,
    dims: int,
    fit_row: int,
    folder: CacheFolder | None,
    progress: Progress = lambda *_: None,
) -> Built:
    """Fits a space on the texts up to a row, and makes the segments of all.

    source: gives the texts in parts, in order, each time it is asked. total: how many there are up to
    fit_row. folder: where files are written as they are made; None keeps them in memory. Raises OSError where
    a file cannot be written."""
    with ExitStack() as stack:
        source = _spooled(source, total, folder, stack)
        fit, seen = SpaceFit(total, dims), 0
        for texts in source():
            part = _up_to(texts, fit_row)
            fit.observe(part)
            seen += len(part)
            progress(seen, 2 * total)
        space = fit.begin()
        pending: list[Segment] = []
        files: list[CacheFile] = []
        segments: list[Segment] = []

        def finish() -> None:
            if not pending:
                return
            made = joined(pending)
            pending.clear()
            if folder is not None:
                files.append(folder.write(made.with_lists(space).arrays))
                arrays = folder.arrays(files[-1])
                made = made if arrays is None else Segment(arrays)
            segments.append(made)

        done = 0
        for texts in source():
            segment = make_segment(space, texts)
            if sum(map(len, pending)) + len(segment) > SEGMENT_TEXTS:
                finish()
            pending.append(segment)
            n = int(np.searchsorted(segment.rows, fit_row, side="right"))
            if n:
                fit.add(segment.features(space, np.arange(n)))
            done += n
            progress(seen + done, 2 * total)
        finish()
        space = fit.finish()
        fit_file = None
        if folder is not None:
            fit_file = folder.write(space.arrays())
            arrays = folder.arrays(fit_file)
            space = space if arrays is None else Space.from_arrays(arrays)
    return Built(space, tuple(segments), fit_file, tuple(files), seen)


def read(folder: CacheFolder, digest: str, store: str, encoder: str) -> Generation | str:
    """Returns the generation that the store's digest names, or what is wrong with its cache: "" where there
    is none.
    """
    if not folder.path.exists():
        return ""
    manifest = folder.manifest(digest)
    if manifest is None or (manifest.store, manifest.encoder) != (store, encoder):
        return "is cut short, damaged or of another version"
    fit = folder.arrays(manifest.fit)
    segments = [folder.arrays(file) for file in manifest.segments]
    if fit is None or any(arrays is None for arrays in segments):
        return "is damaged"
    return Generation(
        Space.from_arrays(fit),
        tuple(Segment(arrays) for arrays in segments if arrays is not None),
        manifest.generation,
        manifest.fit_row,
        manifest.fit_texts,
        manifest,
        manifest.removal,
    )


def rewritten(
    generation: Generation, segments: Sequence[Segment], last_removal: int, folder: CacheFolder
) -> Generation:
    """Returns the generation with other segments; those that are not yet in its files are written.

    last_removal: newest entry of the removals that the segments go by. Raises OSError where a file cannot be
    written."""
    manifest = generation.manifest
    assert manifest is not None
    known = dict(zip(map(id, generation.segments), manifest.segments, strict=True))
    files, kept = list[CacheFile](), list[Segment]()
    for segment in segments:
        file = known.get(id(segment)) or folder.write(segment.with_lists(generation.space).arrays)
        arrays = None if id(segment) in known else folder.arrays(file)
        files.append(file)
        kept.append(segment if arrays is None else Segment(arrays))
    manifest = replace(manifest, segments=tuple(files), removal=last_removal)
    return replace(generation, segments=tuple(kept), manifest=manifest, last_removal=last_removal)


def _up_to(texts: RawTexts, row: int) -> RawTexts:
    n = int(np.searchsorted(texts.rows, row, side="right"))
    if n == len(texts):
        return texts
    starts = texts.terms.starts[: n + 1]
    terms = Terms(texts.terms.ids[: starts[-1]], texts.terms.counts[: starts[-1]], starts)
    return RawTexts(texts.rows[:n], texts.representatives[:n], texts.vectors[:n], terms, texts.moments[:n])


def _spooled(source: Source, total: int, folder: CacheFolder | None, stack: ExitStack) -> Source:
    """Returns a source whose second pass need not ask the store again."""
    if folder is None or total <= IN_MEMORY_TEXTS:
        parts: list[RawTexts] = []

        def remembered() -> Iterator[RawTexts]:
            if parts:
                yield from parts
                return
            for texts in source():
                parts.append(texts)
                yield texts

        return remembered
    spool = Path(stack.enter_context(folder.spool()))
    written: list[Path] = []

    def spooled() -> Iterator[RawTexts]:
        if written:
            yield from map(_unspool, written)
            return
        for texts in source():
            written.append(spool / f"{len(written):06}.npz")
            _spool(written[-1], texts)
            yield texts

    return spooled


def _spool(path: Path, texts: RawTexts) -> None:
    np.savez(
        path,
        rows=texts.rows,
        representatives=texts.representatives,
        vectors=texts.vectors,
        ids=texts.terms.ids,
        counts=texts.terms.counts,
        starts=texts.terms.starts,
        moments=texts.moments,
    )


def _unspool(path: Path) -> RawTexts:
    with np.load(path) as found:
        terms = Terms(found["ids"], found["counts"], found["starts"])
        return RawTexts(found["rows"], found["representatives"], found["vectors"], terms, found["moments"])
