"""IndexRecord: what the file of an index of vectors holds, and whether it may be believed."""

import hashlib
import json
import warnings
from dataclasses import asdict, dataclass

import numpy as np

from palate.errors import CacheNotice
from palate.parts import Rows
from palate.workspace.cache import INDEX_RECORD, CacheFile, CacheFolder
from palate.workspace.corpus import Corpus

VERSION = 1  # of the record and the file: to be raised with any change of what they mean
CHECKED_TEXTS = 128


@dataclass(frozen=True)
class IndexRecord:
    """What an index covers. store: which one, by the mark the store gave itself. encoder: its fingerprint.

    last_row: newest text that it has. texts: how many it was made from. trained: how many there were when the
    centres of its lists were learned. faiss: the version that wrote it. checks: some store rows and the
    hashes of their vectors, by which an index of other texts is known.
    """

    store: str
    encoder: str
    last_row: int
    texts: int
    trained: int
    faiss: str
    checks: dict[str, str]
    file: CacheFile
    version: int = VERSION

    def to_bytes(self) -> bytes:
        fields = json.dumps(asdict(self), sort_keys=True)
        return json.dumps({**json.loads(fields), "sha256": _digest(fields)}, indent=1).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "IndexRecord":
        """Returns what `to_bytes` wrote; raises ValueError, KeyError or TypeError for anything else."""
        fields = json.loads(data)
        digest = fields.pop("sha256")
        if fields["version"] != VERSION or digest != _digest(json.dumps(fields, sort_keys=True)):
            raise ValueError("another version, or damaged")
        return cls(**{**fields, "file": CacheFile(**fields["file"])})

    def fits(self, corpus: Corpus) -> bool:
        """Whether its texts are those of a corpus, as far as some of them tell."""
        here = corpus.rows[corpus.indices_of(sorted(map(int, self.checks)))]
        return self.checks.items() >= checks_of(corpus, here).items()


def read_record(folder: CacheFolder, store: str, encoder: str, faiss: str) -> IndexRecord | None:
    """Returns the record of a cache; None where it has none, or one that cannot be used, which is told by a
    notice unless it is that of another encoder. faiss: the version that is to read the file.
    """
    try:
        data = (folder.path / INDEX_RECORD).read_bytes()
    except OSError:
        return None
    try:
        record = IndexRecord.from_bytes(data)
    except (ValueError, KeyError, TypeError):
        notice(folder, "is damaged or of another version")
        return None
    if record.store != store or not _is_readable(record.faiss, faiss):
        notice(folder, f"was written for another store or by faiss {record.faiss}")
        return None
    if record.encoder != encoder:
        return None
    if folder.whole(record.file) is None:
        notice(folder, "is cut short, damaged or gone")
        return None
    return record


def notice(folder: CacheFolder, why: str) -> None:
    """Tells that an index is not used."""
    warnings.warn(
        f"the index of vectors in {folder.path} {why};"
        " it is made anew, and until then search reads all texts",
        CacheNotice,
        stacklevel=2,
    )


def checks_of(corpus: Corpus, rows: Rows | None = None) -> dict[str, str]:
    """Returns the hashes of the vectors of some store rows; unless given, of rows spread over the corpus."""
    if rows is None:
        spread = np.linspace(0, len(corpus) - 1, min(CHECKED_TEXTS, len(corpus))).astype(np.int64)
        rows = corpus.rows[spread]
    vectors = corpus.vectors(corpus.indices_of(rows))
    return {
        str(row): hashlib.sha256(vector.tobytes()).hexdigest()[:16]
        for row, vector in zip(rows.tolist(), vectors, strict=True)
    }


def _is_readable(written: str, now: str) -> bool:
    """FAISS reads what an older version of the same major number wrote."""
    theirs, ours = ([int(part) for part in version.split(".")[:2]] for version in (written, now))
    return theirs[0] == ours[0] and theirs <= ours


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
