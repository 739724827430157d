"""Sections of a report on how good a taste is: contest, calibration, learning curve, what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from palate.insight.calibration import error_by_chance, expected_calibration_error, reliability_bins
from palate.insight.chart import calibration_chart, line_chart
from palate.insight.learning import learning_curve
from palate.report.section import Bar, Cell, Section, Table, counted

if TYPE_CHECKING:
    from palate.reader import Reader
    from palate.taste.leaderboard import Standing

FIRST_GUESS_JUDGEMENTS = 50  # judgements below which a figure is called a first guess
LEAST_FOR_A_CURVE = 2


def found_section(reader: Reader) -> Section:
    """Says how much of what the reader would like has been seen."""
    recall = reader.progress()
    found = f"{counted(recall.found, 'liked text')} found so far."
    if recall.known:
        sentence = (
            f"That is about {recall.share:.0%} of all that would be liked here, and between {recall.low:.0%}"
            f" and {recall.high:.0%} in 95 of 100 such cases; some {recall.left:,} are left."
        )
    else:
        sentence = "How many are left is not known yet: judge more of the best texts, with: palate rank"
    return Section("found", "Found", "How much has been found", (found, sentence))


def contest_section(reader: Reader) -> Section:
    """Says which of the competing tastes predicts best."""
    standings = reader.contest()
    best, champion = standings[0], reader.champions()[-1][1]
    if not best.n or best.loss is None:
        return Section("contest", "Contest", "Which taste predicts best", (NOTHING_PREDICTED,))
    sentences = [
        f"Several tastes learn side by side; {best.name} lost least over {counted(best.n, 'judgement')}:"
        f" {best.loss:.3f} nats each, where one that knows nothing loses 0.69.",
        "Behind is how much more each loses than the champion; where the interval holds 0, it may be level.",
    ]
    sentences += (
        [f"Fewer than {FIRST_GUESS_JUDGEMENTS} judgements: take the order as a first guess."]
        if best.n < FIRST_GUESS_JUDGEMENTS
        else []
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            one.name,
            f"{one.share:.0%}",
            Bar(one.share, 1.0),
            *(_figure(number) for number in (one.loss, one.brier, one.auc)),
            *(("champion", "") if one.name == champion else (f"{one.behind:+.3f}", _interval(one))),
        )
        for one in standings
    )
    columns = ("taste", "weight", "", "log loss", "Brier", "AUC", "behind", "interval")
    table = Table("Tastes", columns, rows, ("taste",))
    return Section("contest", "Contest", "Which taste predicts best", tuple(sentences), tables=(table,))


def calibration_section(reader: Reader, *, seed: int) -> Section:
    """Says whether what was predicted came as often as was said."""
    predicted, came = reader.progressive()
    title = "Whether scores mean what they say"
    if not len(came):
        return Section("calibration", "Calibration", title, (NOTHING_PREDICTED,))
    bins = reliability_bins(predicted, came)
    error, (chance, limit) = expected_calibration_error(bins), error_by_chance(predicted, seed=seed)
    verdict = "what chance explains" if error <= limit else "more than chance explains"
    fullest = max(bins, key=lambda one: one.n)
    sentences = (
        "Each judgement was predicted before it was learned."
        f" Of the {counted(fullest.n, 'text')} given a chance of {fullest.predicted:.0%} or so,"
        f" {fullest.came:.0%} were liked.",
        f"Over all {counted(len(came), 'judgement')} predictions are off by {100 * error:.1f} points"
        f" (expected calibration error {error:.3f}); perfect ones would show {chance:.3f} by chance,"
        f" and less than {limit:.3f} in 95 of 100 such cases: this is {verdict}.",
    )
    chart = calibration_chart("Predicted against liked, with 95 % intervals", bins)
    return Section("calibration", "Calibration", title, sentences, (chart,))


def learning_section(reader: Reader) -> Section:
    """Says how much better predictions became with each judgement."""
    predicted, came = reader.progressive()
    title = "How it learns"
    if len(came) < LEAST_FOR_A_CURVE:
        return Section("learning", "Learning", title, (NOTHING_PREDICTED,))
    curve = learning_curve(predicted, came)
    n = np.arange(1, len(came) + 1, dtype=np.float64)
    names = ("this taste", "knows only how often you like")
    charts = tuple(
        line_chart(
            f"{what} of the judgements so far",
            ("judgements", unit),
            {names[0]: (n, ours), names[1]: (n, base)},
            y_range=y_range,
            dashed=names[1:],
        )
        for what, unit, ours, base, y_range in (
            ("Mean log loss", "nats", curve.loss, curve.base_loss, (0.0, 0.8)),
            ("Accuracy", "share right", curve.accuracy, curve.base_accuracy, (0.0, 1.0)),
        )
    )
    gain = curve.base_loss[-1] - curve.loss[-1]
    sentences = [
        f"Over {counted(len(came), 'judgement')} its side was right in {curve.accuracy[-1]:.0%}"
        f" ({curve.newest:.0%} of the newest), where the base rate alone gets {curve.base_accuracy[-1]:.0%}.",
        f"It lost {curve.loss[-1]:.3f} nats a judgement, the base rate {curve.base_loss[-1]:.3f}:"
        + (" it has learned something." if gain > 0 else " it knows no more than how often you like, yet."),
    ]
    sentences += [
        f"The taste seems to have changed at judgement {change.start + 1}:"
        f" the squared error rose from {change.before:.2f} to {change.after:.2f}."
        for change in reader.changes()
    ]
    return Section("learning", "Learning", title, tuple(sentences), charts)


NOTHING_PREDICTED = "Nothing was predicted yet: judge texts one by one, with: palate ask, palate judge"


def _interval(one: Standing) -> str:
    return f"{one.low:+.3f} to {one.high:+.3f}"


def _figure(number: float | None) -> str:
    return "" if number is None else f"{number:.3f}"
