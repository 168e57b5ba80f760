"""The target register: documents, targets, their milestones and evidence."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def _text(*names: str, nullable: bool = True) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text, nullable=nullable) for name in names]


def _numbers(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Double) for name in names]


def upgrade() -> None:
    """Create the register's tables."""
    op.create_table(
        "document",
        sa.Column("document", sa.Text, primary_key=True),
        *_text("title", "issuer", "region", nullable=False),
        *_text("number", "date", "policy", "read_in", "copy", "url", "note"),
        sa.Column("date_inferred", sa.Integer, nullable=False),
    )
    op.create_table(
        "target",
        sa.Column("target", sa.Text, primary_key=True),
        *_text(
            "document",
            "indicator",
            "region",
            "industry",
            "size",
            "scheme",
            "kind",
            "shape",
            "window_early",
            "window_late",
            "definition",
            "place",
            "verification",
            nullable=False,
        ),
        *_text("benchmark", "baseline_period", "department", "supersedes", "note"),
        *_numbers("value", "lower", "upper", "baseline_value", "bound_lower", "bound_upper"),
        sa.Column("approximate", sa.Integer, nullable=False),
    )
    op.create_table(
        "milestone",
        sa.Column("target", sa.Text, primary_key=True),
        sa.Column("period", sa.Text, primary_key=True),
        sa.Column("value", sa.Double, nullable=False),
        *_text("place", "verification", nullable=False),
        *_text("note"),
    )
    op.create_table(
        "evidence",
        sa.Column("target", sa.Text, primary_key=True),
        sa.Column("period", sa.Text, primary_key=True),
        *_text("state", "text", "source", nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("evidence", "milestone", "target", "document"):
        op.drop_table(table)
