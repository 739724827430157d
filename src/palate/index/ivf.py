"""IvfIndex: texts in lists of near ones, each vector as a code of 2 bits a dimension, by FAISS."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Self

import numpy as np

from palate.index.centres import TRAINED_A_LIST, Progress, centres_of, lists_of, picked
from palate.index.faiss_calls import faiss_module, threads
from palate.parts import Mask, Matrix, Rows, Vector

BUILD_THREADS = 2
PROBED_SHARE = 5 / 64  # of the lists, those that a search reads
MIN_PROBES = 16
SPREAD_WEIGHT = 0.5  # of a list's spread in the order of lists; 1 is the order of distance
MIN_FILTERED_TEXTS = 4_000  # of those that a filter keeps, that are read at least
LISTS_AT_ONCE = 128  # whose texts that a filter keeps are counted together
ADDED_AT_ONCE = 65_536


class IvfIndex:
    """Finds candidates for the nearest texts without reading all: m ids of which the nearest are likely some.

    Use it from 200,000 texts, under a `RescoredIndex`, which compares the candidates by their whole vectors.
    A search reads 5/64 of the lists, 3 ms for 1,000,000 texts of 256 dims, on one thread; building takes
    40 s on two. It holds 92 bytes a text with 256 dims and the centres of the lists.

    A vector is turned by a random rotation, and what is coded is its difference to the centre of its list:
    plain signs of the shipped encoder's vectors find a fifth less. Vectors of length 0 are left out, as they
    are near to nothing. ids: of the texts, at most once each; unless given, in the order of adding.

    Source: Gao et al., Practical and asymptotically optimal quantization of high-dimensional vectors in
    Euclidean space for approximate nearest neighbor search (SIGMOD 2025), as FAISS's "IVFn,RaBitQ2".
    Raises MissingExtra without faiss.
    """

    def __init__(self, faiss_index: Any) -> None:
        """faiss_index: "RRd,IVFn,RaBitQ2" of FAISS, with L2."""
        faiss = faiss_module()
        self._index, self._codes = faiss_index, faiss.downcast_index(faiss_index.index)
        self.dims, self.lists = int(faiss_index.d), int(self._codes.nlist)
        turned = faiss.downcast_VectorTransform(faiss_index.chain.at(0))
        self._rotation: Matrix = faiss.vector_to_array(turned.A).reshape(self.dims, self.dims)
        self._centres: Matrix = self._codes.quantizer.reconstruct_n(0, self.lists)
        self._squares: Vector = np.einsum("ld,ld->l", self._centres, self._centres)
        self._by_list: tuple[Rows, Rows] | None = None

    def __len__(self) -> int:
        return int(self._codes.ntotal)

    @property
    def nbytes(self) -> int:
        """Bytes of codes, ids and centres; where it was loaded from a file, other processes share them."""
        return len(self) * (int(self._codes.code_size) + 8) + self._centres.nbytes

    @classmethod
    def trained(cls, sample: Matrix, n: int, *, seed: int = 0, progress: Progress = lambda *_: None) -> Self:
        """Returns an index without texts, for n of which the sample is typical.

        sample: (s, d) float32; `TRAINED_A_LIST` for each of the lists are enough. progress: called after each
        pass; what it raises ends the training."""
        faiss = faiss_module()
        dims, lists = sample.shape[1], min(lists_of(n), len(sample))
        index = faiss.index_factory(dims, f"RR{dims},IVF{lists},RaBitQ2", faiss.METRIC_L2)
        faiss.downcast_VectorTransform(index.chain.at(0)).init(seed)
        codes = faiss.downcast_index(index.index)
        with threads(BUILD_THREADS):
            turned = index.chain.at(0).apply(np.ascontiguousarray(sample, np.float32))
            codes.quantizer.add(centres_of(turned, lists, seed, progress))
            codes.train(turned[:1000])
        index.is_trained = True
        return cls(index)

    @classmethod
    def build(
        cls,
        parts: Iterable[Matrix],
        n: int,
        *,
        ids: Rows | None = None,
        seed: int = 0,
        progress: Progress = lambda *_: None,
    ) -> Self:
        """Returns an index of n vectors. ids: (n,) of them; their positions unless given.

        parts: gives (p, d) matrices, n rows in all, and the same each time it is iterated: a list, or an
        object that reads them anew. It is iterated twice. progress: called with how many of 2 n steps are
        done; half of them are the training."""
        count = min(n, TRAINED_A_LIST * lists_of(n))
        drawn = np.sort(np.random.default_rng([seed, n]).choice(n, count, replace=False))
        sample = np.concatenate(list(picked(parts, drawn)))
        index = cls.trained(
            sample, n, seed=seed, progress=lambda done, total: progress(n * done // total, 2 * n)
        )
        begin = 0
        for part in parts:
            end = begin + len(part)
            index.add(part, np.arange(begin, end) if ids is None else ids[begin:end])
            begin = end
            progress(n + begin, 2 * n)
        return index

    def add(self, vectors: Matrix, ids: Rows | None = None) -> None:
        """Adds (p, d) vectors. ids: (p,) of them. Not while another thread searches."""
        ids = np.arange(len(self), len(self) + len(vectors)) if ids is None else ids
        for begin in range(0, len(vectors), ADDED_AT_ONCE):
            part = np.ascontiguousarray(vectors[begin : begin + ADDED_AT_ONCE], dtype=np.float32)
            some = part.any(axis=1)
            with threads(BUILD_THREADS):
                self._index.add_with_ids(
                    np.ascontiguousarray(part[some]),
                    np.ascontiguousarray(ids[begin : begin + ADDED_AT_ONCE][some], dtype=np.int64),
                )
        self._by_list = None

    def search(
        self, vector: Vector, n: int, *, probes: int | None = None, allowed: Mask | None = None
    ) -> Rows:
        """Returns the ids of the n nearest texts by their codes, nearest first; fewer where the lists that
        are read have fewer.

        probes: how many lists are read; None for 5/64 of them. allowed: by id, which texts may be found; ids
        beyond its end may not. With it, lists are read until so large a share of the allowed texts was seen.
        """
        faiss = faiss_module()
        length = float(np.linalg.norm(vector))
        if not length or not len(self):
            return np.zeros(0, np.int64)
        query = (self._rotation @ (vector / length).astype(np.float32))[None]
        params = faiss.IVFRaBitQSearchParameters(qb=4)
        bits = None if allowed is None else np.packbits(allowed, bitorder="little")
        if bits is not None:
            params.sel = faiss.IDSelectorBitmap(bits)
        products = self._centres @ query[0]
        order = self._order(products, probes or max(MIN_PROBES, int(PROBED_SHARE * self.lists)), allowed)
        if not len(order):
            return np.zeros(0, np.int64)
        params.nprobe = len(order)
        distances = (1 + self._squares[order] - 2 * products[order]).astype(np.float32)
        found = np.full(n, -1, np.int64)
        scores = np.empty(n, np.float32)
        with threads(1):
            self._codes.search_preassigned_c(
                1,
                faiss.swig_ptr(query),
                n,
                faiss.swig_ptr(order),
                faiss.swig_ptr(distances),
                faiss.swig_ptr(scores),
                faiss.swig_ptr(found),
                False,
                params,
                None,
            )
        return found[found >= 0]

    def renumbered(self, ids: Rows) -> Self:
        """Returns a copy in memory with other ids. ids: by the ids of now, the new ones; below 0 for a text
        that the copy is to be without. Centres stay as they are.
        """
        faiss = faiss_module()
        copy = faiss.index_factory(self.dims, f"RR{self.dims},IVF{self.lists},RaBitQ2", faiss.METRIC_L2)
        turned = faiss.downcast_VectorTransform(copy.chain.at(0))
        turned.init(0)
        faiss.copy_array_to_vector(self._rotation.ravel(), turned.A)
        codes = faiss.downcast_index(copy.index)
        codes.quantizer.add(self._centres)
        codes.is_trained = copy.is_trained = True
        total = 0
        for number, old, coded in self._entries():
            new = np.ascontiguousarray(ids[old])
            kept = np.flatnonzero(new >= 0)
            if len(kept):
                new, coded = new[kept], np.ascontiguousarray(coded[kept])
                codes.invlists.add_entries(number, len(kept), faiss.swig_ptr(new), faiss.swig_ptr(coded))
                total += len(kept)
        codes.ntotal = copy.ntotal = total
        return type(self)(copy)

    def save(self, path: Path) -> None:
        """Writes a file that FAISS reads, too. Raises OSError where that fails."""
        try:
            faiss_module().write_index(self._index, str(path))
        except RuntimeError as error:  # what FAISS makes of a full disk
            raise OSError(*error.args) from error

    @classmethod
    def load(cls, path: Path, *, mapped: bool = True) -> Self:
        """Returns what `save` wrote. mapped: reads a page when it is first used, and takes no more texts.

        Raises ValueError for a file of another kind. Make sure first that the file is whole."""
        faiss = faiss_module()
        try:
            index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP if mapped else 0)
        except RuntimeError as error:
            raise ValueError(f"{path} is no index of FAISS: {error}") from None
        if not isinstance(index, faiss.IndexPreTransform):
            raise ValueError(f"{path} is another index of FAISS than RRd,IVFn,RaBitQ2")
        return cls(index)

    def _order(self, products: Vector, probes: int, allowed: Mask | None) -> Rows:
        """Returns the numbers of the lists to read, nearest first."""
        distances = SPREAD_WEIGHT * self._squares - 2 * products
        probes = min(probes, self.lists)
        if allowed is None:
            order = np.argpartition(distances, probes - 1)[:probes]
            return order[np.argsort(distances[order])].astype(np.int64)
        return self._allowed_order(np.argsort(distances), probes, allowed)

    def _allowed_order(self, order: Rows, probes: int, allowed: Mask) -> Rows:
        """Returns those lists that have allowed texts, until a share of these was seen: at least the texts
        that as many lists as without a filter have."""
        ids, starts = self._ids_by_list()
        if len(ids) and len(allowed) <= int(ids.max()):
            allowed = np.append(allowed, np.zeros(int(ids.max()) + 1 - len(allowed), np.bool_))
        wanted = max(probes / self.lists * int(np.count_nonzero(allowed)), MIN_FILTERED_TEXTS)
        seen, chosen = 0, list[Rows]()
        for begin in range(0, self.lists, LISTS_AT_ONCE):
            part = order[begin : begin + LISTS_AT_ONCE]
            sizes = starts[part + 1] - starts[part]
            ends = np.cumsum(sizes)
            positions = np.arange(ends[-1]) + np.repeat(starts[part] - ends + sizes, sizes)
            hits = np.concatenate([[0], np.cumsum(allowed[ids[positions]])])
            counts = hits[ends] - hits[ends - sizes]
            part, counts = part[counts > 0], counts[counts > 0]
            reached = seen + np.cumsum(counts)
            n_chosen = sum(map(len, chosen))
            stop = max(probes - n_chosen, int(np.searchsorted(reached, wanted)) + 1)
            chosen.append(part[:stop])
            if stop < len(part):
                break
            seen = int(reached[-1]) if len(reached) else seen
        return np.concatenate([np.zeros(0, np.int64), *chosen]).astype(np.int64)

    def _ids_by_list(self) -> tuple[Rows, Rows]:
        """Returns the ids of all texts list by list, and where those of each list begin, (lists + 1,)."""
        if self._by_list is None:
            starts, parts = np.zeros(self.lists + 1, np.int64), list[Rows]()
            for number, ids, _ in self._entries():
                starts[number + 1] = len(ids)
                parts.append(ids)
            ids = np.concatenate([np.zeros(0, np.int64), *parts])
            narrow = np.int32 if ids.max(initial=0) < 1 << 31 else np.int64
            self._by_list = ids.astype(narrow), np.cumsum(starts)
        return self._by_list

    def _entries(self) -> Iterator[tuple[int, Rows, np.ndarray[Any, Any]]]:
        """Yields each list that is not empty: its number, its ids and its codes, (m, bytes) uint8."""
        faiss, lists = faiss_module(), self._codes.invlists
        for number in range(self.lists):
            if size := lists.list_size(number):
                codes = faiss.rev_swig_ptr(lists.get_codes(number), size * lists.code_size)
                yield number, faiss.rev_swig_ptr(lists.get_ids(number), size), codes.reshape(size, -1)
