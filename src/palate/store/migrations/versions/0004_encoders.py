"""When an encoder came to a store, and what a tuned one was measured by."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("encoder", sa.Column("made_at", sa.Text))
    op.add_column("encoder", sa.Column("figures", sa.JSON))
