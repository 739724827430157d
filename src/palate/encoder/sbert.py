"""SbertEncoder: any sentence-transformers model, from a folder or from the Hugging Face hub."""

from collections.abc import Sequence

import numpy as np

from palate.encoder.sbert_folder import model_folder, model_version
from palate.encoder.sbert_model import load_sbert
from palate.encoder.windows import WINDOW_SCHEME, Pieces, encode_by_windows, unit
from palate.parts import Matrix

BATCH_WINDOWS = 32  # windows that go through the model together, of like length
MAX_WINDOW = 1_000_000  # word pieces: a longest length above this is a way of saying there is none


class SbertEncoder:
    """The vectors of a sentence-transformers model, scaled to length 1, in float32.

    Use it for a model you tuned with palate or know to be good at your texts; `minilm` is quicker at its own.
    A plain transformers model works too, by the mean over its word pieces. Safetensors only: nothing is ever
    unpickled, and no code of the model's own is run.

    Texts over the model's max_seq_length are encoded by windows, see windows.py. The model's default prompt,
    if it has one, is put before every text. A text without a word piece gets the zero vector.

    name_or_path: a folder, or a name on the hub. A hub model is fetched at the first use and read from the
    hub's cache from then on. device: cpu, cuda, mps; that of `on_device` if None. Raises
    MissingExtra without [bert], BadSource if it is no model that can be read safely, or the hub cannot be
    reached, UnknownName if the hub has no such model.
    Source: Reimers and Gurevych, Sentence-BERT (2019).
    """

    def __init__(self, name_or_path: str, *, device: str | None = None) -> None:
        folder, _ = model_folder(name_or_path)
        model = load_sbert(folder, name_or_path, device=device)
        self._model = model.eval()
        self.name = f"sbert:{name_or_path}"
        # not every model tells its dims
        self.dims = int(model.encode("a", show_progress_bar=False).shape[-1])
        max_pieces = model.max_seq_length if callable(model.tokenizer) else None
        self._window = int(max_pieces) if max_pieces and max_pieces < MAX_WINDOW else None
        self._prompt: str = model.prompts.get(model.default_prompt_name or "") or ""
        self.fingerprint = f"sbert:{model_version(name_or_path)}:" + (
            f"window-{self._window}-{WINDOW_SCHEME}" if self._window else "whole"
        )

    def encode(self, contents: Sequence[str]) -> Matrix:
        """Returns (n, d) float32 rows of length 1."""
        if self._window is None:
            return self._whole(contents)
        first, last = self._frame()
        return encode_by_windows(
            contents,
            dims=self.dims,
            max_pieces=max(1, self._window - len(first) - len(last)),
            tokenise=self._pieces,
            encode=lambda windows: self._vectors([[*first, *window, *last] for window in windows]),
        )

    def _whole(self, contents: Sequence[str]) -> Matrix:
        """Returns the rows of a model without a window, such as a static one: it takes texts of any length
        itself.
        """
        rows = np.zeros((len(contents), self.dims), np.float32)
        if non_empty := [index for index, content in enumerate(contents) if content.strip()]:
            rows[non_empty] = unit(
                self._model.encode([contents[index] for index in non_empty], show_progress_bar=False)
            )
        return rows

    def _frame(self) -> tuple[Pieces, Pieces]:
        """Returns the special tokens before and after a text, such as [CLS] and [SEP]: what "a" gets beside
        its own pieces.
        """
        framed: Pieces = self._model.tokenizer("a")["input_ids"]
        (bare,) = self._pieces(["a"], prompt="")
        index = next(start for start in range(len(framed)) if framed[start : start + len(bare)] == bare)
        return framed[:index], framed[index + len(bare) :]

    def _pieces(self, contents: list[str], prompt: str | None = None) -> list[list[int]]:
        prompt = self._prompt if prompt is None else prompt
        prepared = [prompt + content.strip() if content.strip() else "" for content in contents]
        # a setting of old models, beside their tokeniser's own
        if getattr(self._model[0], "do_lower_case", False):
            prepared = [content.lower() for content in prepared]
        ids: list[list[int]] = self._model.tokenizer(prepared, add_special_tokens=False, verbose=False)[
            "input_ids"
        ]
        return ids

    def _vectors(self, windows: list[Pieces]) -> Matrix:
        """Returns (m, d), in batches of windows of similar length, so that little is padded."""
        import torch

        rows = np.empty((len(windows), self.dims), np.float32)
        order = sorted(range(len(windows)), key=lambda index: len(windows[index]))
        for start in range(0, len(order), BATCH_WINDOWS):
            indices = order[start : start + BATCH_WINDOWS]
            features = self._model.tokenizer.pad(
                {"input_ids": [windows[index] for index in indices]}, return_tensors="pt"
            )
            with torch.inference_mode():
                vectors = self._model(dict(features.to(self._model.device)))["sentence_embedding"]
            rows[indices] = vectors.float().cpu().numpy()
        return rows
