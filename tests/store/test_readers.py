from direct import direct
from palate.store.log import Verdict
from palate.store.readers import TasteRow
from palate.store.sqlite import SqliteStore
from palate.store.texts import PreparedText
from palate.text import Text


def test_a_reader_has_tastes_of_its_own_and_goes_with_all_of_them() -> None:
    store = SqliteStore(":memory:")
    direct(store).texts.add([PreparedText(Text.of("one"), b"", b"", b"", None)], 1)
    direct(store).readers.add("ann", "main", kind="bayes", likes="cats", dislikes="")
    direct(store).readers.add("bob", "main", kind="profile", likes="", dislikes="bonds")
    direct(store).readers.add("ann", "work", kind="bayes", likes="", dislikes="")
    for taste in (1, 2, 3):
        direct(store).log.append(taste, [Verdict(1, "like", 1.0)] * taste)
        direct(store).log.undo(taste)
    assert direct(store).readers.tastes() == [
        TasteRow(1, "ann", "main", "bayes", "cats", "", 1),
        TasteRow(3, "ann", "work", "bayes", "", "", 3),
        TasteRow(2, "bob", "main", "profile", "", "bonds", 2),
    ]
    direct(store).readers.describe(3, likes="search", dislikes="ads")
    assert direct(store).readers.find("ann", "work") == TasteRow(
        3, "ann", "work", "bayes", "search", "ads", 3
    )
    assert direct(store).readers.find("ann", "play") is None
    direct(store).readers.remove("ann")
    assert [taste.reader for taste in direct(store).readers.tastes()] == ["bob"]
    assert direct(store).log.entries(1) == direct(store).log.entries(3) == []
    assert len(direct(store).log.entries(2)) == 3
    direct(store).readers.remove("nobody")


def test_settings_are_replaced() -> None:
    store = SqliteStore(":memory:")
    direct(store).settings.put(colour="blue", size="3")
    direct(store).settings.put(colour="red")
    assert [direct(store).settings.get(key) for key in ("colour", "size", "shape")] == ["red", "3", None]
