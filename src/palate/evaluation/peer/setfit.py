"""SetFit: a sentence transformer tuned on pairs of judged texts, and a logistic regression on its
vectors.
"""

import io
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from tempfile import TemporaryDirectory

import numpy as np

from palate.encoder.minilm_file import model_folder
from palate.errors import MissingExtra
from palate.evaluation.arrays import BoolVector, IntVector, Vector
from palate.evaluation.replay_corpus import ReplayCorpus


class SetFit:
    """The package setfit itself, with its default settings, trained anew on all judgements at each call.

    Use it by name only: a call takes minutes of a processor, for it tunes a transformer and then encodes all
    n texts. Its body is the minilm package, as its authors' own example model is not on this machine. Before
    both a like and a dislike are known all texts tie at 0.5. Raises MissingExtra without [setfit].
    Source: Tunstall et al., Efficient Few-Shot Learning Without Prompts, 2022; setfit 1.2.0.
    """

    name = "setfit"
    calibrated = True

    def __init__(self, corpus: ReplayCorpus, rng: np.random.Generator) -> None:
        try:
            import setfit  # noqa: F401
        except ImportError:
            raise MissingExtra("the system setfit", "setfit") from None
        self.body = str(model_folder())
        self.contents = corpus.contents
        self.seed = int(rng.integers(2**31))

    def scores(self, rows: IntVector, likings: Vector) -> Vector:
        liked = likings > 0
        if liked.all() or not liked.any():
            return np.full(len(self.contents), 0.5)
        # progress bars and reports that no setting turns off
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            return self._trained([self.contents[row] for row in rows], liked)

    def _trained(self, texts: Sequence[str], liked: BoolVector) -> Vector:
        from datasets import Dataset
        from setfit import SetFitModel, Trainer, TrainingArguments

        model = SetFitModel.from_pretrained(self.body, local_files_only=True)
        judged = Dataset.from_dict({"text": list(texts), "label": liked.astype(int).tolist()})
        with TemporaryDirectory() as folder:
            arguments = TrainingArguments(
                output_dir=folder,
                seed=self.seed,
                save_strategy="no",
                report_to="none",
                show_progress_bar=False,
            )
            Trainer(model=model, args=arguments, train_dataset=judged).train()
        probabilities = model.predict_proba(list(self.contents), as_numpy=True, show_progress_bar=False)
        return np.asarray(probabilities[:, 1], dtype=np.float64)
