import gzip
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import Result

from palate.library import Library
from palate.results import AddReport
from palate.text import Text

Palate = Callable[..., Result]

CSV = "id,title,text\na,Cats,They sleep all day.\nb,Bonds,Yields rose again.\n"


def lines(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_add_makes_the_store_and_says_on_stderr_what_became_of_the_texts(
    palate: Palate, tmp_path: Path
) -> None:
    Path("papers.csv").write_text(CSV + "c,,\n")
    result = palate("add", "papers.csv")
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "added 2, 0 updated, 0 known, 0 grouped, 1 skipped",
        "skipped papers.csv, row 4: row has neither title nor text",
    ]
    assert (tmp_path / "store.db").exists()


def test_add_json_sums_all_sources_in_one_object(palate: Palate) -> None:
    Path("one.csv").write_text(CSV)
    Path("two.csv").write_text(CSV + "c,Search,Ranking documents well.\nd,,\n")
    result = palate("add", "one.csv", "two.csv", "--json")
    (report,) = lines(result)
    assert list(report) == [
        *("added", "updated", "known", "grouped", "skipped", "known_texts", "moved", "texts_per_s")
    ]
    assert (report["added"], report["known"], report["grouped"]) == (3, 2, 0)
    assert report["skipped"] == [{"where": "two.csv, row 5", "reason": "row has neither title nor text"}]
    assert isinstance(report["texts_per_s"], float)
    assert report["texts_per_s"] > 0
    assert result.stderr == ""


def test_add_takes_columns_by_name(palate: Palate) -> None:
    Path("odd.csv").write_text("nr,heading,words\n7,Cats,They sleep.\n")
    palate("add", "odd.csv", "--title", "heading", "--text", "words", "--id", "nr")
    assert lines(palate("rank", "--json"))[0]["id"] == "7"


def test_add_reads_standard_input(palate: Palate) -> None:
    assert json.loads(palate("add", "-", "--json", input="one text\nanother text\n").stdout)["added"] == 2


def test_add_tells_of_near_copies(palate: Palate, papers: list[Text]) -> None:
    body = papers[4].body
    Path("copies.jsonl").write_text(
        "".join(json.dumps({"text": text}) + "\n" for text in (body, body + " Again."))
    )
    assert palate("add", "copies.jsonl").stderr == "added 1, 0 updated, 0 known, 1 grouped, 0 skipped\n"


def test_add_lists_twenty_skipped_rows_and_json_all(palate: Palate) -> None:
    Path("holes.csv").write_text(CSV + ",,\n" * 25)
    told = palate("add", "holes.csv").stderr.splitlines()
    assert told[0] == "added 2, 0 updated, 0 known, 0 grouped, 25 skipped"
    assert len(told) == 22
    assert told[-1] == "and 5 more; --json lists all"
    assert len(json.loads(palate("add", "holes.csv", "--json").stdout)["skipped"]) == 25


EMPTY_FEED = '<rss version="2.0"><channel><title>News</title></channel></rss>'


@pytest.mark.parametrize(
    ("name", "content", "skipped"),
    [
        ("empty.csv", "", None),
        ("header.csv", "title,text\n", 0),
        ("feed.xml", EMPTY_FEED, 0),
        ("list.json", "[]", 0),
        ("blank.csv", "title,text\n,\n,\n", 2),
    ],
)
def test_a_source_that_gives_no_text_ends_with_exit_code_1(
    palate: Palate, name: str, content: str, skipped: int | None
) -> None:
    Path(name).write_text(content)
    result = palate("add", name, ok=False)
    told = result.stderr.splitlines()
    assert result.exit_code == 1
    assert told[-1].startswith(f"palate: {name} {'is empty' if skipped is None else 'gave no text'}")
    assert skipped is None or told[0] == f"added 0, 0 updated, 0 known, 0 grouped, {skipped} skipped"


def test_a_source_without_texts_is_named_when_the_others_are_in(palate: Palate) -> None:
    Path("feed.xml").write_text(EMPTY_FEED)
    Path("good.csv").write_text(CSV)
    result = palate("add", "feed.xml", "good.csv", ok=False)
    assert result.exit_code == 1
    assert result.stderr.splitlines()[0] == "added 2, 0 updated, 0 known, 0 grouped, 0 skipped"
    assert result.stderr.splitlines()[-1].startswith("palate: feed.xml gave no text")


def test_a_source_of_known_texts_is_all_right(palate: Palate) -> None:
    Path("papers.csv").write_text(CSV)
    palate("add", "papers.csv")
    result = palate("add", "papers.csv")
    assert (result.exit_code, result.stderr) == (0, "added 0, 0 updated, 2 known, 0 grouped, 0 skipped\n")


def test_an_address_of_which_nothing_is_new_is_all_right(palate: Palate) -> None:
    class Feed(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_known = self.headers["If-None-Match"] == '"1"'
            self.send_response(304 if is_known else 200)
            self.send_header("ETag", '"1"')
            self.end_headers()
            if not is_known:
                self.wfile.write(b"<rss><channel><item><title>Cats</title></item></channel></rss>")

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Feed) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/feed"
        first, second = (palate("add", url, "--allow-private-network") for _ in range(2))
        server.shutdown()
        thread.join()
    assert (first.exit_code, first.stderr) == (0, "added 1, 0 updated, 0 known, 0 grouped, 0 skipped\n")
    assert (second.exit_code, second.stderr) == (0, "added 0, 0 updated, 0 known, 0 grouped, 0 skipped\n")


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_what_was_added_before_a_bad_source_stays_and_is_told_first(palate: Palate, form: list[str]) -> None:
    Path("good.csv").write_text(CSV)
    Path("bad.csv").write_text("a,b\n1,2\n")
    result = palate("add", "good.csv", "bad.csv", *form, ok=False)
    assert result.exit_code == 1
    assert "added 2, 0 updated" in result.stderr or json.loads(result.stdout)["added"] == 2
    assert result.stderr.splitlines()[-1].startswith("palate: bad.csv has no column")
    assert len(lines(palate("rank", "--json"))) == 2


def test_a_new_store_gets_the_encoder_that_is_named(palate: Palate, words: object) -> None:
    Path("papers.csv").write_text(CSV)
    palate("add", "papers.csv", "--encoder", "words")
    with Library("store.db") as library:
        assert library.encoder is words
    result = palate("add", "papers.csv", "--encoder", "static", ok=False)
    assert result.exit_code == 1
    assert "encoder use static" in result.stderr


@pytest.mark.parametrize(
    "slip", [["missing.csv"], ["good.csv", "--encoder", "nope"], ["good.csv", "--text", "nope"]]
)
def test_a_slip_with_the_first_source_makes_no_store(palate: Palate, tmp_path: Path, slip: list[str]) -> None:
    Path("good.csv").write_text(CSV)
    assert palate("add", *slip, ok=False).exit_code == 1
    assert not (tmp_path / "store.db").exists()


def test_ctrl_c_while_adding_tells_what_is_in(
    palate: Palate, monkeypatch: pytest.MonkeyPatch, store: Path
) -> None:
    def add(
        self: Library, source: str, *, progress: Callable[[AddReport, int], None], **columns: str | None
    ) -> AddReport:
        progress(AddReport(added=2990, updated=10), 12000)
        raise KeyboardInterrupt

    monkeypatch.setattr(Library, "add", add)
    result = palate("add", "big.csv", ok=False)
    assert result.exit_code == 130
    assert result.stderr == "stopped: 3000 of 12000 texts are in\n"
    assert json.loads(palate("add", "big.csv", "--json", ok=False).stdout)["added"] == 2990


FOUND_KEYS = ["id", "title", "language", "similarity", "relevance", "source", "published", "snippet"]


def test_find_gives_id_title_and_similarity(palate: Palate, store: Path) -> None:
    found = lines(palate("find", "sleeping kitten", "--json", "--limit", "3"))
    assert [list(one) for one in found] == [FOUND_KEYS] * 3
    assert str(found[0]["id"]).startswith("cats-")
    first = palate("find", "sleeping kitten", "--limit", "3").stdout.splitlines()[0].split("\t")
    assert {found[0]["id"], found[0]["title"]} <= set(first)


def test_find_like_leaves_the_text_itself_out(palate: Palate, store: Path) -> None:
    ids = [one["id"] for one in lines(palate("find", "--like", "search-1", "--json"))]
    assert ids
    assert "search-1" not in ids


def test_find_says_that_nothing_was_found(palate: Palate) -> None:
    palate("reader", "add", "me")
    assert palate("find", "cats").stderr.startswith("nothing fits")


@pytest.mark.parametrize("both", [[], ["cats", "--like", "cats-1"]])
def test_find_wants_either_a_query_or_a_text(palate: Palate, store: Path, both: list[str]) -> None:
    assert palate("find", *both, ok=False).exit_code == 2


def test_value_of_a_text_is_told_and_nothing_is_stored(palate: Palate, store: Path) -> None:
    before = len(lines(palate("rank", "--json", "--limit", "100")))
    (value,) = lines(palate("value", "Bond yields fell.", "--json"))
    assert list(value)[:6] == ["id", "title", "language", "mean", "sd", "score"]
    assert value["id"] == Text.of("Bond yields fell.").id
    assert len(lines(palate("rank", "--json", "--limit", "100"))) == before
    assert "Bond yields fell." in palate("value", "Bond yields fell.").stdout.rstrip().split("\t")


def test_value_reads_files_and_standard_input(palate: Palate, store: Path) -> None:
    Path("new.csv.gz").write_bytes(gzip.compress((CSV + "c,,\n").encode()))
    result = palate("value", "new.csv.gz", "--json")
    assert [one["id"] for one in lines(result)] == ["a", "b"]
    assert "row 4" in result.stderr
    assert len(lines(palate("value", "-", "--json", input="one\ntwo\nthree\n"))) == 3


def test_value_follows_the_reader(palate: Palate, store: Path) -> None:
    palate("reader", "add", "ada", "--likes", "government bonds")
    bonds = lines(palate("value", "The bonds of the government", "--reader", "ada", "--json"))[0]
    cats = lines(palate("value", "A kitten in the garden", "--reader", "ada", "--json"))[0]
    assert bonds["mean"] > cats["mean"]  # type: ignore[operator]


def test_number_is_an_integer_of_64_bits(palate: Palate) -> None:
    number = json.loads(palate("number", "two cats", "--json").stdout)["number"]
    assert 0 < number < 2**64
    assert palate("number", "two   cats\n").stdout == f"{number}\n"


def test_demo_stores_nothing(palate: Palate, tmp_path: Path) -> None:
    assert "The next page" in palate("demo").stdout
    assert not list(tmp_path.iterdir())
