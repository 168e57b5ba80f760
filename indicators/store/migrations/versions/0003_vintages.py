"""What each release changed, turned and accepted; the registers it replaced; totals by region."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TOTAL = "scheme = 'ALL' AND industry = 'ALL' AND size = 'ALL'"


def _text(*names: str, nullable: bool = True) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=nullable) for name in names]


def _counts(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer, nullable=False) for name in names]


def upgrade() -> None:
    """Create them."""
    op.add_column("release", sa.Column("restored", sa.Integer))
    op.add_column("release", sa.Column("accepted", sa.Text))
    for name in ("first_period", "last_period"):
        op.add_column("release_input", sa.Column(name, sa.Text))
    op.create_table(
        "change",
        sa.Column("release", sa.Integer, primary_key=True),
        sa.Column("indicator", sa.Text, primary_key=True),
        *_counts("added", "changed", "withdrawn"),
    )
    op.create_table(
        "flip",
        sa.Column("release", sa.Integer, primary_key=True),
        sa.Column("target", sa.Text, primary_key=True),
        sa.Column("region", sa.Text, primary_key=True),
        *_text("old_verdict", "new_verdict", "old_reason", "new_reason", "period"),
        sa.Column("old_value", sa.Double),
        sa.Column("new_value", sa.Double),
    )
    op.create_table(
        "warning",
        sa.Column("release", sa.Integer, primary_key=True),
        sa.Column("line", sa.Integer, primary_key=True),
        *_text("check", "file", "sheet", "column", "found", "expected", nullable=False),
        sa.Column("row", sa.Integer),
    )
    op.create_table(
        "register_archive",
        sa.Column("superseded", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("content", sa.Text, nullable=False),
    )
    op.create_index(
        "total",
        "observation",
        ["region", "indicator"],
        sqlite_where=sa.text(TOTAL),
        postgresql_where=sa.text(TOTAL),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("total", "observation")
    for table in ("register_archive", "warning", "flip", "change"):
        op.drop_table(table)
    for name in ("last_period", "first_period"):
        op.drop_column("release_input", name)
    op.drop_column("release", "accepted")
    op.drop_column("release", "restored")
