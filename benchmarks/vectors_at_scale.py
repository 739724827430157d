"""Nearest of 10,000,000 or 100,000,000 vectors on one machine: recall, time and memory. Can be stopped and
started again at any moment: what a block needs is written when the manifest names it, and goes on from there.

A folder holds the int8 rows (d + 4 bytes a vector), codes and ids in lists (d / 4 + 28), twice while they
are merged, and the exact truth of 100 queries, found while the blocks stream by. Searching is a process of
its own, so that its memory is what a reader of the index pays. `--stop-after` ends a build by force after so
many blocks, to try what a kill does.
"""

import argparse
import json
import math
import mmap
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lists_on_disk import Assignment, add, centres_by_levels, empty_index, merge, opened, turned
from made_vectors import BLOCK, DESCRIPTION, MadeVectors, made_vectors, query_vectors
from palate.index.exact import best_of
from palate.index.faiss_calls import faiss_module
from palate.index.ivf import IvfIndex
from palate.parts import Matrix, Rows, Vector
from palate.threads import use_one_blas_thread
from report import emit

SEED, QUERIES, FOUND = 0, 100, 10
SAMPLED_A_LIST = 25
LEVELS = 127
AT_ONCE = 32_768
CANDIDATES = (200, 400)
PROBED = (64, 128, 256, 512, 1024)
SPARE_BYTES = 2 << 30  # left free on the disk


def anonymous_and_mapped_mb() -> tuple[int, int]:
    """Returns the memory of this process that no file stands behind, and its resident pages of files.

    Pages of a file that one process alone maps count as private to the kernel, so "private" will not do."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()[1:]
    kb = {name: int(value.split()[0]) for name, value in (line.split(":") for line in lines)}
    return kb["Anonymous"] // 1024, (kb["Rss"] - kb["Anonymous"]) // 1024


def resident_share(paths: Sequence[Path]) -> float:
    """Returns the share of some files that lies in the page cache, by util-linux' fincore."""
    command = ["fincore", "--bytes", "--noheadings", "--output", "RES", *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return round(sum(map(int, done.stdout.split())) / sum(path.stat().st_size for path in paths), 4)


def lists_of(n: int) -> int:
    """Returns how many lists: the power of two near four times the root.

    >>> lists_of(1_000_000), lists_of(10_000_000), lists_of(100_000_000)
    (4096, 16384, 32768)
    """
    return 1 << round(math.log2(4 * math.sqrt(n)))


def clock() -> tuple[float, float]:
    """Returns seconds by the clock and of processor time: the machine may do other things as well."""
    return perf_counter(), process_time()


class Build:
    """The files of one index that is being built, and what of it is done."""

    def __init__(self, folder: Path, n: int) -> None:
        self.folder, self.n = folder, n
        self.blocks = -(-n // BLOCK)
        self._manifest = folder / "manifest.json"
        self.state: dict[str, Any] = {"n": n, "seed": SEED, "done": [], "seconds": {}, "merged": False}
        if self._manifest.exists():
            self.state = json.loads(self._manifest.read_text())
        if self.state["n"] != n:
            raise SystemExit(f"{folder} holds {self.state['n']} vectors, not {n}: name another folder")

    def record(self, step: str, begun: tuple[float, float], **changed: Any) -> None:
        """Writes what is done now; it is in use from then on. begun: when the step was, by `clock`."""
        times = self.state["seconds"]
        for name, now, before in zip((step, f"{step}, processor"), clock(), begun, strict=True):
            times[name] = round(times.get(name, 0) + now - before, 1)
        peak = max(self.state.get("peak_mb", 0), anonymous_and_mapped_mb()[0])
        self.state |= {**changed, "peak_mb": peak}
        partial = self._manifest.with_suffix(".partial")
        with partial.open("w") as file:
            json.dump(self.state, file)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(self._manifest)

    def shard(self, block: int) -> Path:
        return self.folder / f"codes-{block:05}.faiss"

    def truth(self, block: int) -> Path:
        return self.folder / f"truth-{block:05}.npz"

    @property
    def rows(self) -> NDArray[np.int8]:
        return np.memmap(self.folder / "rows.i8", np.int8, "r+", shape=(self.n, self.dims))

    @property
    def quanta(self) -> NDArray[np.float32]:
        return np.memmap(self.folder / "quanta.f32", np.float32, "r+", shape=(self.n,))

    @property
    def dims(self) -> int:
        return int(self.state["dims"])


def room_for(build: Build, dims: int) -> None:
    """Ends the benchmark where the disk has no room for what is still to be written."""
    left = 1 - len(build.state["done"]) / build.blocks
    needed = int(build.n * (left * (dims + 4 + dims // 4 + 28) + (dims // 4 + 28)))
    free = shutil.disk_usage(build.folder).free
    if not build.state["merged"] and free < needed + SPARE_BYTES:
        raise SystemExit(
            f"{build.n} vectors need {needed / 1e9:.1f} GB and 2 to spare; {build.folder} has "
            f"{free / 1e9:.1f} GB free: name a folder on a larger disk with --folder"
        )


def prepare(build: Build, made: MadeVectors) -> Any:
    """Returns the trained index without vectors, learned when it is first asked for."""
    path, faiss = build.folder / "empty.faiss", faiss_module()
    if path.exists():
        return faiss.read_index(str(path))
    begun, lists = clock(), lists_of(build.n)
    wanted = min(SAMPLED_A_LIST * lists, build.n // 2)
    rotation = empty_index(np.eye(lists_of(1), made.dims, dtype=np.float32), SEED)
    sample = np.empty((wanted, made.dims), np.float32)
    for number, begin in enumerate(range(0, wanted, AT_ONCE)):
        size = min(AT_ONCE, wanted - begin)
        block = (number * build.blocks) // (-(-wanted // AT_ONCE))
        sample[begin : begin + size] = turned(rotation, made.part(block, 0, size))
    index = empty_index(centres_by_levels(sample, lists, SEED), SEED)
    for name, size in (("rows.i8", build.n * made.dims), ("quanta.f32", build.n * 4)):
        with (build.folder / name).open("wb") as file:
            file.truncate(size)
    faiss.write_index(index, str(path.with_suffix(".partial")))
    path.with_suffix(".partial").rename(path)
    build.record("learn lists", begun, dims=made.dims, lists=lists)
    return index


def build_blocks(build: Build, made: MadeVectors, stop_after: int | None) -> None:
    empty = prepare(build, made)
    left = [block for block in range(build.blocks) if block not in set(build.state["done"])]
    if not left:
        return
    faiss = faiss_module()
    centres = faiss.extract_index_ivf(empty).quantizer.reconstruct_n(0, build.state["lists"])
    assignment, queries = Assignment(centres), query_vectors(QUERIES)
    for number, block in enumerate(left):
        begun = clock()
        add_block(build, made, block, faiss.clone_index(empty), assignment, queries)
        build.record("blocks", begun, done=[*build.state["done"], block])
        print(f"block {block + 1} of {build.blocks}: {perf_counter() - begun[0]:.1f} s", file=sys.stderr)
        if stop_after is not None and number + 1 >= stop_after:
            os.kill(os.getpid(), 9)


def add_block(
    build: Build, made: MadeVectors, block: int, index: Any, assignment: Assignment, queries: Matrix
) -> None:
    """Writes rows, codes and truth of one block."""
    best_ids: Rows = np.zeros((len(queries), 0), np.int64)
    best_cosines: Matrix = np.zeros((len(queries), 0), np.float32)
    rows, quanta = build.rows, build.quanta
    end = min(BLOCK, build.n - block * BLOCK)
    for begin in range(0, end, AT_ONCE):
        vectors = made.part(block, begin, min(AT_ONCE, end - begin))
        first = block * BLOCK + begin
        ids = np.arange(first, first + len(vectors))
        quantum = np.abs(vectors).max(axis=1) / LEVELS
        rows[ids[0] : ids[-1] + 1] = np.rint(vectors / quantum[:, None])
        quanta[ids[0] : ids[-1] + 1] = quantum
        add(index, turned(index, vectors), ids, assignment)
        cosines = queries @ vectors.T
        near = np.argpartition(-cosines, FOUND - 1, axis=1)[:, :FOUND]
        best_ids, best_cosines = _merged(
            np.hstack([best_ids, near + first]),
            np.hstack([best_cosines, np.take_along_axis(cosines, near, axis=1)]),
        )
    np.savez(build.truth(block), ids=best_ids, cosines=best_cosines)
    faiss_module().write_index(index, str(build.shard(block)))
    for file in (build.shard(block), build.truth(block)):
        _flush(file)
    rows.flush()  # type: ignore[attr-defined]
    quanta.flush()  # type: ignore[attr-defined]


def finish(build: Build) -> None:
    """Merges the lists of all blocks, then deletes those."""
    if build.state["merged"]:
        return
    begun = clock()
    lists_file = build.folder / "lists.ivfdata"
    lists_file.unlink(missing_ok=True)  # of a merge that was stopped
    empty = faiss_module().read_index(str(build.folder / "empty.faiss"))
    merge(empty, [build.shard(block) for block in range(build.blocks)], lists_file,
          build.folder / "index.faiss")  # fmt: skip
    found = [np.load(build.truth(block)) for block in range(build.blocks)]
    ids, _ = _merged(
        np.hstack([each["ids"] for each in found]), np.hstack([each["cosines"] for each in found])
    )
    np.save(build.folder / "truth.npy", ids)
    build.record("merge", begun, merged=True)
    for block in range(build.blocks):
        build.shard(block).unlink(missing_ok=True)


def _merged(ids: Rows, cosines: Matrix) -> tuple[Rows, Matrix]:
    order = np.argsort(-cosines, axis=1, kind="stable")[:, :FOUND]
    return np.take_along_axis(ids, order, axis=1), np.take_along_axis(cosines, order, axis=1)


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def read_at_random(path: Path, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Returns what a file holds, mapped so that the page of a row is read without the 30 beside it."""
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    mapped.madvise(mmap.MADV_RANDOM)
    return np.frombuffer(mapped, dtype)


class Searcher:
    """Finds the nearest: candidates by their codes, compared by their int8 rows."""

    def __init__(self, build: Build) -> None:
        self._codes = IvfIndex(opened(build.folder / "index.faiss"))
        self._rows = read_at_random(build.folder / "rows.i8", np.dtype(np.int8)).reshape(-1, build.dims)
        self._quanta = read_at_random(build.folder / "quanta.f32", np.dtype(np.float32))

    def nearest(self, query: Vector, probes: int, candidates: int) -> Rows:
        found = np.sort(self._codes.search(query, candidates, probes=probes))
        cosines = self._rows[found].astype(np.float32) @ query * self._quanta[found]
        return np.asarray(found[best_of(cosines, FOUND)])


def search(build: Build) -> dict[str, Any]:
    """Returns recall and times, first with nothing in memory."""
    files = [build.folder / name for name in ("index.faiss", "lists.ivfdata", "rows.i8", "quanta.f32")]
    for path in files:
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    in_memory = resident_share(files)
    truth, queries = np.load(build.folder / "truth.npy"), query_vectors(QUERIES)
    begun = perf_counter()
    searcher = Searcher(build)
    figures: dict[str, Any] = {"open_s": round(perf_counter() - begun, 2)}
    probes = [probed for probed in PROBED if probed <= build.state["lists"] // 8]
    usual = probes[-2:][0]
    cold = measured(searcher, queries, truth, usual, CANDIDATES[0])
    figures["cold"] = {"probes": usual, "of_files_in_memory_before": in_memory, **cold}
    figures["warm"] = {
        f"{probed} lists, {candidates} candidates": measured(searcher, queries, truth, probed, candidates)
        for probed in probes
        for candidates in CANDIDATES
    }
    anonymous, mapped = anonymous_and_mapped_mb()
    return figures | {"anonymous_mb": anonymous, "mapped_resident_mb": mapped}


def measured(
    searcher: Searcher, queries: Matrix, truth: Rows, probes: int, candidates: int
) -> dict[str, float]:
    shares, durations, processor = [], [], []
    for query, true in zip(queries, truth, strict=True):
        begun = clock()
        found = searcher.nearest(query, probes, candidates)
        took, used = (1000 * (now - before) for now, before in zip(clock(), begun, strict=True))
        durations.append(took)
        processor.append(used)
        shares.append(len(np.intersect1d(found, true)) / FOUND)
    return {
        "recall": round(float(np.mean(shares)), 3),
        "median_ms": round(median(durations), 1),
        "median_processor_ms": round(median(processor), 1),
        "p95_ms": round(float(np.quantile(durations, 0.95)), 1),
        "first_ms": round(durations[0], 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--stop-after", type=int, metavar="BLOCKS")
    parser.add_argument("--search", action="store_true", help="only search what was built")
    options = parser.parse_args()
    use_one_blas_thread()
    options.folder.mkdir(parents=True, exist_ok=True)
    build = Build(options.folder, options.n)
    if options.search:
        print(json.dumps(search(build)))
        return
    made = made_vectors(options.folder, SEED)
    room_for(build, made.dims)
    build_blocks(build, made, options.stop_after)
    finish(build)
    done = subprocess.run([sys.executable, *sys.argv, "--search"], capture_output=True, text=True, check=True)
    sizes = {path.name: path.stat().st_size for path in options.folder.iterdir()}
    figures = {
        "vectors": build.n,
        "lists": build.state["lists"],
        "build_s": build.state["seconds"],
        "build_anonymous_mb": build.state.get("peak_mb"),  # after each step
        "lists_mb": round(sizes["lists.ivfdata"] / 1e6),
        "rows_mb": round((sizes["rows.i8"] + sizes["quanta.f32"]) / 1e6),
        **json.loads(done.stdout.splitlines()[-1]),  # FAISS prints, too
    }
    emit("vectors_at_scale", figures, data=DESCRIPTION, seed=SEED, packages=["faiss-cpu"])


if __name__ == "__main__":
    main()
