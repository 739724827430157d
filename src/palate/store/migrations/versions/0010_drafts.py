"""Drafts that a model wrote for a reader, and judgements that rank them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    _let_feedback_rank()
    op.create_table(
        "draft",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("taste", sa.Integer, sa.ForeignKey("taste.number"), nullable=False),
        sa.Column("prompt", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("made_at", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_draft_taste", "draft", ["taste"])
    op.create_table(
        "ranked",
        sa.Column("entry", sa.Integer, sa.ForeignKey("feedback.entry"), primary_key=True),
        sa.Column("draft", sa.Integer, sa.ForeignKey("draft.number"), primary_key=True),
        sa.Column("rank", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )


def _let_feedback_rank() -> None:
    """Rebuilds feedback with one more kind, which has no text. Foreign keys are off meanwhile."""
    op.create_table(
        "feedback_new",
        sa.Column("entry", sa.Integer, primary_key=True),
        sa.Column("taste", sa.Integer, sa.ForeignKey("taste.number"), nullable=False),
        sa.Column("row", sa.Integer),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("liking", sa.Float),
        sa.Column("weight", sa.Float, nullable=False),
        sa.Column("given_at", sa.Text, nullable=False),
        sa.Column("undoes", sa.Integer, sa.ForeignKey("feedback.entry")),
        sa.CheckConstraint("datetime(given_at) is not null", name="given_at_is_a_time"),
        sa.CheckConstraint("liking between -1 and 1 and weight > 0", name="in_range"),
        sa.CheckConstraint(
            "kind in ('like', 'dislike', 'rating', 'skip', 'ranking', 'undo')", name="known_kind"
        ),
        sa.CheckConstraint(
            "(kind in ('skip', 'ranking', 'undo')) = (liking is null)", name="liking_where_taught"
        ),
        sa.CheckConstraint(
            "(kind = 'undo') = (undoes is not null) and (kind in ('ranking', 'undo')) = (row is null)",
            name="undo_or_verdict",
        ),
        sqlite_autoincrement=True,
    )
    op.execute(
        "insert into feedback_new (entry, taste, row, kind, liking, weight, given_at, undoes)"
        " select entry, taste, row, kind, liking, weight, given_at, undoes from feedback"
    )
    # the highest number ever given, which may be that of a reader who left
    op.execute("delete from sqlite_sequence where name = 'feedback_new'")
    op.execute(
        "insert into sqlite_sequence (name, seq)"
        " select 'feedback_new', seq from sqlite_sequence where name = 'feedback'"
    )
    op.drop_table("feedback")
    op.rename_table("feedback_new", "feedback")
    op.create_index("feedback_taste", "feedback", ["taste", "entry"])
    op.create_index("ix_feedback_row", "feedback", ["row"])
    op.create_index("ix_feedback_undoes", "feedback", ["undoes"])
