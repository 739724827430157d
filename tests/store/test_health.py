import io
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest

from direct import direct
from palate.errors import BadStore
from palate.feature.minhash import band_keys
from palate.feature.terms import hash_terms
from palate.parts import Encoder
from palate.store.dialect_sqlite import define_functions
from palate.store.health import back_up, examine
from palate.store.log import Verdict
from palate.store.sqlite import SqliteStore
from palate.store.texts import PreparedText
from palate.store.transfer import export_store
from palate.text import Text

CHECKS = ["file", "texts and feedback", "word index", "vectors"]


@pytest.fixture
def whole(path: Path, words: Encoder, papers: list[Text]) -> Path:
    """A closed store with texts, vectors, feedback and a removed text that was judged."""
    with closing(SqliteStore(path)) as store, store.writing() as tables:
        encoder_id = tables.encoders.register(words)
        vectors = words.encode([text.content for text in papers])
        terms = hash_terms([text.content for text in papers])
        made = zip(papers, terms.to_bytes(), band_keys(terms)[0], strict=True)
        tables.texts.add([PreparedText(text, *pair, keys.tobytes(), None) for text, pair, keys in made], 1)
        tables.vectors.put(encoder_id, range(1, len(papers) + 1), vectors)
        assert tables.encoders.use(encoder_id, "words")
        tables.readers.add("ann", "main", kind="bayes", likes="cats", dislikes="")
        tables.log.append(1, [Verdict(row, "like", 1.0) for row in range(1, 6)])
        tables.log.undo(1)
        tables.texts.remove([1], forget=False)
    return path


def wrong(path: Path, fingerprint: str = "words:24") -> list[str]:
    """The checks that a store fails; every one says what to do."""
    findings = examine(SqliteStore(path), fingerprint)
    assert [finding.check for finding in findings] == CHECKS
    assert all(finding.detail and bool(finding.mend) == (not finding.ok) for finding in findings)
    return [finding.check for finding in findings if not finding.ok]


def meddle(path: Path, *statements: str) -> None:
    """From outside, without foreign keys."""
    with closing(sqlite3.connect(path)) as connection:
        define_functions(connection)
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_a_whole_store_and_a_new_one_pass(whole: Path, tmp_path: Path, words: Encoder) -> None:
    assert wrong(whole) == []
    with closing(SqliteStore(tmp_path / "new.db")) as store:
        with store.writing() as tables:
            assert tables.encoders.use(tables.encoders.register(words), "words")
        assert all(finding.ok for finding in examine(store, words.fingerprint))


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("delete from vector where row = 5", "vectors"),
        ("delete from text where row = 3", "texts and feedback"),
        ("update feedback set row = 99 where entry = 2", "texts and feedback"),
        ("update feedback set taste = 7", "texts and feedback"),
        ("delete from terms where row = 4", "texts and feedback"),
        ("insert into band values (99, x'00000000')", "texts and feedback"),
        ("insert into vector select encoder, 99, data from vector where row = 5", "texts and feedback"),
        ("update removed set representative = 99", "texts and feedback"),
        ("delete from removed", "texts and feedback"),
        ("update text set leader = 99 where row = 2", "texts and feedback"),
        ("delete from words where rowid = 2", "word index"),
        ("insert into words (words) values ('delete-all')", "word index"),
        ("insert into words (rowid, title, body) values (77, 'more', 'words')", "word index"),
        ("update text set title = 'other words' where row = 2", "word index"),
    ],
)
def test_what_is_wrong_is_found(whole: Path, statement: str, check: str) -> None:
    meddle(whole, statement)
    assert check in wrong(whole)


def test_an_index_with_one_text_too_few_and_one_too_many_is_off(whole: Path) -> None:
    meddle(
        whole,
        "delete from words where rowid = 2",
        "insert into words (rowid, title, body) values (77, 'more', 'words')",
    )
    assert wrong(whole) == ["word index"]


def test_a_vector_of_the_wrong_length_is_found(whole: Path) -> None:
    meddle(
        whole,
        "update vector set data = x'0001' where row = 5",
    )
    assert wrong(whole) == ["vectors"]


def test_vectors_of_another_encoder_are_told(whole: Path) -> None:
    assert wrong(whole, "words:25") == ["vectors"]


def test_no_page_can_be_lost_unnoticed(whole: Path) -> None:
    """Every page of the file in turn is overwritten: opening the store or examining it tells."""
    with closing(sqlite3.connect(whole)) as connection:
        (size,) = connection.execute("pragma page_size").fetchone()
        connection.execute("pragma journal_mode = delete")
    content = whole.read_bytes()
    unnoticed = []
    for start in range(0, len(content), size):
        whole.write_bytes(content[:start] + b"\xa5" * size + content[start + size :])
        with suppress(BadStore), closing(SqliteStore(whole)) as store:
            if all(finding.ok for finding in examine(store, "words:24")):
                unnoticed.append(start // size + 1)
        for beside in ("-wal", "-shm"):
            whole.with_name(whole.name + beside).unlink(missing_ok=True)
    assert unnoticed == []


def exported(path: Path) -> str:
    out = io.StringIO()
    with closing(SqliteStore(path)) as store:
        export_store(store, out)
    return out.getvalue()


def test_a_backup_opens_and_says_the_same(whole: Path, tmp_path: Path) -> None:
    before = exported(whole)
    with closing(SqliteStore(whole)) as store:
        back_up(store, tmp_path / "copy.db")
        direct(store).log.append(1, [Verdict(2, "dislike", -1.0)])
    assert wrong(tmp_path / "copy.db") == []
    assert exported(tmp_path / "copy.db") == before != exported(whole)
    assert not list(tmp_path.glob("*.part*"))


def test_a_store_in_memory_can_be_backed_up(tmp_path: Path) -> None:
    store = SqliteStore(":memory:")
    direct(store).settings.put(colour="blue")
    back_up(store, tmp_path / "copy.db")
    assert direct(SqliteStore(tmp_path / "copy.db", create=False)).settings.get("colour") == "blue"


def test_a_backup_is_one_view_while_another_writes(whole: Path, tmp_path: Path) -> None:
    store = SqliteStore(whole)
    with store.writing() as tables:
        tables.connection.exec_driver_sql("update setting set value = 'half' where key = 'encoder'")
        back_up(SqliteStore(whole), tmp_path / "copy.db")
    assert direct(SqliteStore(tmp_path / "copy.db")).settings.get("encoder") == "words"


@pytest.mark.parametrize("name", ["store.db", "nowhere/copy.db", ""])
def test_a_backup_takes_no_file_that_is_there_and_no_folder_that_is_not(
    whole: Path, tmp_path: Path, name: str
) -> None:
    before = whole.read_bytes()
    with pytest.raises(BadStore, match=r"is there already|there is no folder"):
        back_up(SqliteStore(whole), tmp_path / name)
    assert whole.read_bytes() == before
