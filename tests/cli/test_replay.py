import hashlib
import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import Result

from palate.cli import show
from palate.evaluation.judgements import RatedTexts
from palate.evaluation.systems import choose_systems

Palate = Callable[..., Result]

FIELDS = ["protocol", "data", "system", "k", "metric", "mean", "low", "high", "n", "palate_minus"]
WORDS = {True: "ranking search index query retrieval".split(), False: "kitten garden wool sleep purr".split()}


@pytest.fixture(autouse=True)
def recorded(palate: Palate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three readers' judgements of 24 texts, and a review of 20 records, on one processor: workers take
    seconds to start.
    """
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    rng = random.Random(7)
    likes = [place % 3 == 0 for place in range(24)]
    contents = [" ".join(rng.choices(WORDS[like], k=8)) for like in likes]
    Path("items.jsonl").write_text(
        "".join(json.dumps({"id": str(i), "title": text}) + "\n" for i, text in enumerate(contents))
    )
    said = [
        f"{reader},{item},{5 if like else 1},{item}" for reader in "abc" for item, like in enumerate(likes)
    ]
    Path("said.csv").write_text("reader,item,rating,timestamp\n" + "\n".join(said) + "\n")
    records = [f"{text},,{int(like)}" for text, like in zip(contents, likes, strict=True)]
    Path("review.csv").write_text("title,abstract,included\n" + "\n".join(records) + "\n")


RATINGS = ["replay", "ratings", "--items", "items.jsonl", "--judgements", "said.csv"]


def test_ratings_writes_tidy_rows_of_palate_and_those_it_is_compared_with(palate: Palate) -> None:
    result = palate(*RATINGS, "--against", "random", "--json", "rows.json")
    rows = json.loads(Path("rows.json").read_text())
    assert [list(row) for row in rows] == [FIELDS] * len(rows)
    assert {row["system"] for row in rows} == {"palate", "random"}
    assert {row["protocol"] for row in rows} == {"ratings"}
    assert {row["k"] for row in rows} == {0, 5, 10, 20}
    assert len(result.stdout.splitlines()) == len(rows)
    assert result.stderr == f"{len(rows)} rows are in rows.json\n"


def test_rows_may_go_to_stdout_or_be_lines(palate: Palate) -> None:
    said = palate(*RATINGS, "--against", "random", "--json", "-").stdout
    assert [list(json.loads(line)) for line in said.splitlines()] == [FIELDS] * len(said.splitlines())
    assert palate("--json", *RATINGS, "--against", "random").stdout == said
    palate(*RATINGS, "--against", "random", "--json", "rows.jsonl")
    assert Path("rows.jsonl").read_text() == said


def test_readers_are_drawn_with_the_seed(palate: Palate) -> None:
    def rows(*args: str) -> list[dict[str, object]]:
        said = palate(*RATINGS, "--against", "random", "--json", "-", *args).stdout
        return [json.loads(line) for line in said.splitlines()]

    assert {row["n"] for row in rows("--readers", "2")} == {2}
    assert rows("--readers", "1", "--seed", "3") == rows("--readers", "1", "--seed", "3")
    assert rows("--readers", "9") == rows()


def test_against_all_is_the_default(palate: Palate, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def replay(rated: object, systems: list[str], **more: object) -> list[object]:
        asked.append(systems)
        return []

    monkeypatch.setattr("palate.evaluation.ratings.replay_ratings", replay)
    palate(*RATINGS)
    palate(*RATINGS, "--against", "random,palate,random")
    assert asked == [choose_systems("all", crowd=False)[0], ["palate", "random"]]


@pytest.mark.needs("peers")
def test_a_crowd_is_what_other_readers_said(palate: Palate, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[RatedTexts] = []

    def replay(rated: RatedTexts, systems: list[str], **more: object) -> list[object]:
        seen.append(rated)
        return []

    monkeypatch.setattr("palate.evaluation.ratings.replay_ratings", replay)
    Path("others.csv").write_text("reader,item,rating\nzoe,0,5\nzoe,1,1\nzoe,9,3\na,3,4\n")
    result = palate(*RATINGS, "--crowd", "others.csv", "--readers", "1")
    assert (
        result.stderr
        == "1 readers of others.csv are in said.csv too: they are replayed, and left out of the crowd\n"
    )
    palate(*RATINGS, "--crowd", "others.csv", "--hide", "10")
    crowd, partly = (rated.crowd for rated in seen)
    assert crowd is not None
    assert partly is not None
    assert (crowd.indices.tolist(), crowd.n_texts) == ([0, 1, 9], 24)
    assert partly.indices.tolist() == [0, 1]


def test_popularity_needs_a_crowd(palate: Palate) -> None:
    Path("others.csv").write_text(
        "reader,item\n" + "".join(f"{reader},{item}\n" for reader in "xyz" for item in range(0, 24, 3))
    )
    said = palate(*RATINGS, "--crowd", "others.csv", "--against", "popularity", "--json", "-").stdout
    aucs = {
        row["system"]: row["mean"]
        for row in map(json.loads, said.splitlines())
        if (row["k"], row["metric"]) == (0, "auc")
    }
    assert aucs["popularity"] == 1
    assert "uses the feedback of a crowd" in palate(*RATINGS, "--against", "popularity", ok=False).stderr
    assert "--hide hides texts from the crowd" in palate(*RATINGS, "--hide", "10", ok=False).stderr


@pytest.mark.needs("plots")
def test_library_ranks_all_texts_by_a_few_likes(palate: Palate) -> None:
    args = [
        "replay",
        "library",
        *RATINGS[2:],
        "--against",
        "random",
        "--json",
        "rows.json",
        "--plot",
        "curves.png",
    ]
    palate(*args)
    rows = json.loads(Path("rows.json").read_text())
    assert {row["protocol"] for row in rows} == {"library"}
    assert {row["metric"] for row in rows} == {"recall@100", "ndcg@10", "mrr"}
    assert {row["k"] for row in rows} == {1, 5}
    assert Path("curves.png").exists()


def test_screening_replays_each_review_with_each_seed(palate: Palate) -> None:
    Path("other").mkdir()
    Path("other/review.csv").write_text(Path("review.csv").read_text())
    said = palate(
        "replay",
        "screening",
        "review.csv",
        "other/review.csv",
        "--against",
        "random",
        "--seeds",
        "2",
        "--json",
        "-",
    ).stdout
    rows = [json.loads(line) for line in said.splitlines()]
    assert {row["data"] for row in rows} == {"review.csv", "other/review.csv", "all"}
    assert {row["n"] for row in rows} == {2}
    assert {row["k"] for row in rows} == {None}
    assert {row["metric"] for row in rows} == {"loss", "wss@95", "atd", "recall@10%", "last"}


def test_descriptions_ranks_all_texts_by_a_sentence(palate: Palate) -> None:
    rng = random.Random(3)
    texts = [{"id": i, "title": " ".join(rng.choices(WORDS[i % 2 == 0], k=8))} for i in range(60)]
    Path("texts.jsonl").write_text("".join(json.dumps(text) + "\n" for text in texts))
    Path("tags.csv").write_text("item,tag\n" + "".join(f"{i},search\n" for i in range(0, 60, 2)))
    Path("said.csv").write_text("tag,description\nsearch,ranking and retrieval\n")
    args = ["--items", "texts.jsonl", "--tags", "tags.csv", "--descriptions", "said.csv"]
    said = palate(
        "replay", "descriptions", *args, "--against", "random", "--seeds", "2", "--json", "-"
    ).stdout
    rows = [json.loads(line) for line in said.splitlines()]
    assert {(row["protocol"], row["k"]) for row in rows} == {("descriptions", 0), ("descriptions", 10)}
    found = {(row["system"], row["k"]): row["mean"] for row in rows if row["metric"] == "precision@20"}
    assert found["palate", 0] == found["palate", 10] == 1 > found["random", 0]


def test_a_terminal_gets_tables(palate: Palate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(show, "is_terminal", lambda: True)
    said = palate(*RATINGS, "--against", "random").stdout
    assert "auc after k judgements" in said
    assert "k=20" in said
    assert "+ better than palate" in said
    assert max(map(len, said.splitlines())) <= 100


@pytest.mark.needs("peers")
@pytest.mark.parametrize(
    ("args", "told"),
    [
        ([*RATINGS[:3], "nofile.csv", *RATINGS[4:]], "nofile.csv"),
        ([*RATINGS, "--against", "nobody"], "no system called 'nobody'"),
        ([*RATINGS, "--json", "nowhere/rows.json"], "nowhere/rows.json cannot be written"),
        ([*RATINGS, "--plot", "nowhere/curves.png"], "nowhere/curves.png cannot be written"),
        ([*RATINGS, "--encoder", "bart"], "no encoder called 'bart'"),
        (["replay", "screening", "said.csv"], "included"),
    ],
)
def test_bad_input_is_told_before_the_work_begins(palate: Palate, args: list[str], told: str) -> None:
    result = palate(*args, ok=False)
    assert result.exit_code == 1
    assert told in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.needs("peers")
def test_ctrl_c_writes_nothing(palate: Palate, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*args: object, **more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("palate.evaluation.ratings.replay_ratings", stop)
    result = palate(*RATINGS, "--json", "rows.json", ok=False)
    assert (result.exit_code, result.stderr) == (130, "stopped: nothing was written\n")
    assert not Path("rows.json").exists()


def test_stopped_work_goes_on_where_it_was(palate: Palate, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = palate(*RATINGS, "--against", "random", "--json", "-").stdout
    done = []

    @contextmanager
    def stopping(what: str, unit: str) -> Iterator[Callable[[int, int], None]]:
        def update(now: int, total: int) -> None:
            done.append(now)
            if len(done) == 4:
                raise KeyboardInterrupt

        yield update

    monkeypatch.setattr("palate.cli.progress_bar.progress_bar", stopping)
    args = [*RATINGS, "--against", "random", "--json", "rows.jsonl"]
    result = palate(*args, ok=False)
    assert result.exit_code == 130
    assert result.stderr.startswith("stopped with 4 runs done; the same command goes on from there")
    assert not Path("rows.jsonl").exists()
    palate(*args)
    assert done == [1, 2, 3, 4, 4, 5, 6]
    assert Path("rows.jsonl").read_text() == wanted
    assert not Path("rows.jsonl.partial.jsonl").exists()


def test_beside_the_rows_it_says_what_they_were_made_of(palate: Palate) -> None:
    palate("replay", "screening", "review.csv", "--against", "random", "--seeds", "2", "--json", "rows.json")
    facts = json.loads(Path("rows.json.meta.json").read_text())
    assert facts["data"]["review.csv"] == hashlib.sha256(Path("review.csv").read_bytes()).hexdigest()
    assert facts["settings"]["encoder"].startswith("static:")
    assert (facts["systems"], facts["seeds"]) == (["palate", "random"], 2)
    assert {"palate", "code", "python", "packages", "machine", "seconds"} < set(facts)


@pytest.mark.needs("plots")
@pytest.mark.parametrize("args", [RATINGS, ["replay", "screening", "review.csv"]])
def test_curves_are_drawn(palate: Palate, args: list[str]) -> None:
    palate(*args, "--against", "random", "--plot", "curves.png")
    assert Path("curves.png").read_bytes().startswith(b"\x89PNG")


def test_a_folder_of_another_data_set_is_read(palate: Palate) -> None:
    Path("mind").mkdir()
    titles = [" ".join(random.Random(i).choices(WORDS[i % 2 == 0], k=8)) for i in range(24)]
    Path("mind/news.tsv").write_text(
        "".join(f"N{i}\tx\ty\t{title}\t\tu\t[]\t[]\n" for i, title in enumerate(titles))
    )
    shown = " ".join(f"N{i}-{int(i % 2 == 0)}" for i in range(24))
    Path("mind/behaviors.tsv").write_text(
        "".join(f"{i}\tU{i}\t11/11/2019 9:05:58 AM\tN99\t{shown}\n" for i in range(3))
    )
    result = palate(
        "replay", "ratings", "--folder", "mind", "--readers", "2", "--against", "random", "--json", "-"
    )
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert {row["n"] for row in rows} == {2}
    assert result.stderr.splitlines()[:2] == [
        "MIND: 24 texts; 2 readers are replayed, 1 others are the crowd",
        "skipped: 3 judgements of texts that are not there",
    ]
    told = palate(*RATINGS, "--folder", "mind", ok=False).stderr
    assert "leave --items, --judgements and --crowd out" in told
    assert "give the texts with --items FILE" in palate("replay", "library", ok=False).stderr
