import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from string import ascii_lowercase

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from palate.encoder.choose import ENCODERS
from palate.encoder.static import StaticEncoder
from palate.library import Library
from palate.parts import Encoder, Matrix
from palate.text import Text
from web_server import Server

settings.register_profile(
    "palate",
    deadline=None,
    max_examples=50,
    derandomize=True,  # the same examples everywhere; `make explore` draws others
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile("explore", settings.get_profile("palate"), derandomize=False, max_examples=200)
settings.register_profile("fast", settings.get_profile("palate"), max_examples=5)
settings.load_profile("palate")


class WordsEncoder:
    """A fake Encoder without `attribute`: a text's vector is the sum of one drawn for each of its words,
    scaled to length 1.
    """

    def __init__(self, name: str = "words", dims: int = 24) -> None:
        self.name = name
        self.fingerprint = f"{name}:{dims}"
        self.dims = dims
        self.seen: list[str] = []
        self.before_encoding: Callable[[], object] = lambda: None

    def encode(self, contents: Sequence[str]) -> Matrix:
        self.before_encoding()
        self.seen += contents
        sums = np.zeros((len(contents), self.dims), np.float32)
        for row, content in zip(sums, contents, strict=True):
            for word in content.lower().split():
                row += np.random.default_rng(zlib.crc32(f"{self.name} {word}".encode())).normal(
                    size=self.dims
                )
        lengths = np.linalg.norm(sums, axis=1)
        return sums / np.where(lengths == 0, 1, lengths)[:, None]


@pytest.fixture(scope="session")
def loaded_static() -> StaticEncoder:
    encoder = StaticEncoder()
    encoder.encode(["loaded"])
    return encoder


@pytest.fixture
def static(loaded_static: StaticEncoder, monkeypatch: pytest.MonkeyPatch) -> StaticEncoder:
    """Every library opened with the shipped encoder shares one that is loaded: loading it takes most of a
    small test.
    """
    monkeypatch.setitem(ENCODERS, "static", lambda: loaded_static)
    return loaded_static


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> WordsEncoder:
    """A fake encoder called "words"; every library opened with it shares this one."""
    encoder = WordsEncoder()
    monkeypatch.setitem(ENCODERS, "words", lambda: encoder)
    return encoder


@pytest.fixture
def wider(monkeypatch: pytest.MonkeyPatch) -> WordsEncoder:
    """Another fake encoder, called "wider", with other dims."""
    encoder = WordsEncoder("wider", 31)
    monkeypatch.setitem(ENCODERS, "wider", lambda: encoder)
    return encoder


@pytest.fixture(params=["static", "words"])
def library(request: pytest.FixtureRequest, static: Encoder, words: Encoder) -> Iterator[Library]:
    """An empty library in memory, with the shipped encoder and with a fake one."""
    with Library(":memory:", encoder=request.param) as library:
        yield library


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a store may be made."""
    return tmp_path / "store.db"


@pytest.fixture(scope="session")
def papers() -> list[Text]:
    """Twelve texts on three subjects, no two alike, oldest first."""
    bodies = {
        "cats": [
            "A cat and her kittens sleep in the warm kitchen all afternoon.",
            "Kittens at play in the garden chase a ball of red wool.",
            "How to teach an old cat to use the new flap in the door.",
            "The vet says that most house cats weigh more than they should.",
        ],
        "bonds": [
            "Government bond yields rose sharply as the central bank hinted at further increases.",
            "Investors sold long bonds and bought short ones before the auction of the treasury.",
            "Inflation fell to two percent, and bond prices climbed in early trading on Friday.",
            "Why the yield curve matters to every investor who holds a pension in bonds.",
        ],
        "search": [
            "We rank documents with a learned sparse index and compare it with dense retrieval.",
            "Relevance feedback improves the ranking of search results after few judgements.",
            "A neural ranking model for question answering over a very large collection.",
            "Measuring a search engine: recall, precision and the patience of its readers.",
        ],
    }
    return [
        Text.of(body, title=f"On {subject}, part {part}", id=f"{subject}-{part}", source="shelf")
        for subject, texts in bodies.items()
        for part, body in enumerate(texts, 1)
    ]


@pytest.fixture(scope="session")
def save_tiny_bert() -> Callable[[Path, int], Path]:
    """Saves a sentence-transformers model to a folder: one layer, 16 dims, a window of 12 word pieces,
    letters as pieces.
    """

    def save(folder: Path, seed: int) -> Path:
        import torch
        from sentence_transformers import SentenceTransformer
        from tokenizers import Tokenizer, normalizers, pre_tokenizers
        from tokenizers.models import WordPiece
        from tokenizers.processors import TemplateProcessing
        from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

        pieces = [
            "[PAD]",
            "[UNK]",
            "[CLS]",
            "[SEP]",
            "[MASK]",
            *ascii_lowercase,
            *(f"##{letter}" for letter in ascii_lowercase),
            "the",
            "cat",
            "dog",
        ]
        tokenizer = Tokenizer(
            WordPiece({piece: place for place, piece in enumerate(pieces)}, unk_token="[UNK]")
        )
        tokenizer.normalizer = normalizers.BertNormalizer()
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        tokenizer.post_processor = TemplateProcessing(
            single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
        )
        special = {
            "pad_token": "[PAD]",
            "unk_token": "[UNK]",
            "cls_token": "[CLS]",
            "sep_token": "[SEP]",
            "mask_token": "[MASK]",
        }
        fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=12, **special)  # type: ignore[no-untyped-call]
        torch.manual_seed(seed)
        config = BertConfig(  # type: ignore[no-untyped-call]
            vocab_size=len(pieces),
            hidden_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=32,
            max_position_embeddings=16,
            initializer_range=0.5,
        )
        plain = folder.with_name(folder.name + "-plain")
        BertModel(config).save_pretrained(plain)  # type: ignore[no-untyped-call]
        fast.save_pretrained(plain)
        SentenceTransformer(str(plain), device="cpu").save_pretrained(str(folder), create_model_card=False)
        return folder

    return save


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory, save_tiny_bert: Callable[[Path, int], Path]) -> Path:
    return save_tiny_bert(tmp_path_factory.mktemp("models") / "tiny", 0)


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.http.shutdown()
    thread.join()
    server.http.server_close()
