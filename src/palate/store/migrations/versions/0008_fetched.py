"""What is kept of an address: no secrets, and where it moved, whether it is gone, when to ask again."""

import sqlalchemy as sa
from alembic import op

from palate.store.older import fetched_row

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    old = sa.table("fetched", sa.column("url"), sa.column("etag"), sa.column("modified"))
    rows = op.get_bind().execute(sa.select(old)).all()
    op.execute("pragma secure_delete = on")  # the old addresses are not to linger in free pages
    op.drop_table("fetched")
    op.execute("pragma secure_delete = off")
    fetched = op.create_table(
        "fetched",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("etag", sa.Text, nullable=False),
        sa.Column("modified", sa.Text, nullable=False),
        sa.Column("moved_to", sa.Text, nullable=False),
        sa.Column("moved_times", sa.Integer, nullable=False),
        sa.Column("gone", sa.Integer, nullable=False),
        sa.Column("retry_at", sa.Text),
    )
    op.bulk_insert(fetched, [fetched_row(row.url, row.etag, row.modified) for row in rows])
