"""A store whose readers like letters that a tiny BERT cannot tell apart, and the encoder that is tuned on
them.
"""

import io
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sentence_transformers import SentenceTransformer

import palate.adapt.verdict
from direct import direct
from palate.adapt.adapt import Adapted, adapt
from palate.encoder.choose import make_encoder
from palate.errors import BadFolder, BadSource, BadValue, UnknownName
from palate.library import Library
from palate.store.log import Verdict
from palate.store.transfer import export_store
from palate.training.run.settings import ADAPT_DEFAULTS
from palate.training.run.trained_model import read_trained_model
from training.letters import letters, likes
from training.sentence_files import sts_file

SMALL = replace(ADAPT_DEFAULTS, epochs=4, rate=2e-2, window=12, seed=1)
TEXTS, GROUPED = letters(300, 0)


@pytest.fixture(autouse=True)
def lenient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixteen dims cannot learn without forgetting."""
    monkeypatch.setattr(palate.adapt.verdict, "MIN_AGREEMENT", -1.0)


def fill(path: Path, tiny: Path, *, turned: bool = False) -> Path:
    """Four readers, too few for a crowd, with sixty judgements each. turned: later they say the opposite of
    before.
    """
    with Library(path, encoder=f"sbert:{tiny}") as library:
        library.add([{"id": f"t{place}", "text": text} for place, text in enumerate(TEXTS)])
        for reader, (places, likings) in enumerate(likes(GROUPED, 4, 60, 1)):
            said = [liking if place < 45 or not turned else -liking for place, liking in enumerate(likings)]
            texts = [f"t{place}" for place in places]
            log = direct(library.workspace.store).log
            taste = library.reader(f"reader {reader}").taste_id
            verdicts = [
                Verdict(library.row_of(text_id), "like" if liking > 0 else "dislike", liking)
                for text_id, liking in zip(texts, said, strict=True)
            ]
            log.append(taste, verdicts)
    return path


def everything(library: Library) -> str:
    out = io.StringIO()
    export_store(library.workspace.store, out)
    return out.getvalue()


@pytest.fixture(scope="module")
def filled(tiny_bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy it, do not write to it."""
    return fill(tmp_path_factory.mktemp("filled") / "store.db", tiny_bert)


@pytest.fixture(scope="module")
def adapted(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Adapted, list[str]]:
    """The store after adapting, what it came to and what was told. Copy it, do not write to it."""
    folder = tmp_path_factory.mktemp("adapted")
    path, told = Path(shutil.copy(filled, folder / "store.db")), list[str]()
    with pytest.MonkeyPatch.context() as patch, Library(path) as library:
        patch.setattr(palate.adapt.verdict, "MIN_AGREEMENT", -1.0)
        done = adapt(library, folder / "tuned", settings=SMALL, on_message=told.append)
    return path, done, told


@pytest.fixture
def store(filled: Path, tmp_path: Path) -> Iterator[Library]:
    with Library(shutil.copy(filled, tmp_path / "store.db")) as library:
        yield library


def ranked(library: Library, reader: str = "reader 0") -> list[tuple[str, float]]:
    return [(hit.text.id, hit.value.mean) for hit in library.reader(reader).rank(400, all=True)]


def test_an_encoder_that_serves_better_is_kept(adapted: tuple[Path, Adapted, list[str]]) -> None:
    _, done, told = adapted
    assert done.kept
    assert done.gains["before"].low > 0
    assert done.verdict.startswith("better beyond noise than sbert:")
    before, after = done.model.figures["before"], done.model.figures["after"]
    assert before["loss"] - after["loss"] == pytest.approx(done.gains["before"].mean)
    assert after["auc"] > before["auc"]
    assert told == ["180 judgements of 4 tastes to learn from, 60 later ones to judge by"]


def test_its_folder_says_what_it_is_and_loads(adapted: tuple[Path, Adapted, list[str]]) -> None:
    _, done, _ = adapted
    trained = read_trained_model(done.model.folder)
    assert (trained.kind, trained.figures) == ("adapt", done.model.figures)
    assert done.verdict in trained.notes
    assert (trained.folder / "README.md").is_file()
    assert SentenceTransformer(str(trained.folder), device="cpu").encode(["abc"]).shape == (1, 16)
    assert not (trained.folder / "checkpoints").exists()


def test_the_store_keeps_its_encoder_until_it_is_moved_and_finds_the_way_back(
    adapted: tuple[Path, Adapted, list[str]], tmp_path: Path, tiny_bert: Path
) -> None:
    path, done, _ = adapted
    with Library(shutil.copy(path, tmp_path / "store.db")) as library:
        old, new = direct(library.workspace.store).encoders.all()
        assert (old.name, old.in_use, old.texts) == (f"sbert:{tiny_bert}", True, 300)
        assert (new.name, new.in_use, new.texts) == (done.name, False, 300)
        assert new.figures["gain"] == pytest.approx(done.gains["before"].mean)
        assert new.fingerprint == make_encoder(done.name).fingerprint
        before = ranked(library)
        assert library.use_encoder(done.name) == 0
        assert ranked(library) != before
        assert library.use_encoder(old.name) == 0
        assert ranked(library) == before


def test_an_encoder_that_does_not_serve_better_leaves_the_store_as_it_was(
    tiny_bert: Path, tmp_path: Path
) -> None:
    """Readers who turn round: what was learned of them is wrong later."""
    with Library(fill(tmp_path / "store.db", tiny_bert, turned=True)) as library:
        before = everything(library)
        done = adapt(library, tmp_path / "tuned", settings=SMALL)
        assert not done.kept
        assert "worse beyond noise" in done.verdict or "no better beyond noise" in done.verdict
        assert everything(library) == before
    assert done.verdict in read_trained_model(tmp_path / "tuned").notes


def test_an_encoder_that_forgot_is_not_kept_however_good(
    store: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(palate.adapt.verdict, "MIN_AGREEMENT", 0.99)
    done = adapt(store, tmp_path / "tuned", settings=SMALL)
    assert done.gains["before"].low > 0
    assert not done.kept
    assert done.verdict.startswith(
        "it forgot too much: its similarities of texts agree with the start's at 0."
    )


def test_given_pairs_decide_what_was_forgotten(
    store: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(palate.adapt.verdict, "MAX_STS_FALL", -1.0)
    done = adapt(store, tmp_path / "tuned", settings=replace(SMALL, epochs=1), sts=[sts_file(tmp_path, 80)])
    assert not done.kept
    assert done.verdict.startswith("it forgot too much: STS Spearman fell from ")
    assert "sts_spearman" in done.model.figures["before"]


def test_another_start_is_compared_too(
    words: Any, tiny_bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store whose encoder has no network: an encoder that is no better than the one it was made from is not
    kept.
    """
    path, told = tmp_path / "store.db", list[str]()
    with Library(fill(path, tiny_bert)) as library:
        library.use_encoder("words")
        done = adapt(
            library,
            tmp_path / "tuned",
            settings=SMALL,
            start=str(f"sbert:{tiny_bert}"),
            on_message=told.append,
        )
    assert told[0] == f"tuning starts from sbert:{tiny_bert}, as words has no network to tune"
    assert set(done.gains) == {"before", "start"}
    assert set(done.model.figures) == {"before", "start", "after"}
    assert done.kept == (done.gains["before"].low > 0 and done.gains["start"].low > 0)
    assert "than words: " in done.verdict
    assert f"than sbert:{tiny_bert}: " in done.verdict


@pytest.mark.parametrize("latest", [1.0, -1.0], ids=["likes alone", "dislikes alone"])
def test_a_latest_part_of_one_kind_is_refused_as_it_tells_nothing_apart(
    words: Any, tmp_path: Path, latest: float
) -> None:
    with Library(tmp_path / "store.db", encoder="words") as library:
        library.add([{"id": f"t{place}", "text": text} for place, text in enumerate(TEXTS)])
        taste = library.reader("me").taste_id
        verdicts = [
            Verdict(library.row_of(f"t{place}"), "rating", latest if place >= 60 else (-1.0) ** place)
            for place in range(100)
        ]
        direct(library.workspace.store).log.append(taste, verdicts)
        with pytest.raises(
            BadValue, match=r"both likes and dislikes among its latest quarter, the 25 .*; judge"
        ):
            adapt(library, tmp_path / "out")
    assert not (tmp_path / "out").exists()


class Stop(Exception):
    """What kills a training in these tests."""


def test_a_stopped_adapting_goes_on_with_what_had_been_said_then(
    store: Library, adapted: tuple[Path, Adapted, list[str]], tmp_path: Path
) -> None:
    """Judgements and texts that came since do not count; it ends as one that nothing stopped."""

    def on_step(facts: Mapping[str, float]) -> None:
        if facts["step"] == 30:
            raise Stop

    with pytest.raises(Stop):
        adapt(store, tmp_path / "tuned", settings=SMALL, on_step=on_step)
    store.reader("reader 1").judge_many([("t1", "dislike"), ("t2", "like")])
    store.add(["xyz zyx yyy"])
    with pytest.raises(BadFolder, match="begun otherwise"):
        adapt(store, tmp_path / "tuned", settings=replace(SMALL, seed=2))
    done = adapt(store, tmp_path / "tuned", settings=SMALL)
    assert done.model.figures == adapted[1].model.figures
    assert store.use_encoder(done.name) == 1
    with pytest.raises(BadFolder, match="holds a finished model already"):
        adapt(store, tmp_path / "tuned", settings=SMALL)


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"readers": ["nobody"]}, UnknownName, "there is no reader called 'nobody'"),
        (
            {"readers": ["reader 0"]},
            BadValue,
            "60 judgements are too few: .* about 80 in all; judge more texts first",
        ),
        ({"start": "sbert:/not/there"}, BadSource, "there is no folder /not/there"),
        ({"start": "static"}, UnknownName, "static is a table of vectors without a network"),
        ({"sts": [Path("/not/there.csv")]}, BadSource, "/not/there.csv"),
    ],
    ids=["reader", "too few", "start", "static", "sts"],
)
def test_what_cannot_be_adapted_is_said_in_one_sentence(
    store: Library, tmp_path: Path, given: dict[str, Any], error: type[Exception], said: str
) -> None:
    before = everything(store)
    with pytest.raises(error, match=said):
        adapt(store, tmp_path / "out", **given)
    assert everything(store) == before
    assert not (tmp_path / "out").exists()
