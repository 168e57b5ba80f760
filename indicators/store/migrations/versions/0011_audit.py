"""The audit trail, to which rows are only ever added."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

KEPT = "the audit trail is only ever added to"


def upgrade() -> None:
    """Make the table, and keep its rows from being changed or taken out."""
    op.create_table(
        "audit",
        sa.Column("event", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("moment", "action", "account")),
        sa.Column("release", sa.Integer),
        sa.Column("about", sa.Text, nullable=False),
    )
    if op.get_bind().dialect.name == "sqlite":
        for done in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_{done.lower()} BEFORE {done} ON audit "
                f"BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_kept() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{KEPT}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_kept()"
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("audit")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION audit_kept()")
