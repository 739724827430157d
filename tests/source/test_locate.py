import gzip
import io
import os
import sys
import threading
from pathlib import Path

import pytest

from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.source import Columns, Skipped, open_source
from palate.source.sniffing import format_of, root_of
from palate.text import Text

SAMPLES = {
    "csv": b"title,text\nCats,They sleep.\n",
    "tsv": b"title\ttext\nCats\tThey sleep.\n",
    "jsonl": b'{"title": "Cats", "text": "They sleep."}\n',
    "json": b'[{"title": "Cats", "text": "They sleep."}]',
    "txt": b"Cats\n\nThey sleep.",
    "md": b"# Cats\n\nThey sleep.",
    "xml": b"<rss><channel><item><title>Cats</title><description>They sleep.</description></item></channel>"
    b"</rss>",
    "ris": b"TY  - JOUR\nTI  - Cats\nAB  - They sleep.\nER  - \n",
    "bib": b"@misc{a, title = {Cats}, abstract = {They sleep.}}",
    "nbib": b"PMID- 1\nTI  - Cats\nAB  - They sleep.\n",
}


def contents(source: object, **more: object) -> list[str]:
    return [item.content for item in open_source(source, **more) if isinstance(item, Text)]  # type: ignore[arg-type]


@pytest.mark.parametrize("suffix", SAMPLES)
def test_every_format_is_read_from_a_file_packed_or_not_and_read_again(suffix: str, tmp_path: Path) -> None:
    for name, data in ((f"a.{suffix}", SAMPLES[suffix]), (f"b.{suffix}.gz", gzip.compress(SAMPLES[suffix]))):
        path = tmp_path / name
        path.write_bytes(data)
        source = open_source(str(path))
        assert source.name == name
        assert not source.unchanged
        first, second = list(source), list(source)
        assert [item.content for item in first if isinstance(item, Text)] == ["Cats\nThey sleep."]
        assert first == second


@pytest.mark.parametrize("suffix", sorted(set(SAMPLES) - {"txt", "md"}))
def test_standard_input_is_told_by_its_bytes_and_read_again(suffix: str) -> None:
    source = open_source("-", stdin=io.BytesIO(SAMPLES[suffix]))
    assert source.name == "standard input"
    assert [[item.content for item in source if isinstance(item, Text)] for _ in range(2)] == [
        ["Cats\nThey sleep."]
    ] * 2


def test_plain_standard_input_is_a_text_per_block() -> None:
    assert contents("-", stdin=io.BytesIO(b"Cats\nsleep.\n\nDogs bark.\n")) == ["Cats\nsleep.", "Dogs bark."]


def test_large_standard_input_is_kept_in_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("palate.document.spooling.MAX_MEMORY_BYTES", 10)
    source = open_source("-", stdin=io.BytesIO(b"Cats sleep all day.\nDogs bark.\n"))
    assert [[item.content for item in source if isinstance(item, Text)] for _ in range(2)] == [
        ["Cats sleep all day.", "Dogs bark."]
    ] * 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_can_be_read_again(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=lambda: (tmp_path / "pipe").write_bytes(SAMPLES["csv"]))
    writer.start()
    source = open_source(tmp_path / "pipe")
    writer.join()
    assert len(list(source)) == len(list(source)) == 1


def test_a_folder_gives_all_its_files_but_the_hidden_ones(tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    (folder / "old").mkdir(parents=True)
    (folder / ".git").mkdir()
    for name in ("b.txt", "old/a.csv", ".hidden.txt", ".git/x.txt"):
        (folder / name).write_bytes(SAMPLES[name.rpartition(".")[2]])
    (folder / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    (folder / "empty.txt").write_bytes(b"")
    source = open_source(folder)
    assert source.name == "notes"
    texts = [item for item in source if isinstance(item, Text)]
    assert [text.source for text in texts] == ["notes/b.txt", "notes/old/a.csv"]
    assert [item for item in source if isinstance(item, Skipped)] == [
        Skipped("notes/empty.txt", "is empty; expected texts"),
        Skipped("notes/photo.png", "is a picture; expected text"),
    ]


def test_a_folder_skips_the_files_that_need_an_extra_and_reads_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    (tmp_path / "cats.txt").write_text("Cats sleep.")
    (tmp_path / "page.html").write_text("<html><p>Dogs bark.</p></html>")
    text, page = open_source(tmp_path)
    assert isinstance(text, Text)
    assert isinstance(page, Skipped)
    assert page.reason.endswith("page.html needs the extra [pages]; run: pip install 'palate[pages]'")


def test_a_folder_without_texts_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    with pytest.raises(
        BadSource,
        match=r"^folder .* holds no texts; expected files such as .*; of its 1 unreadable files the first: ",
    ):
        list(open_source(tmp_path))


def test_a_list_holds_strings_mappings_and_texts() -> None:
    ready = Text.of("ready", source="elsewhere")
    source = open_source(iter(["plain", {"title": "t", "text": "b"}, ready, "", None, {"x": 1}]))
    first, second, third, *skipped = source
    assert isinstance(first, Text)
    assert isinstance(second, Text)
    assert (first.body, first.source, second.content, third) == ("plain", "list", "t\nb", ready)
    assert skipped == [
        Skipped("list, item 4", "text is empty"),
        Skipped("list, item 5", "expected an object or a string, got null"),
        Skipped("list, item 6", "row has neither title nor text"),
    ]
    assert len(list(source)) == 6


def test_data_frames_of_pandas_and_polars_are_read() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(
        {
            "title": ["a", None],
            "text": ["x", "y"],
            3: [1.0, None],
            "date": pandas.to_datetime(["2020-03-04", None]),
        }
    )
    first, second = open_source(frame)
    assert isinstance(first, Text)
    assert isinstance(second, Text)
    assert (first.content, first.extra, first.published is not None, first.source) == (
        "a\nx",
        {"3": 1.0},
        True,
        "data frame",
    )
    assert (second.content, second.extra, second.published) == ("y", {}, None)

    class LikePolars:
        columns = ("Kopf",)

        def to_dicts(self) -> list[dict[str, str]]:
            return [{"Kopf": "a"}]

    assert contents(LikePolars(), columns=Columns(title="kopf")) == ["a"]


def test_a_real_polars_frame_is_read() -> None:
    polars = pytest.importorskip("polars")
    assert contents(polars.DataFrame({"title": ["a", "b"]})) == ["a", "b"]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("papers.csw", "no file or folder called 'papers.csw'; did you mean 'papers.csv'?"),
        (
            "nothing-like-it",
            "no file or folder called 'nothing-like-it'; expected a path, an address with https:// or -",
        ),
        (
            "example.org/feed",
            "no file or folder called 'example.org/feed'; if it is an address, write https://example.org/feed",
        ),
        (
            "cats sleep",
            "no file or folder called 'cats sleep'; a text itself is given in a list, "
            "or through standard input with -",
        ),
        (
            "ftp://example.org/a",
            "'ftp://example.org/a' cannot be read: ftp:// is not fetched; "
            "expected https:// or http://, or a path",
        ),
        ("a\0b", "no file or folder called 'a\\x00b'; expected a path, an address with https:// or -"),
    ],
)
def test_a_place_that_is_not_there_is_refused_with_a_hint(
    given: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("papers.csv").write_bytes(SAMPLES["csv"])
    with pytest.raises(BadSource) as refused:
        open_source(given)
    assert str(refused.value) == sentence


def test_a_text_as_long_as_no_file_name_can_be_is_refused_shortly() -> None:
    with pytest.raises(BadSource, match="no file or folder called"):
        open_source("cats sleep " * 1000)


@pytest.mark.parametrize("value", [b"bytes", {"title": "a"}, 3])
def test_a_value_of_another_kind_is_a_type_error(value: object) -> None:
    with pytest.raises(TypeError, match="expected a path, an address, a list or a data frame, got "):
        open_source(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty; expected texts"),
        (b"\xef\xbb\xbf \n", "is empty; expected texts"),
        (b"{\\rtf1 Cats}", "is an RTF document; save it as DOCX or plain text"),
        (b"PK\x03\x04...", "is a broken zip archive (File is not a zip file); get it again"),
        (bytes(range(256)) * 4, "is no text: 108 of its first 1024 bytes are control bytes; expected text"),
    ],
)
def test_what_is_no_text_is_refused_for_what_it_is(data: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    with pytest.raises(BadSource) as refused:
        list(open_source(path))
    assert str(refused.value) == f"a.csv {reason}"


@pytest.mark.parametrize(
    ("name", "data", "content_type", "format"),
    [
        ("a.txt", SAMPLES["nbib"], "", "nbib"),
        ("a.txt", SAMPLES["csv"], "", "table"),
        ("a.xml", b"<?xml version='1.0'?><!-- x --><opml/>", "", "opml"),
        ("a.json", b'{"version": "https:\\/\\/jsonfeed.org\\/version\\/1", "items": []}', "", "jsonfeed"),
        ("a", b"Summary\n\nThis, then, is text, of a kind.", "", "plain"),
        ("a", b"PAR1", "", "table"),
        ("a", b"<!DOCTYPE html><html>", "", "page"),
        ("https://x.org/a", SAMPLES["xml"], "text/html; charset=utf-8", "feed"),
        ("https://x.org/a.xml", b"<p>words", "text/html", "page"),
        ("https://x.org/a.csv?raw=1", b"x,y\n1,2\n", "application/octet-stream", "table"),
        ("https://x.org/a", b"x,y\n1,2\n", "text/csv", "table"),
        ("https://x.org/a", SAMPLES["jsonl"], "text/plain", "table"),
    ],
)
def test_the_format_is_told_by_name_content_and_content_type(
    name: str, data: bytes, content_type: str, format: str
) -> None:
    url = name if "://" in name else ""
    assert format_of(DocumentReader.from_bytes(name, data, url=url, content_type=content_type)) == format


def test_the_first_element_is_found_behind_comments_and_doctype() -> None:
    assert (
        root_of('<?xml version="1.0"?>\n<!-- <a> --><!DOCTYPE rss [<!ENTITY x "y">]>\n<rdf:RDF>') == "rdf:rdf"
    )


def test_importing_the_package_brings_no_heavy_library() -> None:
    import subprocess
    import sys

    code = "import sys, palate.source; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = set(
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.split()
    )
    assert not loaded & {
        "feedparser",
        "trafilatura",
        "httpx",
        "httpcore",
        "pyarrow",
        "lxml",
        "numpy",
    }
