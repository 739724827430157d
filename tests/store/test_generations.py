from palate.store.generations import GenerationRow
from palate.store.sqlite import SqliteStore

FIRST = GenerationRow(1, 1, 5, "a" * 64, "fit")


def test_a_generation_is_put_only_where_the_expected_one_stands() -> None:
    store = SqliteStore(":memory:")
    with store.writing() as tables:
        tables.connection.exec_driver_sql(
            "insert into encoder (number, fingerprint, name, dims) values (1, 'a:1', 'a', 2)"
        )
        put, get = tables.generations.put, tables.generations.get
        assert get() is tables.state().generation is None
        assert not put(FIRST, "b" * 64)
        assert put(FIRST, None)
        assert not put(FIRST, None)
        assert get() == tables.state().generation == FIRST
        grown = FIRST._replace(digest="b" * 64)
        assert put(grown, FIRST.digest)
        assert not put(FIRST, FIRST.digest)
        assert not put(grown._replace(fit_digest="another"), grown.digest)  # another fit has another number
        later = grown._replace(generation_id=2, fit_digest="another", digest="")
        assert put(later, grown.digest)
        assert not put(grown, "")  # the number only grows
        assert get() == later
