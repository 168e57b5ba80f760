"""What databases lack that were made by an earlier form of 0003, which was edited later."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

TOTAL = "scheme = 'ALL' AND industry = 'ALL' AND size = 'ALL'"


def upgrade() -> None:
    """Add the columns and the index where they are not there."""
    found = sa.inspect(op.get_bind())
    there = {column["name"] for column in found.get_columns("release_input")}
    for name in {"first_period", "last_period"} - there:
        op.add_column("release_input", sa.Column(name, sa.Text))
    if "total" not in {index["name"] for index in found.get_indexes("observation")}:
        op.create_index(
            "total",
            "observation",
            ["region", "indicator"],
            sqlite_where=sa.text(TOTAL),
            postgresql_where=sa.text(TOTAL),
        )


def downgrade() -> None:
    """Leave them: 0003 as it stands has them too."""
