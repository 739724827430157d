"""Amazon reviews 2023: CATEGORY.jsonl(.gz) and meta_CATEGORY.jsonl(.gz).

Source: Hou et al., Bridging Language and Items for Retrieval and Recommendation, 2024;
amazon-reviews-2023.github.io.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from palate.evaluation.layout.recorder import Recorder, number_of, objects_of

FILES = {"the products": "meta_*.jsonl*", "the reviews": "[A-Z]*.jsonl*"}


def read(files: Mapping[str, Path], recorder: Recorder) -> None:
    """A text is a product: its title and description, else its features. Ratings are the stars; what a
    reviewer wrote is not used.
    """
    for product in objects_of(files["the products"], recorder):
        body = _words(product.get("description")) or _words(product.get("features"))
        recorder.text(str(product.get("parent_asin")), str(product.get("title") or ""), body)
    for review in objects_of(files["the reviews"], recorder):
        item = str(review.get("parent_asin") or review.get("asin"))
        milliseconds = number_of(review.get("timestamp", 0))
        recorder.judge(str(review.get("user_id")), item, number_of(review.get("rating")), milliseconds / 1000)


def _words(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value or "")
