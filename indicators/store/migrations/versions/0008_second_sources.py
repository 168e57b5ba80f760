"""What further documents say of a figure, as the declaration of its file has it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the column, empty for what was published before."""
    with op.batch_alter_table("citation") as table:
        table.add_column(sa.Column("second_sources", sa.Text))


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("citation") as table:
        table.drop_column("second_sources")
