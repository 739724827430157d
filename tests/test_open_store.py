import io
from pathlib import Path

import pytest

from direct import direct
from palate.errors import BadStore, BadValue, EncoderChanged, UnknownName
from palate.library import Library
from palate.open_store import OpenStore, import_store
from palate.text import Text


@pytest.fixture
def path(tmp_path: Path, papers: list[Text], static: object) -> Path:
    with Library(tmp_path / "store.db") as library:
        library.add(papers)
        library.reader("ada", likes="cats", private=True).judge("cats-1", "like")
        library.reader("ada", taste="fun")
    return tmp_path / "store.db"


def test_texts_come_oldest_first_and_are_counted(path: Path, papers: list[Text]) -> None:
    with OpenStore(path) as store:
        assert [text.id for text in store.texts()] == [paper.id for paper in papers]
        assert store.n_texts == len(papers)
        assert store.path == str(path)


def test_a_store_opens_whose_encoder_is_gone(path: Path) -> None:
    with OpenStore(path) as store:
        direct(store._store).settings.put(encoder="sbert:/nowhere")
    with pytest.raises(EncoderChanged):
        Library(path, any_encoder=True)
    with OpenStore(path) as store:
        assert store.encoder_name == "sbert:/nowhere"
        assert store.n_texts


def test_readers_are_listed_by_taste_and_removed_whole(path: Path) -> None:
    with OpenStore(path) as store:
        infos = store.readers()
        assert [(info.reader, info.taste, info.judgements, info.private) for info in infos] == [
            ("ada", "main", 1, True),
            ("ada", "fun", 0, True),
        ]
        with pytest.raises(UnknownName, match="there are: ada"):
            store.remove_reader("bob")
        assert store.remove_reader("ada") == infos
        assert store.readers() == []


def test_an_encoder_in_use_is_not_removed(path: Path) -> None:
    with OpenStore(path) as store:
        (info,) = store.encoders()
        assert (info.name, info.in_use, info.texts, info.of) == ("static", True, store.n_texts, store.n_texts)
        with pytest.raises(BadValue, match="in use"):
            store.remove_encoder("static")
        with pytest.raises(UnknownName):
            store.remove_encoder("minilm")


def test_an_export_makes_an_equal_store(path: Path, tmp_path: Path) -> None:
    out, again = io.StringIO(), io.StringIO()
    with OpenStore(path) as store:
        n_lines = store.export(out)
    lines = out.getvalue().splitlines(keepends=True)
    assert import_store(tmp_path / "copy.db", lines) == n_lines
    with pytest.raises(BadStore, match="not empty"):
        import_store(tmp_path / "copy.db", lines)
    with OpenStore(tmp_path / "copy.db") as store:
        store.export(again)
    assert again.getvalue() == out.getvalue()


def test_an_import_that_fails_leaves_no_new_store(tmp_path: Path) -> None:
    with pytest.raises(BadStore):
        import_store(tmp_path / "new.db", ["no export\n"])
    assert not list(tmp_path.glob("new.db*"))
