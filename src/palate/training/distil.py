"""Distil: makes static vectors of a sentence encoder, as the shipped encoder was made."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from safetensors.numpy import save
from scipy.sparse import csr_array
from tokenizers import Tokenizer

from palate.errors import BadSource, MissingExtra
from palate.parts import Matrix, Vector

Steps = Callable[[Mapping[str, float]], None]


@dataclass(frozen=True)
class Distilled:
    """A distilled encoder. teacher_sha256: of the teacher's model.safetensors. texts: it learned from."""

    folder: Path
    pieces: int
    dims: int
    megabytes: float
    teacher_sha256: str
    texts: int


SIF = 1e-4
EPOCHS = 3


def distil(
    teacher: Path,
    folder: Path,
    *,
    texts: Sequence[str] = (),
    name: str = "static",
    dims: int = 256,
    seed: int = 0,
    on_step: Steps = lambda _: None,
) -> Distilled:
    """Passes each word piece of the teacher through it, keeps the main axes, weights by frequency, and stores
    the vectors as int8; with texts it then learns the rows from the vectors that the teacher gives to those.

    Use it to make the shipped encoder again, or one from your own tuned model. Without texts about 20 s on
    two cores for a 6-layer teacher with 30,000 word pieces. With texts as long as the teacher takes to encode
    them (some 200 sentences a second), and then a minute an epoch for 200,000.

    teacher: folder of a sentence-transformers model (safetensors). texts: sentences, titles and paragraphs
    like those that will be encoded, some tens of thousands or more; equal ones count once. dims: axes kept by
    PCA; with texts the first of them hold most. Pieces weigh a / (a + p) at first, p the frequency that
    Zipf's law gives from the rank in the vocabulary (Arora et al., 2017). on_step: told how learning goes.
    Raises BadSource if the teacher is not such a folder, MissingExtra without [bert].
    Source: Model2Vec (Tulkens and van Dongen, 2024), run by its own package; see static_student.py.
    """
    weights = teacher / "model.safetensors"
    if not weights.is_file():
        raise BadSource(
            f"{teacher} holds no model.safetensors; give the folder of a sentence-transformers model"
        )
    try:
        from model2vec.distill import distill
    except ImportError:
        raise MissingExtra("distilling", "bert") from None
    static = distill(str(teacher), pca_dims=dims, sif_coefficient=SIF, quantize_to="float32", device="cpu")
    vectors: Matrix = np.asarray(static.embedding, dtype=np.float64)
    # an unknown piece carries no meaning
    vectors[[static.tokenizer.token_to_id(piece) for piece in ("[UNK]", "[PAD]")]] = 0.0
    unique = list(dict.fromkeys(texts))
    if unique:
        vectors = _learned(vectors, static.tokenizer, unique, teacher, dims=dims, seed=seed, on_step=on_step)
    rows, scales = quantise(vectors)
    model = save({"rows": rows, "scales": scales})
    teacher_sha256 = hashlib.sha256(weights.read_bytes()).hexdigest()
    config = {
        "schema": 1,
        "name": name,
        "dims": rows.shape[1],
        "sif": SIF,
        "texts": len(unique),
        "sha256": hashlib.sha256(model).hexdigest(),
        "teacher_sha256": teacher_sha256,
    }
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder) as partial:  # so that a stop leaves no half of an encoder
        (Path(partial) / "model.safetensors").write_bytes(model)
        static.tokenizer.save(str(Path(partial) / "tokenizer.json"), pretty=False)
        (Path(partial) / "config.json").write_text(json.dumps(config, indent=1) + "\n", "utf-8")
        for path in Path(partial).iterdir():
            path.replace(folder / path.name)
    megabytes = round(sum(path.stat().st_size for path in folder.iterdir()) / 1e6, 1)
    return Distilled(folder, rows.shape[0], rows.shape[1], megabytes, teacher_sha256, len(unique))


def _learned(
    start: Matrix,
    tokenizer: Tokenizer,
    texts: Sequence[str],
    teacher: Path,
    *,
    dims: int,
    seed: int,
    on_step: Steps,
) -> Matrix:
    """Returns rows that were learned from the teacher's vectors of texts."""
    from palate.training.sentences import encode_unique, load_sentence_model
    from palate.training.static_student import learn_rows, main_axes

    by_text = encode_unique(load_sentence_model(str(teacher)), texts)
    targets = main_axes(np.stack([by_text[text] for text in texts]), dims)
    encodings = tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
    ends = np.cumsum([0, *(len(encoding.ids) for encoding in encodings)])
    pieces = np.fromiter((piece for encoding in encodings for piece in encoding.ids), np.int64, ends[-1])
    counts = csr_array((np.ones(len(pieces)), pieces, ends), shape=(len(texts), len(start)))
    counts.sum_duplicates()
    known = np.flatnonzero(np.abs(counts @ start).sum(axis=1) > 0)  # the others have no known piece
    return learn_rows(start, counts[known], targets[known], epochs=EPOCHS, seed=seed, on_step=on_step)


def quantise(vectors: Matrix) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.int8]], Vector]:
    """Returns int8 rows (v, d) and float32 scales (v,) with rows * scales close to vectors: half a scale at
    most from each entry.

    Scales are rounded up to 8 significant bits. Then a product of row and scale has at most 15 bits, exact in
    float32, and sums of up to 2**20 such products are exact in float64 while scales differ by less than
    2**18.

    >>> rows, scales = quantise(np.array([[0.5, -1.0], [0.0, 0.0]]))
    >>> rows.tolist(), (rows * scales[:, None]).round(2).tolist()
    ([[63, -126], [0, 0]], [[0.5, -1.0], [0.0, 0.0]])
    """
    mantissa, exponent = np.frexp(np.abs(vectors).max(axis=1) / 127)
    scales = np.ldexp(np.ceil(mantissa * 256) / 256, exponent)
    rows = np.rint(vectors / np.where(scales == 0, 1, scales)[:, None])
    return rows.astype(np.int8), scales.astype(np.float32)
