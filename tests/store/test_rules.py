import io
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine

from direct import direct
from palate.errors import UnknownName
from palate.rule import Evidence, Rule, StoredRule
from palate.store import sqlite
from palate.store.sqlite import SqliteStore
from palate.store.texts import PreparedText
from palate.store.transfer import export_store, import_store
from palate.text import Text

ADS, ADA = Rule("block", "word", "ads"), Rule("boost", "author", "Ada", -1.5)
EVIDENCE = Evidence(0, 9, 7, 20, 0.01)
WORDS = [
    "cat",
    "Cats",
    "CATS!",
    "the",
    "über",
    "ÜBER",
    "x_cat",
    "don't",
    "naïve",
    "naive",
    "C++",
    "cat-flap",
    "Σίσυφος",
]


def with_texts(texts: list[Text]) -> SqliteStore:
    store = SqliteStore(":memory:")
    if texts:
        direct(store).texts.add([PreparedText(text, b"", b"", b"", None) for text in texts], 1)
    return store


@pytest.fixture
def store() -> Iterator[SqliteStore]:
    store = SqliteStore(":memory:")
    for reader in ("ann", "bob"):
        direct(store).readers.add(reader, "main", kind="bayes", likes="", dislikes="")
    yield store
    store.close()


def test_rules_belong_to_a_taste_and_go_with_its_reader(store: SqliteStore) -> None:
    first, other, second = (
        direct(store).rules.put(1, ADS),
        direct(store).rules.put(2, ADS),
        direct(store).rules.put(1, ADA),
    )
    assert (
        direct(store).rules.of(1)
        == (first, second)
        == (StoredRule(1, ADS, "accepted", None), StoredRule(3, ADA, "accepted", None))
    )
    assert direct(store).rules.remove(1, 3) == second
    for number in (2, 3, 99):
        with pytest.raises(UnknownName, match="no rule"):
            direct(store).rules.remove(1, number)
        with pytest.raises(UnknownName, match="no rule"):
            direct(store).rules.settle(1, number, "vetoed")
    direct(store).readers.remove("ann")
    assert direct(store).rules.of(1) == ()
    assert direct(store).rules.of(2) == (other,)
    for taste in (1, 99):
        with pytest.raises(UnknownName, match="removed"):
            direct(store).rules.put(taste, ADS)
        with pytest.raises(UnknownName, match="removed"):
            direct(store).rules.propose(taste, [])


def test_a_rule_replaces_one_on_the_same_thing_and_keeps_its_number(store: SqliteStore) -> None:
    direct(store).rules.put(1, ADS)
    direct(store).rules.propose(1, [(ADA, EVIDENCE)])
    kept = [
        direct(store).rules.put(1, Rule("keep", "word", "ADS")),
        direct(store).rules.put(1, Rule("block", "author", "ada")),
    ]
    assert [(one.rule_id, one.rule.action, one.state, one.evidence) for one in kept] == [
        (1, "keep", "accepted", None),
        (2, "block", "accepted", None),
    ]
    assert list(direct(store).rules.of(1)) == kept


def test_proposals_replace_those_that_are_pending_and_no_others(store: SqliteStore) -> None:
    cat, dog = Rule("block", "word", "cat"), Rule("block", "word", "dog")
    direct(store).rules.put(1, ADS)
    first = direct(store).rules.propose(
        1, [(cat, EVIDENCE), (Rule("boost", "word", "Ads", 2), EVIDENCE), (ADA, EVIDENCE)]
    )
    assert [(one.rule_id, one.rule, one.state, one.evidence) for one in first] == [
        (2, cat, "pending", EVIDENCE),
        (3, ADA, "pending", EVIDENCE),
    ]
    direct(store).rules.settle(1, 2, "vetoed")
    more = Evidence(0, 9, 8, 20, 0.001)
    assert direct(store).rules.propose(1, [(dog, more), (cat, more), (ADA, more)]) == [
        StoredRule(4, dog, "pending", more),
        StoredRule(3, ADA, "pending", more),
    ]
    assert direct(store).rules.propose(1, []) == []
    assert [(one.rule_id, one.state) for one in direct(store).rules.of(1)] == [(1, "accepted"), (2, "vetoed")]
    assert direct(store).rules.settle(1, 2, "accepted") == StoredRule(2, cat, "accepted", EVIDENCE)


@settings(max_examples=25)
@given(
    st.lists(st.lists(st.sampled_from(WORDS), max_size=4), max_size=6),
    st.sampled_from(WORDS),
    st.sampled_from(WORDS),
)
def test_the_index_finds_just_the_texts_a_word_matches(bodies: list[list[str]], one: str, other: str) -> None:
    """The full-text index stems and drops accents, so it finds too many; a rule must not."""
    texts = [
        Text.of(" ".join(words[1:]), title=" ".join(words[:1]), id=str(n)) for n, words in enumerate(bodies)
    ]
    with closing(with_texts(texts)) as store:
        for rule in (Rule("block", "word", one), Rule("block", "word", f"{one} {other}")):
            matching = [row for row, text in enumerate(texts, 1) if rule.matches(text)]
            for after_row in range(len(texts) + 1):
                assert direct(store).rules.matching(rule, after_row) == [
                    row for row in matching if row > after_row
                ]


def test_other_rules_find_just_the_texts_they_match() -> None:
    texts = [
        Text.of("costs 3.5 %", id="a", source="Daily", extra={"authors": ["Ann Doe", "Jürgen Roe"]}),
        Text.of(
            "", title="costs nothing", id="b", url="https://news.example.org/b", extra={"author": "Doe, Ann"}
        ),
        Text.of("free", id="c", source="daily "),
    ]
    rules = {
        ("pattern", r"^costs\b.*\d"): [1],
        ("pattern", "[cf]"): [1, 2, 3],
        ("author", "ann doe"): [1, 2],
        ("author", "jürgen"): [1],
        ("source", "DAILY"): [1, 3],
        ("source", "example.org"): [2],
    }
    with closing(with_texts(texts)) as store:
        for (field, value), rows in rules.items():
            rule = Rule("block", field, value)  # type: ignore[arg-type]
            assert (
                direct(store).rules.matching(rule)
                == rows
                == [row for row, text in enumerate(texts, 1) if rule.matches(text)]
            )


def test_rules_are_exported_and_come_back(store: SqliteStore) -> None:
    direct(store).rules.put(1, ADS)
    direct(store).rules.propose(2, [(ADA, EVIDENCE)])
    direct(store).rules.settle(2, 2, "vetoed")
    out = io.StringIO()
    export_store(store, out)
    with closing(SqliteStore(":memory:")) as copy:
        import_store(copy, io.StringIO(out.getvalue()))
        assert [direct(copy).rules.of(taste) for taste in (1, 2)] == [
            direct(store).rules.of(taste) for taste in (1, 2)
        ]


def test_a_store_from_before_rules_is_brought_up_to_date(path: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(sqlite.__file__).parent / "migrations"))
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql("insert into reader values (1, 'ann', '2026-01-01T00:00:00+00:00')")
        connection.exec_driver_sql("insert into taste values (1, 1, 'main', 'bayes', 'cats', '')")
    engine.dispose()
    with closing(SqliteStore(path)) as store:
        assert direct(store).rules.put(1, ADS) == direct(store).rules.of(1)[0]
        assert [row.likes for row in direct(store).readers.tastes()] == ["cats"]
