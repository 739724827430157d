"""Topics that stay: their names, merges and centres, and the topic of each text."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "topic",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("merged_into", sa.Integer),
        sa.Column("opened_at", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "topic_space",
        sa.Column("encoder", sa.Integer, sa.ForeignKey("encoder.number"), primary_key=True),
        sa.Column("mean", sa.LargeBinary, nullable=False),
        sa.Column("reach", sa.Float, nullable=False),
        sa.Column("fit_row", sa.Integer, nullable=False),
    )
    op.create_table(
        "topic_centre",
        sa.Column("encoder", sa.Integer, sa.ForeignKey("encoder.number"), primary_key=True),
        sa.Column("topic", sa.Integer, sa.ForeignKey("topic.number"), primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "topic_text",
        sa.Column("row", sa.Integer, primary_key=True),
        sa.Column("topic", sa.Integer),
    )
