"""The catalogue as last published, for a server whose own files are broken."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the table; the next publication fills it."""
    op.create_table(
        "catalogue_file",
        sa.Column("file", sa.Text, primary_key=True),
        sa.Column("content", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("catalogue_file")
