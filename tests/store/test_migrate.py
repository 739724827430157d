from dataclasses import replace
from pathlib import Path

from direct import direct
from older import make_older
from palate.library import Library
from palate.parts import Encoder
from palate.store.health import examine
from palate.store.log import Verdict
from palate.store.sqlite import SqliteStore
from palate.text import Text

FILLED = (
    "insert into encoder (number, fingerprint, name, dims) values (1, 'a:1', 'a', 2)",
    "insert into setting values ('encoder', 'a'), ('encoder_fingerprint', 'a:1')",
    "insert into text values (1, 'x', 'Cats', 'A cat.', '', '', '', null, '{}', 'h1', 'u', 1, '2024-01-01')",
    "insert into text values (2, 'y', '', 'A dog.', '', '', '', null, '{}', 'h2', null, 1, '2024-01-01')",
    "insert into terms values (1, x'', x''), (2, x'', x'')",
    f"insert into band values ({7 << 31}, 1), ({(8 << 31) + 5}, 1)",
    "insert into vector values ('h1', 1, x'003c0000'), ('h2', 1, x'0000003c')",
    "insert into words (words) values ('rebuild')",
    "insert into reader (number, name, created_at) values (1, 'ann', '2024-01-01')",
    "insert into taste (number, reader, name, kind, likes, dislikes) values (1, 1, 'main', 'bayes', '', '')",
    "insert into feedback values (3, 1, 1, 'like', 1.0, 1.0, '2024-01-01T00:00:00+00:00', null)",
    "insert into feedback values (4, 1, 2, 'rating', 0.25, 2.0, '2024-01-01T00:00:01+00:00', null)",
    "insert into feedback values (5, 1, null, 'undo', null, 1.0, '2024-01-01T00:00:02+00:00', 4)",
    "insert into feedback values (6, 1, 2, 'skip', null, 1.0, '2024-01-01T00:00:03+00:00', null)",
    "insert into prediction values (3, 'bayes', x'00000000'), (4, 'bayes', x'00000000')",
    "update sqlite_sequence set seq = 40 where name = 'feedback'",
)


def test_a_store_of_revision_0004_keeps_all_it_has(path: Path) -> None:
    make_older(path, "0004", *FILLED)
    store = SqliteStore(path)
    entries = direct(store).log.entries(1)
    assert [(e.entry, e.row, e.kind, e.liking, e.weight, e.undoes) for e in entries] == [
        (3, 1, "like", 1.0, 1.0, None),
        (4, 2, "rating", 0.25, 2.0, None),
        (5, None, "undo", None, 1.0, 4),
        (6, 2, "skip", None, 1.0, None),
    ]
    assert set(direct(store).log.predictions(1)) == {3, 4}
    assert all(finding.ok for finding in examine(store, "a:1"))
    with store.writing() as tables:
        assert tables.log.append(1, [Verdict(1, "like", 1.0)]).entries[0].entry == 41  # never given again
        assert tables.texts.remove([1], forget=False).judged == 1
        columns = tables.texts.bands(0, 99)
        assert (columns.rows.tolist(), columns.keys.tolist()) == ([2, 2], [7, 8])
    with store.reading() as tables:
        assert tables.connection.exec_driver_sql("pragma foreign_keys").scalar() == 1
    assert all(finding.ok for finding in examine(store, "a:1"))


def test_every_store_has_a_mark_of_its_own(path: Path) -> None:
    make_older(path, "0004", *FILLED)
    stores = [SqliteStore(path), SqliteStore(":memory:"), SqliteStore(":memory:")]
    marks = [direct(store).settings.get("store_mark") for store in stores]
    assert len({mark for mark in marks if mark}) == 3
    assert direct(SqliteStore(path)).settings.get("store_mark") == marks[0]


def test_texts_of_an_older_store_are_known_by_their_ids(path: Path, words: Encoder) -> None:
    """By those of the world, and by the id in their source: a feed's entry then gets its new version."""
    make_older(
        path,
        "0005",
        "insert into text values (1, 'https://a.org/1', 'Fog at sea', 'Dense.', 'News', 'https://a.org/1',"
        """ '', null, '{"doi": "https://doi.org/10.1000/F"}', 'h', 'https://a.org/1', 1, '2024', 1, 2)""",
        "insert into terms values (1, x'', x'')",
        "insert into words (words) values ('rebuild')",
    )
    with Library(path, encoder="words") as library:
        known = Text.of("", title="Fog at sea", extra={"doi": "10.1000/f"})
        assert library.add([known]).known_texts == [("Fog at sea", "https://a.org/1", "doi:10.1000/f")]
        again = Text.of("Thin.", title="Fog at sea", url="https://a.org/1", source="News", origin="feed\n1")
        assert library.add([again]).updated == 1
        assert library.text("https://a.org/1").body == "Thin."
        assert library.add([replace(again, body="Gone.")]).updated == 1
