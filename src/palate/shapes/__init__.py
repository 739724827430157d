"""Shapes: results as JSON objects, the same from every door. Keys are part of the interface."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from palate.authors import authors

if TYPE_CHECKING:
    from palate.description.description import Description
    from palate.description.query import Query
    from palate.feedback import Feedback
    from palate.insight.drift import TasteChange
    from palate.question.stopping import RecallEstimate
    from palate.results import (
        AddReport,
        CrowdStatus,
        EncoderInfo,
        Finding,
        ReaderInfo,
        RemoveReport,
        SourceInfo,
    )
    from palate.rule import StoredRule
    from palate.taste.leaderboard import Standing
    from palate.text import Text
    from palate.value import Hit, Match, SimilarText, Value, Why

Shape = dict[str, Any]


def finite(number: float) -> float | None:
    """Returns the number, or None where it is not finite: JSON has no NaN and no infinity."""
    return number if math.isfinite(number) else None


def value_shape(value: Value) -> Shape:
    """mean and sd in [0, 1], score from 0 to 100."""
    return {"mean": finite(value.mean), "sd": finite(value.sd), "score": value.score}


def hit_shape(hit: Hit) -> Shape:
    """A text with its value; language by its ISO 639-1 code, "" where it is not known; group only where
    near-copies are folded under the text. See `about_shape`.

    >>> from palate.text import Text
    >>> from palate.value import Hit, Value
    >>> hit_shape(Hit(Text.of("They sleep.", title="Cats", id="a"), Value(0.5, 0.25)))
    {'id': 'a', 'title': 'Cats', 'language': '', 'mean': 0.5, 'sd': 0.25, 'score': 50,
     'source': '', 'published': None, 'snippet': 'They sleep.'}
    """
    shape = {**title_shape(hit.text), "language": hit.text.language, **value_shape(hit.value)}
    shape |= about_shape(hit.text)
    return {**shape, "group": list(hit.group)} if hit.group else shape


def found_shape(found: SimilarText | Match) -> Shape:
    """similarity in [-1, 1], None where words alone found the text."""
    similarity = finite(found.similarity)
    return {**title_shape(found.text), "language": found.text.language, "similarity": similarity}


def match_shape(match: Match) -> Shape:
    """A text that a search found: relevance in [0, 1], by which the list is in order. See `about_shape`."""
    return {**found_shape(match), "relevance": match.relevance, **about_shape(match.text)}


def title_shape(text: Text) -> Shape:
    """The id and title of a text."""
    return {"id": text.id, "title": text.title}


def about_shape(text: Text) -> Shape:
    """Where a text is from, when it was published in ISO 8601, None where that is not known, and how it
    begins.
    """
    published = text.published.isoformat() if text.published else None
    return {"source": text.source, "published": published, "snippet": text.snippet}


def text_shape(text: Text) -> Shape:
    """A whole text; published as in `about_shape`.

    >>> from palate.text import Text
    >>> text_shape(Text.of("They sleep.", title="Cats", id="a", extra={"authors": ["J. Doe"]}))
    {'id': 'a', 'title': 'Cats', 'language': '', 'source': '', 'published': None, 'url': '',
     'authors': ['J. Doe'], 'body': 'They sleep.'}
    """
    about = about_shape(text)
    return {
        **title_shape(text),
        "language": text.language,
        "source": about["source"],
        "published": about["published"],
        "url": text.url,
        "authors": list(authors(text.extra)),
        "body": text.body,
    }


def judged_shape(feedback: Feedback, text: Text) -> Shape:
    """A judgement that stands, with the title and source of its text."""
    return {**feedback_shape(feedback), "title": text.title, "source": text.source}


def source_shape(source: SourceInfo) -> Shape:
    """One source; newest in ISO 8601."""
    return {**asdict(source), "newest": source.newest.isoformat() if source.newest else None}


def feedback_shape(feedback: Feedback) -> Shape:
    """One judgement; given_at in ISO 8601."""
    return {
        "entry": feedback.entry,
        "reader": feedback.reader,
        "taste": feedback.taste,
        "id": feedback.text_id,
        "kind": feedback.kind,
        "liking": feedback.liking,
        "weight": feedback.weight,
        "given_at": feedback.given_at.isoformat(),
    }


def why_shape(why: Why) -> Shape:
    """A value with every share of its logit, and the nearest judged texts."""
    from palate.reasons import reason

    return {
        **hit_shape(why.hit),
        "reason": reason(why),
        "fits": why.fits._asdict() if why.fits else None,
        "logit": why.logit,
        "contributions": [share._asdict() for share in why.contributions],
        "blocks": why.blocks,
        "liked": [found_shape(found) for found in why.liked],
        "disliked": [found_shape(found) for found in why.disliked],
    }


def description_shape(description: Description) -> Shape:
    """What a reader wrote, as it was understood."""

    def shape(query: Query) -> Shape:
        near = {word: list(found) for word, found in query.near.items()}
        known, unknown = list(query.known), list(query.unknown)
        return {"phrase": query.phrase, "known": known, "unknown": unknown, "near": near}

    return {"liked": list(map(shape, description.liked)), "disliked": list(map(shape, description.disliked))}


def progress_shape(recall: RecallEstimate) -> Shape:
    """share, low and high in [0, 1]; found, left and saved in texts."""
    return {
        "known": recall.known,
        "share": recall.share,
        "low": recall.low,
        "high": recall.high,
        "found": recall.found,
        "left": recall.left,
        "saved": recall.saved,
    }


def contest_shape(
    standings: Sequence[Standing], champions: Sequence[tuple[int, str]], changes: Sequence[TasteChange]
) -> Shape:
    """The leaderboard, the champions so far, and where the taste seems to have changed."""
    return {
        "tastes": [asdict(standing) for standing in standings],
        "champions": [{"after": n_judgements, "name": name} for n_judgements, name in champions],
        "changes": [change._asdict() for change in changes],
    }


def add_shape(report: AddReport) -> Shape:
    """What became of each row: five kinds that add up to all, and which texts the known ones are."""
    return {
        "added": report.added,
        "updated": report.updated,
        "known": report.known,
        "grouped": report.grouped,
        "skipped": [asdict(skipped) for skipped in report.skipped],
        "known_texts": [known._asdict() for known in report.known_texts],
        "moved": report.moved,
        "texts_per_s": report.texts_per_s,
        **({} if report.judged is None else {"judged": report.judged}),
    }


def remove_shape(report: RemoveReport, *, dry_run: bool = False) -> Shape:
    """What was removed, or would be."""
    return {**asdict(report), "dry_run": dry_run}


def reader_shape(info: ReaderInfo) -> Shape:
    """One taste of one reader."""
    return asdict(info)


def removed_reader_shape(infos: Sequence[ReaderInfo]) -> Shape:
    """A reader that was removed, by its tastes (at least one)."""
    judgements = sum(info.judgements for info in infos)
    return {"removed": infos[0].reader, "tastes": len(infos), "judgements": judgements}


def encoder_shape(info: EncoderInfo) -> Shape:
    """One encoder of a store; made_at in ISO 8601."""
    return {**asdict(info), "made_at": info.made_at.isoformat() if info.made_at else None}


def removed_encoder_shape(info: EncoderInfo) -> Shape:
    """An encoder whose vectors were removed, and of how many texts."""
    return {"encoder": info.name, "fingerprint": info.fingerprint, "removed": info.texts}


def crowd_shape(status: CrowdStatus) -> Shape:
    """What the crowd was learned from; zeros where there is no crowd."""
    return {"readers": status.readers, "judgements": status.judgements, "since": status.since}


def rule_shape(stored: StoredRule) -> Shape:
    """A rule with its number, its state, and the evidence of a suggestion."""
    rule = stored.rule
    return {
        "number": stored.rule_id,
        "action": rule.action,
        "field": rule.field,
        "value": rule.value,
        "amount": rule.amount,
        "state": stored.state,
        "evidence": asdict(stored.evidence) if stored.evidence else None,
    }


def finding_shape(finding: Finding) -> Shape:
    """One check of a store."""
    return asdict(finding)


def gap_shape(gap: int, guesses: Sequence[Mapping[str, Any]]) -> Shape:
    """The guesses for one gap of a text, the first gap being 1."""
    return {"gap": gap, "guesses": [dict(guess) for guess in guesses]}
