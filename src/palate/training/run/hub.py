"""What the kinds of trained models are on Hugging Face's hub, and the code that uses each."""

from typing import NamedTuple

HUB_NAMES = {"minilm": "sentence-transformers/all-MiniLM-L6-v2"}
# metrics that the hub calls by another name
HUB_METRICS = {"pearson": "pearsonr", "spearman": "spearmanr"}
EXAMPLE = "A text of yours."


class HubEntry(NamedTuple):
    """A kind of model on the hub: its task, its library, its purpose in words, and code that uses it."""

    task: str
    library: str
    purpose: str
    code: str


CLASSIFIER_CODE = f"""from transformers import pipeline

classify = pipeline("text-classification", model=".")
print(classify("{EXAMPLE}", truncation=True, top_k=None))"""
REGRESSION_CODE = f"""from transformers import pipeline

value = pipeline("text-classification", model=".", function_to_apply="none")
print(value("{EXAMPLE}", truncation=True)[0]["score"])"""
TAGGER_CODE = f"""from transformers import pipeline

tag = pipeline("token-classification", model=".", aggregation_strategy="simple")
print(tag("{EXAMPLE}"))"""
MASKED_CODE = """from transformers import pipeline

fill = pipeline("fill-mask", model=".")
print(fill(f"This is a great {fill.tokenizer.mask_token}."))"""
SENTENCE_CODE = f"""from sentence_transformers import SentenceTransformer

model = SentenceTransformer(".")
vectors = model.encode(["{EXAMPLE}", "Another one."])
print(model.similarity(vectors, vectors))"""
STATIC_CODE = f"""from pathlib import Path

from palate.encoder.static import StaticEncoder

encoder = StaticEncoder(Path("."))
print(encoder.encode(["{EXAMPLE}"]).shape)"""

REWARD_CODE = """from transformers import pipeline

score = pipeline("text-classification", model=".", function_to_apply="none")
print(score({"text": "Say hello.", "text_pair": "Hello!"})["score"])"""
ALIGN_CODE = """from palate.model.choose import make_model
from palate.model.draft import Prompt
from palate.model.sampling import Sampling

model = make_model(".")
print(model.write([Prompt.chat("Write a short text.")], Sampling())[0].text)"""


def _sentence_entry(purpose: str) -> HubEntry:
    return HubEntry("sentence-similarity", "sentence-transformers", purpose, SENTENCE_CODE)


HUB_ENTRIES = {
    "classify": HubEntry(
        "text-classification", "transformers", "predicts the class of a text", CLASSIFIER_CODE
    ),
    "regress": HubEntry(
        "text-classification", "transformers", "predicts a quantity of a text", REGRESSION_CODE
    ),
    "tokens": HubEntry(
        "token-classification", "transformers", "finds and names the entities in a text", TAGGER_CODE
    ),
    "masked": HubEntry("fill-mask", "transformers", "fills a gap in a text", MASKED_CODE),
    "similarity": _sentence_entry("maps a text to a vector near those of texts with the same meaning"),
    "shallow": _sentence_entry("maps a text to a vector, with fewer layers than its teacher"),
    "reduce": _sentence_entry("maps a text to a shorter vector than the model it was made from"),
    "adapt": _sentence_entry("maps a text to a vector, tuned on what readers liked and disliked"),
    "align": HubEntry(
        "text-generation",
        "peft",
        "writes what one reader values, near the model it was made from",
        ALIGN_CODE,
    ),
    "reward": HubEntry("text-classification", "transformers", "scores an answer to a prompt", REWARD_CODE),
    "static": HubEntry(
        "feature-extraction",
        "palate",
        "maps a text to the weighted sum of its word pieces' vectors",
        STATIC_CODE,
    ),
}
