"""How often a source appears, as the declaration of its file says it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column, empty for what was published before."""
    with op.batch_alter_table("citation") as table:
        table.add_column(sa.Column("frequency", sa.Text))


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("citation") as table:
        table.drop_column("frequency")
