"""The word index has the words of every script, texts are found by language, and rules may speak of it."""

import sqlite3

import sqlalchemy as sa
from alembic import op

from palate.store.dialect_sqlite import define_functions

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    raw = op.get_bind().connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    define_functions(raw)
    op.execute("drop table words")
    op.execute(
        "create view indexed as select row, index_words(title) as title, index_words(body) as body from text"
    )
    op.execute(
        "create virtual table words using fts5(title, body, content='indexed', content_rowid='row',"
        " tokenize='porter ascii')"
    )
    op.execute("insert into words (words) values ('rebuild')")
    op.create_index("ix_text_language", "text", ["language"])
    # of texts in which an encoder reads nothing: they are made anew, of the words
    op.execute("delete from vector where data = zeroblob(length(data))")
    _widen_rule()


def _widen_rule() -> None:
    """Rebuilds rule with a field more. Foreign keys are off meanwhile."""
    op.create_table(
        "rule_new",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("taste", sa.Integer, sa.ForeignKey("taste.number"), nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("amount", sa.Float, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("evidence", sa.JSON),
        sa.CheckConstraint("action in ('block', 'keep', 'boost')", name="known_action"),
        sa.CheckConstraint(
            "field in ('word', 'author', 'source', 'pattern', 'language')", name="known_field"
        ),
        sa.CheckConstraint("state in ('accepted', 'pending', 'vetoed')", name="known_state"),
        sa.CheckConstraint("(action = 'boost') = (amount <> 0)", name="amount_of_a_boost"),
        sqlite_autoincrement=True,
    )
    op.execute(
        "insert into rule_new (number, taste, action, field, value, amount, state, evidence)"
        " select number, taste, action, field, value, amount, state, evidence from rule"
    )
    # the highest number ever given, which may be that of a rule that was removed
    op.execute("delete from sqlite_sequence where name = 'rule_new'")
    op.execute(
        "insert into sqlite_sequence (name, seq)"
        " select 'rule_new', seq from sqlite_sequence where name = 'rule'"
    )
    op.drop_table("rule")
    op.rename_table("rule_new", "rule")
    op.create_index("ix_rule_taste", "rule", ["taste"])
