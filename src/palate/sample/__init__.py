"""240 short texts over a dozen subjects, written for palate: what the first steps are made on."""

from pathlib import Path

SAMPLE = Path(__file__).parent / "sample.jsonl"
