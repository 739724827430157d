"""Adapting: a store's encoder is tuned on its own feedback, and kept only if readers are served better beyond
noise.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from palate.adapt.held_out import HELD_OUT_SHARE, FeedbackDataset, gather, tastes_of
from palate.adapt.library_access import add_encoder, encoder_name
from palate.adapt.trial import EncoderTrial, TrialResult, gain
from palate.adapt.verdict import judge_encoder
from palate.encoder.choose import full_name, make_encoder
from palate.errors import BadValue
from palate.evaluation.metrics import Interval
from palate.library import Library
from palate.parts import Encoder, Matrix
from palate.training.example_sets import read_sts
from palate.training.run.finish import finish
from palate.training.run.loop import StepCallback
from palate.training.run.resume import begun_recipe
from palate.training.run.settings import ADAPT_DEFAULTS, TrainingSettings
from palate.training.run.table import read_table
from palate.training.run.trained_model import TrainedModel
from palate.training.tune_encoder import TunedEncoder, tune_encoder

# judgements that are held out in all: fewer decide nothing, more take too long
MIN_HELD_OUT, MAX_HELD_OUT = 20, 1500
PROGRESS_TEXTS = 100  # texts encoded between two reports of progress

# called with the count of encoded texts, or of replayed tastes, and with the total
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Adapted:
    """The outcome of adapting.

    name: of the tuned encoder. kept: whether it passed. verdict: why, in a sentence. gains: by part of the
    figures that it was compared with, how much lower the log loss is, in nats a judgement, with its 95 %
    interval. model: the trained model, with all figures; gain there is the least sure of these.
    """

    name: str
    kept: bool
    verdict: str
    gains: Mapping[str, Interval]
    model: TrainedModel


def start_of(name: str) -> str:
    """Returns the encoder that tuning begins with in a store that has the one of this name: itself, if it has
    a network to tune.

    >>> start_of("static"), start_of("sbert:/models/mine")
    ('minilm', 'sbert:/models/mine')
    """
    return name if name.startswith("sbert:") else "minilm"


def adapt(
    library: Library,
    out: Path,
    *,
    readers: Sequence[str] = (),
    start: str | None = None,
    sts: Sequence[Path] = (),
    settings: TrainingSettings = ADAPT_DEFAULTS,
    on_step: StepCallback = lambda _: None,
    on_message: Callable[[str], None] = lambda _: None,
    progress: Progress = lambda *_: None,
) -> Adapted:
    """Tunes an encoder on what readers liked and disliked, and judges it by their later judgements.

    The latest quarter of each taste's judgements is held out. On it what readers are served is replayed with
    the vectors that the store has, with those of the start where that is another encoder, and with those of
    the tuned one. It passes where its log loss is lower than theirs beyond noise and it has not forgotten
    what the start knew. Then its vectors are put beside the others, and `library.use_encoder` with its name
    moves the store. Where it does not pass the store is as it was. Either way the model lies in `out`.

    readers: whose feedback; that of all who are not private if none are named. start: by default the store's
    encoder or, where that has no network, minilm. sts: files of pairs with scores, of which some are replayed
    and some judge. on_message: called with lines about what is going on. Stopped, it goes on from there with
    the same `out`, on the feedback there was when it began. Raises BadValue where there is too little
    feedback, UnknownName for a reader or start that is not there, BadSource, BadFolder.
    """
    pairs = read_sts([read_table(path) for path in sts]) if sts else None
    current = encoder_name(library)
    start = full_name(start or start_of(current))
    tastes = tastes_of(library, readers)
    dataset = gather(library, tastes, begun_recipe(out), settings.seed)
    trial = _trial(dataset, settings.seed)
    if start != current:
        reason = "" if start_of(current) == current else f", as {current} has no network to tune"
        on_message(f"tuning starts from {start}{reason}")
    feedback = dataset.training_feedback
    n_judgements = len(feedback.likings)
    on_message(
        f"{n_judgements} judgements of {len(tastes)} tastes to learn from, "
        f"{trial.n_held_out} later ones to judge by"
    )
    recipe = {
        "tastes": [taste.taste_id for taste in tastes],
        "head": dataset.last_entry,
        "last": dataset.last_row,
        "by": library.encoder.fingerprint,
    }
    tuned = tune_encoder(
        out,
        dataset.contents,
        feedback,
        dataset.vectors,
        start=start,
        sts=pairs,
        settings=settings,
        recipe=recipe,
        on_step=on_step,
    )
    encoder = make_encoder(full_name(f"sbert:{out}"))
    start_encoder = make_encoder(start) if start != current else None
    vectors = _encoded(encoder, dataset.contents, progress)
    results = {"before": trial.replay(dataset.vectors, library.encode, progress)}
    if start_encoder is not None:
        start_vectors = _encoded(start_encoder, dataset.contents, progress)
        results["start"] = trial.replay(start_vectors, start_encoder.encode, progress)
    after = trial.replay(vectors, encoder.encode, progress)
    gains = {
        part: gain(result, after, np.random.default_rng(settings.seed)) for part, result in results.items()
    }
    names = {"before": current, "start": start}
    verdict = judge_encoder(tuned, {names[part]: interval for part, interval in gains.items()})
    notes = (
        verdict.reason,
        f"judged by {trial.n_held_out} held-out judgements of {len(trial.judged)} tastes",
    )
    model = _finish(tuned, n_judgements, {**results, "after": after}, gains, notes)
    if verdict.kept:
        _add(library, encoder.name, dataset, vectors, model)
    return Adapted(encoder.name, verdict.kept, verdict.reason, gains, model)


def _trial(dataset: FeedbackDataset, seed: int) -> EncoderTrial:
    """Returns the trial of all tastes that have held-out judgements, or of as many of them, drawn at random,
    as come to MAX_HELD_OUT.
    """
    rng = np.random.default_rng([seed, 2])
    histories = [history.with_stand_ins(len(dataset.contents), rng) for history in dataset.histories]
    judged, n_held_out = list[int](), 0
    for taste in rng.permutation(len(histories)).tolist():
        if histories[taste].n_held_out and n_held_out < MAX_HELD_OUT:
            judged.append(taste)
            n_held_out += histories[taste].n_held_out
    if n_held_out < MIN_HELD_OUT:
        n = sum(len(history.indices) for history in dataset.histories)
        raise BadValue(
            f"{n} judgements are too few: adapting holds out the latest quarter of each taste to judge by "
            f"and takes about {round(MIN_HELD_OUT / HELD_OUT_SHARE)} in all; judge more texts first"
        )
    trial = EncoderTrial(dataset.contents, histories, sorted(judged))
    if not trial.tells_apart:
        raise BadValue(
            f"none of the {len(judged)} tastes has both likes and dislikes among its latest quarter, "
            f"the {n_held_out} judgements to judge by, so nothing can be told apart; judge a few more "
            "texts, some liked and some disliked"
        )
    return trial


def _encoded(encoder: Encoder, contents: Sequence[str], progress: Progress) -> Matrix:
    """Returns (n, d) float32, rounded to float16 as a store keeps them."""
    rows = []
    for start in range(0, len(contents), PROGRESS_TEXTS):
        batch = encoder.encode(contents[start : start + PROGRESS_TEXTS])
        rows.append(batch.astype(np.float16).astype(np.float32))
        progress(min(start + PROGRESS_TEXTS, len(contents)), len(contents))
    return np.concatenate(rows)


def _finish(
    tuned: TunedEncoder,
    n_judgements: int,
    results: Mapping[str, TrialResult],
    gains: Mapping[str, Interval],
    notes: tuple[str, ...],
) -> TrainedModel:
    """Writes report, card and palate.json beside the model."""
    general = {
        "before": {} if "start" in results else tuned.before,
        "start": tuned.before,
        "after": tuned.after,
    }
    figures = {
        part: {"loss": result.loss, "auc": result.auc, **general[part]} for part, result in results.items()
    }
    least_sure = min(gains.values(), key=lambda interval: interval.low)
    figures["after"] |= {
        "gain": least_sure.mean,
        "gain_low": least_sure.low,
        "gain_high": least_sure.high,
    }
    data = {"file": "feedback of the store", "sha256": tuned.recipe["texts"], "rows": n_judgements}
    model = TrainedModel(
        tuned.folder,
        "adapt",
        tuned.recipe["start"],
        figures=figures,
        data=(data,),
        settings=tuned.recipe["settings"],
        notes=(*notes, *tuned.notes),
        versions=tuned.recipe["versions"],
    )
    return finish(model, tuned.run, "triplet_loss")


def _add(library: Library, name: str, dataset: FeedbackDataset, vectors: Matrix, model: TrainedModel) -> None:
    """Adds the encoder to the store, with the vectors that are made already and the figures that kept it."""
    before, after = model.figures["before"], model.figures["after"]
    figures = {"loss before": before["loss"], "loss": after["loss"], "gain": after["gain"]}
    # its fingerprint is that of the whole folder, report and all
    add_encoder(library, make_encoder(name), name, dataset.hashes, vectors, figures)
