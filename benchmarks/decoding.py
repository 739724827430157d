"""The loop beside transformers' generate: python benchmarks/decoding.py. Equality of greedy tokens over 50
prompts in float32, tokens a processor second at batch 1 and 32, and the tokenizer beside llama.cpp's.
"""

from __future__ import annotations

import json
import statistics
import time
import urllib.request
from collections.abc import Callable

import torch

from palate.model.choose import load_network
from palate.model.draft import Prompt
from palate.model.local import LocalModel
from palate.model.network import Network
from palate.model.sampling import Sampling
from palate.model.smollm2 import gguf_file
from palate.training.run.recipe import package_versions
from simulated_drafts import PROMPT, papers

NEW_TOKENS, ROUNDS, N_GREEDY, N_TOKENISED = 48, 5, 50, 1000


def seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def speed(network: Network, batch: int) -> dict[str, object]:
    """Returns the ratio of generate's time to the loop's for the same count of tokens, by turns."""
    model = LocalModel(network, batch=batch)
    prompt = Prompt.chat("Write a short abstract of a paper on dense retrieval.")
    ids = torch.tensor([network.ids_of(prompt)] * batch)
    sampling = Sampling(new_tokens=NEW_TOKENS, temperature=0.8, top_k=50, top_p=0.95)
    ends, network.__dict__["end_ids"] = network.end_ids, frozenset[int]()  # so that both write as many

    def generate() -> object:
        return network.model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            do_sample=True,
            temperature=0.8,
            top_k=50,
            top_p=0.95,
            max_new_tokens=NEW_TOKENS,
            min_new_tokens=NEW_TOKENS,
        )

    ratios, rates = [], []
    for _ in range(ROUNDS):
        own = seconds(lambda: model.write([prompt] * batch, sampling))
        ratios.append(seconds(generate) / own)
        rates.append(batch * NEW_TOKENS / own)
    network.__dict__["end_ids"] = ends
    return {
        "batch": batch,
        "speed beside generate": [round(ratio, 2) for ratio in sorted(ratios)],
        "median": round(statistics.median(ratios), 2),
        "tokens a processor second": round(statistics.median(rates)),
    }


def equal_greedy(titles: list[str]) -> int:
    """Returns of how many prompts the greedy tokens equal those of generate, in float32."""
    network = load_network("smollm2", "float32")
    model, equal = LocalModel(network), 0
    for title in titles:
        prompt = Prompt.chat(PROMPT.format(title=title))
        ids = torch.tensor([network.ids_of(prompt)])
        own = model.write([prompt], Sampling(temperature=0, new_tokens=24))[0].ids
        theirs = network.model.generate(
            ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=24
        )[0, ids.shape[1] :]
        equal += tuple(theirs.tolist()) == own
    return equal


def equal_tokens(network: Network, texts: list[str]) -> int:
    """Returns of how many texts the tokens equal those of llama.cpp."""
    import xllamacpp

    settings = xllamacpp.CommonParams()
    settings.model.path, settings.n_ctx, settings.warmup = str(gguf_file()), 512, False
    server = xllamacpp.Server(settings)
    equal = 0
    for text in texts:
        body = json.dumps({"content": text, "add_special": False}).encode()
        request = urllib.request.Request(
            f"{server.listening_address}/tokenize", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request) as answer:
            theirs = json.load(answer)["tokens"]
        equal += theirs == network.ids_of(Prompt(text=text))
    return equal


def main() -> None:
    torch.set_num_threads(1)
    print(json.dumps({"versions": package_versions(), "model": "smollm2", "machine": "CPU, one thread"}))
    drawn = papers(0)
    network = load_network("smollm2")
    texts = [str(one["text"]) for one in drawn[:N_TOKENISED]]
    print(json.dumps({"texts": len(texts), "equal tokens": equal_tokens(network, texts)}), flush=True)
    for batch in (1, 32):
        print(json.dumps(speed(network, batch)), flush=True)
    titles = [str(one["title"]) for one in drawn[:N_GREEDY]]
    print(json.dumps({"prompts": len(titles), "equal greedy": equal_greedy(titles)}), flush=True)


if __name__ == "__main__":
    main()
