"""Draft targets of planners, to which rows are only ever added."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

KEPT = "draft targets are only ever added to"
TEXTS = (
    *("draft", "moment", "owner", "indicator", "scheme", "industry", "size", "region"),
    *("kind", "by"),
)


def upgrade() -> None:
    """Make the table, and keep its rows from being changed or taken out."""
    op.create_table(
        "draft",
        sa.Column("event", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in TEXTS),
        sa.Column("value", sa.Double),
    )
    op.create_index("draft_owner", "draft", ["owner"])
    if op.get_bind().dialect.name == "sqlite":
        for done in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER draft_{done.lower()} BEFORE {done} ON draft "
                f"BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION draft_kept() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{KEPT}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER draft_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON draft "
        "FOR EACH STATEMENT EXECUTE FUNCTION draft_kept()"
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("draft")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION draft_kept()")
