import sys
from pathlib import Path

import pytest

from archives import packed
from palate.errors import BadSource
from palate.source import open_source
from palate.source.folder import files_in
from palate.source.items import Skipped
from palate.text import Text


def test_a_folder_mixes_all_formats_whatever_their_names(tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    bookmark = '<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><DT><A HREF="https://a.org/1">Bookmark</A></DL>'
    rss = "<rss><channel><item><title>Entry</title><description>x</description></item></channel></rss>"
    for name, content in {
        "a.txt": "TY  - JOUR\nTI  - Reference\nAB  - x\nER  - \n",
        "b.txt": "title,abstract\nRow,x\n",
        "c.txt": '{"title": "Object", "text": "x"}\n',
        "d.html": rss,
        "e.html": bookmark,
        "f.dat": "From: a@b.org\nSubject: Mail\n\nx",
        "g.txt": "A note\n\nwith words",
        "h.png": "\x89PNG",
    }.items():
        (folder / name).write_text(content, "latin-1")
    (folder / "i.bin").write_bytes(packed({"j.txt": "Packed\n\nx", "k.zip": packed({"a.txt": "x"})}))
    items = list(open_source(folder))
    titles = [item.title for item in items if isinstance(item, Text)]
    assert titles == ["Reference", "Row", "Object", "Entry", "Bookmark", "Mail", "A note", "Packed"]
    assert [item for item in items if isinstance(item, Skipped)] == [
        Skipped("mixed/h.png", "is a picture; expected text"),
        Skipped("mixed/i.bin/k.zip", "is an archive inside an archive; unpack it first"),
    ]


def test_the_folders_of_a_maildir_are_read_save_tmp(tmp_path: Path) -> None:
    for name in ("cur/1:2,FS", "new/2", "tmp/3", ".Sent/cur/4", ".cache/5"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    found = [path.relative_to(tmp_path).as_posix() for path in files_in(tmp_path)]
    assert found == [".Sent/cur/4", "cur/1:2,FS", "new/2"]


def test_an_archive_without_texts_is_refused_with_the_first_reason(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(packed({"a.png": b"\x89PNG"}))
    with pytest.raises(BadSource, match=r"a\.zip holds no texts; .* the first: a\.zip/a\.png is a picture"):
        list(open_source(path))


def test_an_edited_file_keeps_its_origin(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    origins = set()
    for words in ("Cats\n\nsleep", "Cats\n\nwake"):
        path.write_text(words)
        origins |= {item.origin for item in open_source(path) if isinstance(item, Text)}
    assert origins == {f"{path.resolve()}\n"}


@pytest.mark.parametrize(("package", "name"), [("pypdfium2", "a.pdf"), ("mammoth", "a.docx")])
def test_a_document_without_its_extra_is_skipped_with_the_mend(
    package: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    (tmp_path / "note.txt").write_text("Cats\n\nsleep")
    (tmp_path / name).write_bytes(b"%PDF-1.7" if name == "a.pdf" else packed({"word/document.xml": ""}))
    skipped, note = open_source(tmp_path)
    assert isinstance(skipped, Skipped)
    assert skipped.reason.endswith("needs the extra [documents]; run: pip install 'palate[documents]'")
    assert isinstance(note, Text)
