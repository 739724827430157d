"""What each taste predicted, which one is served, what the crowd thinks and who keeps out of it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "prediction",
        sa.Column("entry", sa.Integer, sa.ForeignKey("feedback.entry"), primary_key=True),
        sa.Column("tastes", sa.Text, nullable=False),
        sa.Column("logits", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "crowd",
        sa.Column("head", sa.Integer, primary_key=True),
        sa.Column("encoder", sa.Integer, sa.ForeignKey("encoder.number"), nullable=False),
        sa.Column("readers", sa.Integer, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.add_column("reader", sa.Column("private", sa.Integer, nullable=False, server_default="0"))
    op.add_column("taste", sa.Column("serving", sa.Text, nullable=False, server_default="blend"))
