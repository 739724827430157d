"""What texts are recognised by beside address and words, and the new versions of replaced texts."""

import sqlalchemy as sa
from alembic import op

from palate.store.older import fill_identities

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "identity",
        sa.Column("key", sa.BigInteger, primary_key=True),
        sa.Column("row", sa.Integer, sa.ForeignKey("text.row"), primary_key=True),
        sqlite_with_rowid=False,
    )
    fill_identities(op.get_bind())
    op.create_index("ix_identity_row", "identity", ["row"])
    op.add_column("removed", sa.Column("successor", sa.Integer))
    op.create_index("ix_removed_successor", "removed", ["successor"])
