"""Removed texts, the generation in use, requests that come twice, and a mark for each store."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "removed",
        sa.Column("entry", sa.Integer, primary_key=True),
        sa.Column("row", sa.Integer, nullable=False, unique=True),
        sa.Column("representative", sa.Integer, nullable=False),
        sa.Column("removed_at", sa.Text, nullable=False),
        sa.Column("encoder", sa.Integer, sa.ForeignKey("encoder.number")),
        sa.Column("vector", sa.LargeBinary),
        sa.Column("ids", sa.LargeBinary),
        sa.Column("counts", sa.LargeBinary),
        sa.Column("date", sa.Text),
        sa.CheckConstraint(
            "(encoder is null) = (vector is null) and (encoder is null) = (ids is null)"
            " and (encoder is null) = (counts is null) and (encoder is null) = (date is null)",
            name="all_or_nothing",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_removed_representative", "removed", ["representative"])
    op.create_table(
        "request",
        sa.Column("taste", sa.Integer, sa.ForeignKey("taste.number"), primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("first_entry", sa.Integer),
        sa.Column("last_entry", sa.Integer),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "generation",
        sa.Column("generation_id", sa.Integer, primary_key=True),
        sa.Column("encoder", sa.Integer, sa.ForeignKey("encoder.number"), nullable=False),
        sa.Column("fit_row", sa.Integer, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("fit_digest", sa.Text, nullable=False),
        sa.Column("made_at", sa.Text, nullable=False),
    )
    op.add_column("taste", sa.Column("forgotten", sa.Integer, nullable=False, server_default="0"))
    op.create_index("ix_reader_private", "reader", ["private"])
    op.create_index("band_row", "band", ["row"])
    _release_feedback()
    mark = sa.text("insert into setting (key, value) values ('store_mark', :mark)")
    op.get_bind().execute(mark.bindparams(mark=uuid4().hex))


def _release_feedback() -> None:
    """Rebuilds feedback with a row that need not be a text's. Foreign keys are off meanwhile."""
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
        sa.CheckConstraint("kind in ('like', 'dislike', 'rating', 'skip', 'undo')", name="known_kind"),
        sa.CheckConstraint("(kind in ('skip', 'undo')) = (liking is null)", name="liking_where_taught"),
        sa.CheckConstraint(
            "(kind = 'undo') = (undoes is not null) and (kind = 'undo') = (row is null)",
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
