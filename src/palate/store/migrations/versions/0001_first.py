"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "encoder",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("fingerprint", sa.Text, nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("dims", sa.Integer, nullable=False),
        sa.CheckConstraint("typeof(dims) = 'integer' and dims > 0", name="dims_count"),
    )
    op.create_table(
        "fetched",
        sa.Column("url", sa.Text, primary_key=True),
        sa.Column("etag", sa.Text, nullable=False),
        sa.Column("modified", sa.Text, nullable=False),
    )
    op.create_table(
        "reader",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("created_at", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "setting",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "text",
        sa.Column("row", sa.Integer, primary_key=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("published", sa.Text),
        sa.Column("extra", sa.JSON, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("canonical_url", sa.Text),
        sa.Column("leader", sa.Integer, sa.ForeignKey("text.row"), nullable=False),
        sa.Column("added_at", sa.Text, nullable=False),
    )
    op.create_index("ix_text_canonical_url", "text", ["canonical_url"])
    op.create_index("ix_text_content_hash", "text", ["content_hash"])
    op.create_index("ix_text_leader", "text", ["leader"])
    op.create_table(
        "band",
        sa.Column("key", sa.BigInteger, primary_key=True),
        sa.Column("row", sa.Integer, sa.ForeignKey("text.row"), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "taste",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("reader", sa.Integer, sa.ForeignKey("reader.number"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("likes", sa.Text, nullable=False),
        sa.Column("dislikes", sa.Text, nullable=False),
        sa.UniqueConstraint("reader", "name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "terms",
        sa.Column("row", sa.Integer, sa.ForeignKey("text.row"), primary_key=True),
        sa.Column("ids", sa.LargeBinary, nullable=False),
        sa.Column("counts", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "vector",
        sa.Column("content_hash", sa.Text, primary_key=True),
        sa.Column("encoder", sa.Integer, sa.ForeignKey("encoder.number"), primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "feedback",
        sa.Column("entry", sa.Integer, primary_key=True),
        sa.Column("taste", sa.Integer, sa.ForeignKey("taste.number"), nullable=False),
        sa.Column("row", sa.Integer, sa.ForeignKey("text.row")),
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
    op.create_index("feedback_taste", "feedback", ["taste", "entry"])
    op.execute(
        "create virtual table words using fts5(title, body, content='text', content_rowid='row',"
        " tokenize='porter unicode61 remove_diacritics 2')"
    )
