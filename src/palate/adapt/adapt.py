"""Adapting: a store's encoder is tuned on its own feedback, and kept only if readers are served better beyond
noise.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from palate.adapt.held_out import HELD, Gathered, gather, tastes_of
from palate.adapt.trial import Served, Trial, gain
from palate.encoder.choose import full_name, make_encoder
from palate.errors import BadValue
from palate.evaluation.metrics import Interval
from palate.library import Library
from palate.parts import Encoder, Matrix
from palate.training.adapt import Tuned, tune
from palate.training.curves import draw_history
from palate.training.head import finish
from palate.training.run.finish import Finished
from palate.training.run.loop import Watch
from palate.training.run.resume import CHECKPOINTS, RECIPE
from palate.training.run.settings import ADAPT, Settings
from palate.training.sources import read_sts
from palate.training.table import read_table
from palate.workspace.reencoding import encoder_id

# judgements that are held out in all: fewer tell nothing, more take too long
LEAST_HELD, MOST_HELD = 20, 1500
# an agreement with the start, and a fall of the STS figure, that no gain makes up for
FORGOTTEN, FORGOTTEN_STS = 0.5, 0.02
AT_ONCE = 100  # texts encoded between two reports of progress

# told how many texts are encoded, or tastes are replayed, and of how many
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Adapted:
    """What adapting came to. name: of the tuned encoder. kept: whether it passed. verdict: why, in a
    sentence.

    gains: by what it was compared with, how much lower the loss is that readers are served with, in nats a
    judgement, with its 95 % interval. finished: the model, with all figures; gain there is the least sure of
    these."""

    name: str
    kept: bool
    verdict: str
    gains: Mapping[str, Interval]
    finished: Finished


def start_of(name: str) -> str:
    """The encoder that tuning begins with in a store that has the one of this name: itself, if it has a
    network to tune.

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
    settings: Settings = ADAPT,
    watch: Watch = lambda _: None,
    tell: Callable[[str], None] = lambda _: None,
    progress: Progress = lambda *_: None,
) -> Adapted:
    """Tune an encoder on what readers liked and disliked, and judge it by what they said later.

    The latest quarter of each taste's judgements is held out. On it what readers are served is replayed with
    the vectors that the store has, with those of the start where that is another encoder, and with those of
    the tuned one. It passes where its log loss is lower than theirs beyond noise and it has not forgotten
    what the start knew. Then its vectors are put beside the others, and `library.use_encoder` with its name
    moves the store. Where it does not pass the store is as it was. Either way the model lies in `out`.

    readers: whose feedback; that of all who are not private if none are named. start: by default the store's
    encoder or, where that has no network, minilm. sts: files of pairs with scores, of which some are replayed
    and some judge. tell: is told what is going on. Stopped, it goes on from there with the same `out`, on
    what had been said when it began. Raises BadValue where too little was said, UnknownName for a reader or
    start that is not there, BadSource, BadFolder."""
    pairs = read_sts([read_table(path) for path in sts]) if sts else None
    with library.store.reading() as tables:
        now = tables.state().encoder_name or library.encoder.name
    start = full_name(start or start_of(now))
    tastes = tastes_of(library, readers)
    said = gather(library, tastes, _begun(out), settings.seed)
    trial = _trial(said, settings.seed)
    if start != now:
        tell(
            f"tuning starts from {start}"
            + ("" if start_of(now) == now else f", as {now} has no network to tune")
        )
    tell(
        f"{len(said.learned.indices)} judgements of {len(tastes)} tastes to learn from, {trial.held} later ones to judge by"
    )
    facts = {
        "tastes": [row.taste_id for row in tastes],
        "head": said.head,
        "last": said.last,
        "by": library.encoder.fingerprint,
    }
    tuned = tune(
        out,
        said.contents,
        said.learned,
        said.vectors,
        start=start,
        sts=pairs,
        settings=settings,
        facts=facts,
        watch=watch,
    )
    encoder, first = make_encoder(full_name(f"sbert:{out}")), make_encoder(start) if start != now else None
    vectors = _encoded(encoder, said.contents, progress)
    served = {"before": trial.serve(said.vectors, library.encode, progress)}
    if first is not None:
        served["start"] = trial.serve(_encoded(first, said.contents, progress), first.encode, progress)
    after = trial.serve(vectors, encoder.encode, progress)
    gains = {part: gain(one, after, np.random.default_rng(settings.seed)) for part, one in served.items()}
    forgotten = _forgotten(tuned)
    kept = not forgotten and all(one.low > 0 for one in gains.values())
    verdict = forgotten or "; ".join(
        _said(one, {"before": now, "start": start}[part]) for part, one in gains.items()
    )
    finished = _finished(tuned, said, trial, {**served, "after": after}, gains, verdict)
    if kept:
        _put(library, encoder.name, said, vectors, finished)
    return Adapted(encoder.name, kept, verdict, gains, finished)


def _begun(out: Path) -> dict[str, Any]:
    """The recipe of a training that was begun there; empty where none was."""
    path = out / CHECKPOINTS / RECIPE
    return dict(json.loads(path.read_text("utf-8"))) if path.is_file() else {}


def _trial(said: Gathered, seed: int) -> Trial:
    """Which tastes are judged: all that have something held out, or as many of them, drawn by chance, as come
    to MOST_HELD.
    """
    rng = np.random.default_rng([seed, 2])
    heard = [one.with_stand_ins(len(said.contents), rng) for one in said.heard]
    judged, held = list[int](), 0
    for place in rng.permutation(len(heard)).tolist():
        if heard[place].held and held < MOST_HELD:
            judged.append(place)
            held += heard[place].held
    if held < LEAST_HELD:
        n = sum(len(one.places) for one in said.heard)
        raise BadValue(
            f"{n} judgements are too few: adapting holds out the latest quarter of each taste to judge by and takes about "
            f"{round(LEAST_HELD / HELD)} in all; judge more texts first"
        )
    return Trial(said.contents, heard, sorted(judged))


def _encoded(encoder: Encoder, contents: Sequence[str], progress: Progress) -> Matrix:
    """(n, d) float32, rounded to float16 as a store keeps them."""
    rows = []
    for begin in range(0, len(contents), AT_ONCE):
        rows.append(encoder.encode(contents[begin : begin + AT_ONCE]).astype(np.float16).astype(np.float32))
        progress(min(begin + AT_ONCE, len(contents)), len(contents))
    return np.concatenate(rows)


def _forgotten(tuned: Tuned) -> str:
    """What the encoder has forgotten of what it was made for, in a sentence; empty where it has not."""
    if "sts_spearman" in tuned.after:
        before, after = (figures["sts_spearman"] for figures in (tuned.before, tuned.after))
        fell = before - after > FORGOTTEN_STS
        return f"it forgot too much: STS Spearman fell from {before:.3f} to {after:.3f}" if fell else ""
    agreement = tuned.after["agreement"]
    lost = agreement < FORGOTTEN
    return (
        f"it forgot too much: what is like what agrees with the start at {agreement:.2f}, below {FORGOTTEN}"
        if lost
        else ""
    )


def _said(one: Interval, other: str) -> str:
    how = (
        "better beyond noise"
        if one.low > 0
        else "worse beyond noise"
        if one.high < 0
        else "no better beyond noise"
    )
    return f"{how} than {other}: log loss {-one.mean:+.4f} (95 %: {-one.high:+.4f} to {-one.low:+.4f})"


def _finished(
    tuned: Tuned,
    said: Gathered,
    trial: Trial,
    served: Mapping[str, Served],
    gains: Mapping[str, Interval],
    verdict: str,
) -> Finished:
    """Write report, card and palate.json beside the model."""
    general = {
        "before": {} if "start" in served else tuned.before,
        "start": tuned.before,
        "after": tuned.after,
    }
    figures = {part: {"loss": one.loss, "auc": one.auc, **general[part]} for part, one in served.items()}
    least = min(gains.values(), key=lambda one: one.low)
    figures["after"] |= {"gain": least.mean, "gain_low": least.low, "gain_high": least.high}
    data = {
        "file": "feedback of the store",
        "sha256": tuned.facts["texts"],
        "rows": len(said.learned.indices),
    }
    notes = (
        verdict,
        f"judged by {trial.held} held-out judgements of {len(trial.judged)} tastes",
        *tuned.notes,
    )
    finished = Finished(
        tuned.folder,
        "adapt",
        tuned.facts["start"],
        figures=figures,
        data=(data,),
        settings=tuned.facts["settings"],
        notes=notes,
        versions=tuned.facts["versions"],
    )

    def draw(path: Path) -> object:
        return draw_history(tuned.ran.history, path, figure="triplet_loss", best=tuned.ran.best)

    return finish(finished, tuned.ran, {"history": draw})


def _put(library: Library, name: str, said: Gathered, vectors: Matrix, finished: Finished) -> None:
    """Put the vectors that are there, and what the encoder is kept for, beside those of the others."""
    encoder = make_encoder(name)  # its fingerprint is that of the whole folder, report and all
    number = encoder_id(library.store, encoder, name)
    for begin in range(0, len(said.hashes), AT_ONCE):
        part = slice(begin, begin + AT_ONCE)
        with library.store.writing() as tables:
            tables.vectors.put(number, said.hashes[part], vectors[part])
    before, after = finished.figures["before"], finished.figures["after"]
    with library.store.writing() as tables:
        tables.encoders.put_figures(
            number, {"loss before": before["loss"], "loss": after["loss"], "gain": after["gain"]}
        )
