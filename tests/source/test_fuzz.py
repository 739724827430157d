"""Broken documents of every format are read or refused in one sentence; `make fuzz` tries 10,000 of each."""

import logging

import numpy as np
import pytest

from fuzz import read
from fuzz_seeds import SEEDS
from mutation import mutated

EXTRAS = {"html": "pages", "pdf": "documents", "docx": "documents"}  # without which a format is not read
FORMATS = [
    pytest.param(suffix, marks=pytest.mark.needs(EXTRAS[suffix]) if suffix in EXTRAS else ())
    for suffix in SEEDS
]
pytestmark = pytest.mark.filterwarnings("ignore::palate.errors.ReadNotice")  # of encodings that were guessed


@pytest.mark.parametrize("suffix", FORMATS)
def test_whole_documents_give_texts(suffix: str) -> None:
    for data in SEEDS[suffix]:
        assert read(suffix, data) > 0 or suffix == "opml"  # whose feeds are fetched


@pytest.mark.parametrize("suffix", FORMATS)
def test_broken_documents_do_no_harm(suffix: str) -> None:
    logging.disable()
    try:
        for number in range(60):
            read(suffix, mutated(SEEDS[suffix], np.random.default_rng([1, number])))
    finally:
        logging.disable(logging.NOTSET)
