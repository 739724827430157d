"""Every answer in JSON is a shape: the keys that a command prints are those of the function for it."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from palate import shapes
from palate.cli.app import app
from palate.feedback import Feedback
from palate.library import Library
from palate.question.stopping import RecallEstimate
from palate.results import (
    AddReport,
    CrowdStatus,
    EncoderInfo,
    Finding,
    KnownText,
    ReaderInfo,
    RemoveReport,
    Skipped,
    SourceInfo,
)
from palate.rule import Evidence, Rule, StoredRule
from palate.text import Text
from palate.value import Contribution, Hit, Match, SimilarText, Value, Why

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
ABOUT = {"source": "", "published": None, "snippet": "They sleep."}
TEXT = Text.of("They sleep.", title="Cats", id="a")
HIT = Hit(TEXT, Value(0.5, 0.25), ("a", "b"))
INFO = ReaderInfo("ada", "main", "contest", "cats", "bonds", 3, "blend", private=True)
ENCODER = EncoderInfo("static", "static:1", 256, 3, 4, in_use=True, made_at=NOW, figures={"auc": 0.7})
RULE = Rule("boost", "word", "cat", 1.5)
WHY = Why(HIT, 0.0, (Contribution("keyword", "cat", 0.5),), (SimilarText(TEXT, 0.5),), ())


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (
            shapes.hit_shape(HIT),
            {
                "id": "a",
                "title": "Cats",
                "language": "",
                "mean": 0.5,
                "sd": 0.25,
                "score": 50,
                **ABOUT,
                "group": ["a", "b"],
            },
        ),
        (
            shapes.found_shape(SimilarText(TEXT, float("nan"))),
            {"id": "a", "title": "Cats", "language": "", "similarity": None},
        ),
        (
            shapes.match_shape(Match(TEXT, 0.25, 0.5)),
            {"id": "a", "title": "Cats", "language": "", "similarity": 0.25, "relevance": 0.5, **ABOUT},
        ),
        (
            shapes.source_shape(SourceInfo("shelf", 3, NOW, 1, 0, ())),
            {
                "name": "shelf",
                "texts": 3,
                "newest": "2026-01-31T12:00:00+00:00",
                "liked": 1,
                "disliked": 0,
                "fetched": (),
            },
        ),
        (shapes.value_shape(Value(0.5, float("inf"))), {"mean": 0.5, "sd": None, "score": 50}),
        (
            shapes.feedback_shape(Feedback(3, "ada", "main", "a", "skip", None, 1.0, NOW)),
            {
                "entry": 3,
                "reader": "ada",
                "taste": "main",
                "id": "a",
                "kind": "skip",
                "liking": None,
                "weight": 1.0,
                "given_at": "2026-01-31T12:00:00+00:00",
            },
        ),
        (
            shapes.why_shape(WHY),
            {
                **shapes.hit_shape(HIT),
                "reason": "Likely, since it has the words cat and it is near “Cats”, which you liked.",
                "fits": None,
                "logit": 0.0,
                "contributions": [{"block": "keyword", "name": "cat", "amount": 0.5}],
                "blocks": {"keyword": 0.5},
                "liked": [{"id": "a", "title": "Cats", "language": "", "similarity": 0.5}],
                "disliked": [],
            },
        ),
        (
            shapes.add_shape(
                AddReport(
                    added=3,
                    updated=2,
                    grouped=1,
                    known_texts=[KnownText("On cats", "c1", "its words")],
                    skipped=[Skipped("a.csv, row 3", "row has no text")],
                    seconds=2.0,
                )
            ),
            {
                "added": 3,
                "updated": 2,
                "known": 1,
                "grouped": 1,
                "skipped": [{"where": "a.csv, row 3", "reason": "row has no text"}],
                "known_texts": [{"title": "On cats", "same_as": "c1", "by": "its words"}],
                "moved": {},
                "texts_per_s": 3.5,
            },
        ),
        (
            shapes.remove_shape(RemoveReport(3, 2, 0), dry_run=True),
            {"removed": 3, "judged": 2, "forgotten": 0, "dry_run": True},
        ),
        (
            shapes.reader_shape(INFO),
            {
                "reader": "ada",
                "taste": "main",
                "kind": "contest",
                "likes": "cats",
                "dislikes": "bonds",
                "judgements": 3,
                "serving": "blend",
                "private": True,
            },
        ),
        (shapes.removed_reader_shape([INFO, INFO]), {"removed": "ada", "tastes": 2, "judgements": 6}),
        (
            shapes.encoder_shape(ENCODER),
            {
                "name": "static",
                "fingerprint": "static:1",
                "dims": 256,
                "texts": 3,
                "of": 4,
                "in_use": True,
                "made_at": "2026-01-31T12:00:00+00:00",
                "figures": {"auc": 0.7},
            },
        ),
        (
            shapes.removed_encoder_shape(ENCODER),
            {"encoder": "static", "fingerprint": "static:1", "removed": 3},
        ),
        (
            shapes.crowd_shape(CrowdStatus(5, 30, 2, 6, 5, 5)),
            {"readers": 5, "judgements": 30, "since": 2},
        ),
        (
            shapes.rule_shape(StoredRule(2, RULE, "pending", Evidence(8, 8, 0, 8, 0.01))),
            {
                "number": 2,
                "action": "boost",
                "field": "word",
                "value": "cat",
                "amount": 1.5,
                "state": "pending",
                "evidence": {"liked": 8, "of_liked": 8, "disliked": 0, "of_disliked": 8, "chance": 0.01},
            },
        ),
        (
            shapes.finding_shape(Finding("file", ok=True, detail="it is whole")),
            {"check": "file", "ok": True, "detail": "it is whole", "mend": ""},
        ),
        (
            shapes.progress_shape(RecallEstimate(0.94, 0.9, 0.97, 47, 3, 412)),
            {"known": True, "share": 0.94, "low": 0.9, "high": 0.97, "found": 47, "left": 3, "saved": 412},
        ),
        (
            shapes.gap_shape(1, [{"piece": "film", "probability": 0.25}]),
            {"gap": 1, "guesses": [{"piece": "film", "probability": 0.25}]},
        ),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_a_shape_has_the_documented_keys_in_their_order(
    shape: shapes.Shape, expected: dict[str, Any]
) -> None:
    assert json.dumps(shape, allow_nan=False) == json.dumps(expected)


@pytest.fixture
def lines(tmp_path: Path, papers: list[Text], static: object) -> Callable[..., list[dict[str, Any]]]:
    path = tmp_path / "store.db"
    with Library(path) as library:
        library.add(papers)
        library.reader().judge_many([("cats-1", "like"), ("bonds-2", "dislike")])

    def run(*args: str) -> list[dict[str, Any]]:
        result = CliRunner().invoke(app, ["--store", str(path), *args, "--json"])
        assert result.exit_code == 0, result.output
        return [json.loads(line) for line in result.stdout.splitlines()]

    return run


def test_commands_print_the_shapes_of_what_the_library_answers(
    lines: Callable[..., list[dict[str, Any]]], tmp_path: Path
) -> None:
    lines("rule", "add", "--block", "--word", "yields")
    # in a copy, as asking may learn
    with Library(shutil.copy(tmp_path / "store.db", tmp_path / "copy.db")) as library:
        me = library.reader()
        for shown, hits in ((lines("rank"), me.rank()), (lines("ask", "--limit", "3"), me.ask(3))):
            assert shown == [
                {**shapes.hit_shape(hit), "number": number} for number, hit in enumerate(hits, 1)
            ]
        assert lines("find", "cats") == [shapes.match_shape(found) for found in library.find("cats")]
        assert lines("why", "cats-1") == [shapes.why_shape(me.why("cats-1"))]
        assert lines("progress") == [shapes.progress_shape(me.progress())]
        assert lines("contest") == [
            json.loads(json.dumps(shapes.contest_shape(me.contest(), me.champions(), me.changes())))
        ]
        assert lines("reader", "list") == [shapes.reader_shape(info) for info in library.readers()]
        assert lines("rule", "list") == [shapes.rule_shape(stored) for stored in me.rules.all()]
        assert lines("encoder", "list") == [shapes.encoder_shape(info) for info in library.encoders()]
        assert lines("crowd") == [shapes.crowd_shape(library.crowd_status())]
        details = [finding["check"] for finding in lines("doctor")]
        assert details == [finding.check for finding in library.examine()]
        judged, undone = lines("judge", "cats-2", "like")[0], lines("undo")[0]
        assert list(judged) == list(undone) == list(shapes.feedback_shape(me.judged()[0]))
