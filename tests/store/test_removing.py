import numpy as np
from direct import direct
from palate.store.sqlite import SqliteStore
from palate.store.texts import PreparedText
from palate.text import Text


def test_first() -> None:
    store = SqliteStore(":memory:")
    batch = [PreparedText(Text.of(f"text {n}", id=str(n)), b"abcd", b"1", [n] if n < 3 else [], 1 if n in (3, 4) else None) for n in range(1, 6)]
    with store.writing() as tables:
        assert tables.texts.add(batch, 1)
        tables.connection.exec_driver_sql("insert into encoder (number, fingerprint, name, dims) values (1, 'a:1', 'a', 3)")
        tables.vectors.put(1, [b.text.content_hash for b in batch], np.ones((5, 3), np.float32))
        assert tables.encoders.use(1, "a")
        tables.readers.add("ann", "main", kind="bayes", likes="", dislikes="")
        tables.log.append(1, [(1, "like", 1.0), (2, "like", 1.0)])
        assert tables.texts.rows_where(["1"]) == [1]
        print(tables.texts.remove([1, 9], forget=False))
        print(tables.removals.after(0), tables.removals.all_rows(), tables.removals.raw(1, 3, [1, 2]), tables.texts.raw(1, 3, 0, 9))
        print(tables.texts.sharing_bands([1, 2]))
        print(tables.texts.remove([2, 3], forget=True))
        print(tables.removals.after(0))
        print(tables.state(), tables.log.state(1), tables.log.entries(1))
        tables.dialect.check_words(tables.connection)
        assert tables.dialect.broken_references(tables.connection) == 0
