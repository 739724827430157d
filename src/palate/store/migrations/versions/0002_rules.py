"""Rules."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "rule",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("taste", sa.Integer, sa.ForeignKey("taste.number"), nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("amount", sa.Float, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("evidence", sa.JSON),
        sa.CheckConstraint("action in ('block', 'keep', 'boost')", name="known_action"),
        sa.CheckConstraint("field in ('word', 'author', 'source', 'pattern')", name="known_field"),
        sa.CheckConstraint("state in ('accepted', 'pending', 'vetoed')", name="known_state"),
        sa.CheckConstraint("(action = 'boost') = (amount <> 0)", name="amount_of_a_boost"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_rule_taste", "rule", ["taste"])
