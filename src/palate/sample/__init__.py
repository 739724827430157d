"""Sample: 240 short texts on a dozen subjects, written for palate; the demo and the examples use them."""

from pathlib import Path

SAMPLE = Path(__file__).parent / "sample.jsonl"
