"""Removed texts, the generation in use, requests that come twice, a mark for each store, and tables that a
million texts are added to as fast as the first.
"""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from palate.store.older import fill_text_keys, move_bands, move_vectors

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
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("first_entry", sa.Integer),
        sa.Column("last_entry", sa.Integer),
        sa.CheckConstraint("kind in ('judge', 'undo')", name="known_kind"),
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
    _by_row()
    _by_key()
    _release_feedback()
    mark = sa.text("insert into setting (key, value) values ('store_mark', :mark)")
    op.get_bind().execute(mark.bindparams(mark=uuid4().hex))


def _by_row() -> None:
    """Keys vectors and bands by the row of their text, which grows: a page is filled and written once."""
    op.create_table(
        "vector_new",
        sa.Column("encoder", sa.Integer, sa.ForeignKey("encoder.number"), primary_key=True),
        sa.Column("row", sa.Integer, primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    move_vectors(op.get_bind(), "vector", "vector_new")
    op.drop_table("vector")
    op.rename_table("vector_new", "vector")
    op.create_table(
        "band_new",
        sa.Column("row", sa.Integer, sa.ForeignKey("text.row"), primary_key=True),
        sa.Column("keys", sa.LargeBinary, nullable=False),
    )
    move_bands(op.get_bind(), "band", "band_new")
    op.drop_table("band")
    op.rename_table("band_new", "band")


def _by_key() -> None:
    op.drop_index("ix_text_content_hash", "text")
    op.drop_index("ix_text_canonical_url", "text")
    op.add_column("text", sa.Column("content_key", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("text", sa.Column("url_key", sa.BigInteger))
    fill_text_keys(op.get_bind())
    op.create_index("ix_text_content_key", "text", ["content_key"])
    op.create_index("ix_text_url_key", "text", ["url_key"])


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
