"""How many figures each cell holds, counted from what is public."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_CELL = ("indicator", "period", "scheme", "industry", "size")
_COUNT = """
    INSERT INTO holding
    SELECT indicator, period, scheme, industry, size,
        CASE WHEN region = 'ALL' THEN '' WHEN region = '100000' THEN 'ALL'
            WHEN region LIKE '__0000' THEN '100000' ELSE substr(region, 1, 2) || '0000' END,
        source, count(*), count(value)
    FROM observation GROUP BY 1, 2, 3, 4, 5, 6, 7
"""


def upgrade() -> None:
    """Create the table and fill it."""
    op.create_table(
        "holding",
        *(sa.Column(name, sa.Text, primary_key=True) for name in (*_CELL, "above", "source")),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("known", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.execute(_COUNT)


def downgrade() -> None:
    """Drop it."""
    op.drop_table("holding")
