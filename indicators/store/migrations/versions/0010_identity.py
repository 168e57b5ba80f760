"""Who a database is: a word of its own, drawn when it is made."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the table and draw the word."""
    made = op.create_table("identity", sa.Column("identity", sa.Text, primary_key=True))
    op.bulk_insert(made, [{"identity": uuid.uuid4().hex}])


def downgrade() -> None:
    """Forget it."""
    op.drop_table("identity")
