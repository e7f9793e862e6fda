"""Tickets that open one socket."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")
LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "socket_tickets",
        sa.Column("hash", WORDS, nullable=False),
        sa.Column("user_id", LARGE, nullable=False),
        sa.Column("login_id", WORDS, nullable=True),
        sa.Column("key_id", LARGE, nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_socket_tickets_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_socket_tickets")),
    )
    op.create_index("ix_socket_tickets_user_id", "socket_tickets", ["user_id"])


def downgrade() -> None:
    op.drop_table("socket_tickets")
