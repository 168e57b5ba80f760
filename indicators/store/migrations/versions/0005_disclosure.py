"""Which figures warnings and turned verdicts speak of, and which were retracted.

Warnings accepted before this do not say which figures they quote: where anything is suppressed,
their sentences go.
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_KEY = ("indicator", "period", "scheme", "industry", "size", "region")
_AIM = ("indicator", "scheme", "industry", "size")
_UNQUOTED = """
    UPDATE flip SET old_value = NULL, new_value = NULL WHERE
    EXISTS (SELECT 1 FROM {figures} AS o WHERE o.confidentiality <> 'F' AND o.region = flip.region
        AND o.period = flip.period AND o.indicator = flip.indicator AND o.scheme = flip.scheme
        AND o.industry = flip.industry AND o.size = flip.size)
"""


def upgrade() -> None:
    """Create them, and let no sentence of before quote what is suppressed."""
    for name in _AIM:
        op.add_column("flip", sa.Column(name, sa.Text))
    for column in (
        sa.Column("suppressed", sa.Integer, nullable=False, server_default="0"),
        sa.Column("fingerprint", sa.Text, nullable=False, server_default=""),
        sa.Column("reason", sa.Text),
        sa.Column("since", sa.Integer),
    ):
        op.add_column("warning", column)
    op.create_table(
        "quoted",
        sa.Column("release", sa.Integer, primary_key=True),
        sa.Column("line", sa.Integer, primary_key=True),
        *(sa.Column(name, sa.Text, primary_key=True) for name in _KEY),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "retraction",
        *(sa.Column(name, sa.Text, primary_key=True) for name in _KEY),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("rule", "retracted_at", "retracted_by", "reason")
        ),
        sa.Column("purged", sa.Text),
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    _place_flips(connection)
    for figures in ("observation", "revision"):
        op.execute(_UNQUOTED.format(figures=figures))
    op.execute(
        "UPDATE warning SET suppressed = 1, found = '', expected = '' "
        "WHERE \"check\" <> 'coverage' AND ("
        "EXISTS (SELECT 1 FROM observation WHERE confidentiality <> 'F') "
        "OR EXISTS (SELECT 1 FROM revision WHERE confidentiality <> 'F'))"
    )


def _place_flips(connection: sa.Connection) -> None:
    """Say of each turned verdict which series it is about, by today's register or an older one."""
    aims = {
        row.target: row._mapping
        for row in connection.execute(
            sa.text("SELECT target, indicator, scheme, industry, size FROM target")
        )
    }
    for content in connection.execute(sa.text("SELECT content FROM register_archive")).scalars():
        for row in json.loads(content)["target"]:
            aims.setdefault(row["target"], row)
    known = [{"name": target} | {name: aim[name] for name in _AIM} for target, aim in aims.items()]
    if known:
        connection.execute(
            sa.text(
                "UPDATE flip SET indicator = :indicator, scheme = :scheme, "
                "industry = :industry, size = :size WHERE target = :name"
            ),
            known,
        )


def downgrade() -> None:
    """Drop them."""
    for table in ("retraction", "quoted"):
        op.drop_table(table)
    for name in ("since", "reason", "fingerprint", "suppressed"):
        op.drop_column("warning", name)
    for name in _AIM:
        op.drop_column("flip", name)
