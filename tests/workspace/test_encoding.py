"""A library goes by the encoder of its store, whoever changes it, and needs a transformer only to encode."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from direct import direct
from palate.encoder.choose import full_name, make_encoder
from palate.encoder.late import LateEncoder
from palate.errors import BadSource, EncoderChanged
from palate.library import Library
from palate.text import Text


def ranked(library: Library) -> list[tuple[str, float]]:
    return [(hit.text.id, hit.value.mean) for hit in library.reader("me").rank(50)]


def test_every_call_sees_that_another_library_changed_the_encoder(
    words: Any, wider: Any, path: Path, papers: list[Text]
) -> None:
    with Library(path, encoder="words") as one, Library(path) as other:
        one.add(papers)
        me = other.reader("me", likes="cats")
        me.judge("cats-1", "like")
        calls: list[Callable[[], object]] = [
            lambda: me.rank(3),
            lambda: other.find("bonds"),
            lambda: other.find_like("bonds-1"),
            lambda: me.value(["a cat"]),
            lambda: me.why("cats-2"),
            lambda: me.judge("search-1", "dislike"),
            lambda: me.ask(2),
            lambda: other.add(["one more text"]),
        ]
        for number, call in enumerate(calls):
            name, encoder = [("wider", wider), ("words", words)][number % 2]
            one.use_encoder(name)
            call()
            assert other.encoder is encoder


def test_judgements_given_before_and_after_a_change_are_all_learned(
    words: Any, wider: Any, path: Path, papers: list[Text]
) -> None:
    """Who had the library open during the change values as who opens it afterwards."""
    with Library(path, encoder="words") as one, Library(path) as other:
        one.add(papers)
        me = one.reader("me")
        me.judge_many([("cats-1", "like"), ("bonds-1", "dislike")])
        other.use_encoder("wider")
        me.judge_many([("cats-2", "like"), ("bonds-2", "dislike")])
        with Library(path) as fresh:
            assert ranked(one) == ranked(fresh)
            assert len(fresh.reader("me").judged()) == 4


@pytest.fixture
def model(tmp_path: Path, words: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a fake transformer: a file that names the encoder that it is."""

    def open_model(folder: str) -> Any:
        if not Path(folder).is_dir():
            raise BadSource(f"there is no folder {folder}")
        encoder = type(words)((Path(folder) / "seed").read_text(), 16)
        encoder.fingerprint = f"sbert:sha256-{encoder.name}:whole"
        return encoder

    monkeypatch.setattr("palate.encoder.sbert.SbertEncoder", open_model)
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "seed").write_text("first")
    return folder


@pytest.fixture
def moved(words: Any, path: Path, papers: list[Text], model: Path) -> Path:
    """A store that was moved from "words" to a tiny transformer."""
    with Library(path, encoder="words") as library:
        library.add(papers)
        library.use_encoder(f"sbert:{model}")
        library.reader("me").judge("cats-1", "like")
    return path


def test_a_store_of_a_transformer_ranks_without_loading_it(moved: Path, model: Path) -> None:
    with Library(moved) as library:
        first = ranked(library)
        assert isinstance(library.encoder, LateEncoder)
        assert "_inner" not in vars(library.encoder)
        vectors = library.encode(["a cat"])
        assert (vectors == make_encoder(f"sbert:{model}").encode(["a cat"]).astype("f2").astype("f4")).all()
        assert library.add(["the dog"]).added == 1
    shutil.rmtree(model)
    with Library(moved) as library:
        assert len(ranked(library)) == len(first) + 1
        with pytest.raises(
            EncoderChanged, match=r"cannot be loaded: there is no folder .*; or move .* encoder use words"
        ):
            library.add(["another dog"])
        with pytest.raises(EncoderChanged, match="encoder use words"):
            library.find("dog")
    with Library(moved, encoder="words", any_encoder=True) as library:
        assert library.use_encoder("words") == 1
        assert library.add(["another dog"]).added == 1


def test_a_transformer_that_changed_under_its_name_encodes_nothing(moved: Path, model: Path) -> None:
    (model / "seed").write_text("second")
    with Library(moved) as library:
        assert len(ranked(library)) == 11
        with pytest.raises(
            EncoderChanged,
            match=r"from sbert:sha256-first:whole, not from sbert:sha256-second:whole.* use sbert:",
        ):
            library.add(["the dog"])


def test_figures_of_a_trained_encoder_are_remembered_with_its_vectors(
    words: Any, path: Path, papers: list[Text], model: Path
) -> None:
    told = {"figures": {"before": {"sts_spearman": 0.8}, "after": {"sts_spearman": 0.85, "per_class": {}}}}
    (model / "palate.json").write_text(json.dumps(told))
    with Library(path, encoder="words") as library:
        library.add(papers)
        library.use_encoder(f"sbert:{model}")
    shutil.rmtree(model)
    with Library(path) as library:
        assert [row.figures for row in direct(library.store).encoders.all()] == [{}, {"sts_spearman": 0.85}]


def test_an_encoder_in_a_folder_is_found_from_any_other_folder(
    words: Any, path: Path, papers: list[Text], model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(model.parent)
    assert full_name("sbert:model") == f"sbert:{model.resolve()}"
    assert full_name("sbert:org/name") == "sbert:org/name"
    with Library(path, encoder="sbert:./model") as library:
        library.add(papers[:3])
    monkeypatch.chdir(model)
    with Library(path) as library:
        library.add(papers[3:5])
        assert len(ranked(library)) == 5
    with Library(path, encoder=f"sbert:{model}") as library:
        assert len(ranked(library)) == 5
