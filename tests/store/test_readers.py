from palate.store.readers import TasteRow
from palate.store.sqlite import SqliteStore
from palate.store.texts import Stored
from palate.text import Text


def test_a_reader_has_tastes_of_its_own_and_goes_with_all_of_them() -> None:
    store = SqliteStore(":memory:")
    store.texts.add([Stored(Text.of("one"), b"", b"", [], None)], 1)
    store.readers.add("ann", "main", kind="bayes", likes="cats", dislikes="")
    store.readers.add("bob", "main", kind="profile", likes="", dislikes="bonds")
    store.readers.add("ann", "work", kind="bayes", likes="", dislikes="")
    for taste in (1, 2, 3):
        store.log.append(taste, [(1, "like", 1.0)] * taste)
        store.log.undo(taste)
    assert store.readers.tastes() == [
        TasteRow(1, "ann", "main", "bayes", "cats", "", 1),
        TasteRow(3, "ann", "work", "bayes", "", "", 3),
        TasteRow(2, "bob", "main", "profile", "", "bonds", 2),
    ]
    store.readers.describe(3, likes="search", dislikes="ads")
    assert store.readers.find("ann", "work") == TasteRow(3, "ann", "work", "bayes", "search", "ads", 3)
    assert store.readers.find("ann", "play") is None
    store.readers.remove("ann")
    assert [taste.reader for taste in store.readers.tastes()] == ["bob"]
    assert store.log.entries(1) == store.log.entries(3) == []
    assert len(store.log.entries(2)) == 3
    store.readers.remove("nobody")


def test_settings_and_validators_are_replaced() -> None:
    store = SqliteStore(":memory:")
    store.settings.put(colour="blue", size="3")
    store.settings.put(colour="red")
    assert [store.settings.get(key) for key in ("colour", "size", "shape")] == ["red", "3", None]
    store.settings.remember_validators({"https://a.org": ("e1", ""), "https://b.org": ("", "Mon")})
    store.settings.remember_validators({"https://a.org": ("e2", "")})
    store.settings.remember_validators({})
    assert store.settings.validators() == {"https://a.org": ("e2", ""), "https://b.org": ("", "Mon")}
