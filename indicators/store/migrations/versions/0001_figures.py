"""Figures, their citations, releases and revisions."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

KEY = ("indicator", "period", "scheme", "industry", "size", "region")


def _figures(release_in_key: bool) -> list[sa.Column[Any]]:
    return [
        *(sa.Column(name, sa.Text, primary_key=True) for name in KEY),
        sa.Column("value", sa.Double),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("confidentiality", sa.Text, nullable=False),
        sa.Column("numerator", sa.Double),
        sa.Column("denominator", sa.Double),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("citation", sa.Text, nullable=False),
        sa.Column("release", sa.Integer, primary_key=release_in_key, nullable=False),
    ]


def upgrade() -> None:
    """Create the first tables."""
    op.create_table("observation", *_figures(False), sqlite_with_rowid=False)
    op.create_table(
        "revision",
        *_figures(True),
        sa.Column("superseded", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    required = (
        "source",
        "publisher",
        "document",
        "licence",
        "place",
        "basis",
        "verification",
        "note",
        "file",
    )
    op.create_table(
        "citation",
        sa.Column("citation", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in required),
        *(sa.Column(name, sa.Text) for name in ("date", "copy", "copy_kind", "url")),
    )
    op.create_table(
        "release",
        sa.Column("release", sa.Integer, primary_key=True, autoincrement=False),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("published_at", "published_by", "reason", "code_version")
        ),
        *(
            sa.Column(name, sa.Integer, nullable=False)
            for name in ("added", "changed", "withdrawn", "rows")
        ),
    )
    op.create_table(
        "release_input",
        sa.Column("release", sa.Integer, primary_key=True),
        sa.Column("file", sa.Text, primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("bytes", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("release_input", "release", "citation", "revision", "observation"):
        op.drop_table(table)
