"""A live reading that is refused is one row however often it comes."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("live_rejections") as table:
        table.add_column(sa.Column("digest", WORDS))
        table.add_column(sa.Column("times", sa.Integer(), nullable=False, server_default="1"))
        table.create_unique_constraint(op.f("uq_live_rejections_digest"), ["digest"])
    with op.batch_alter_table("live_rejections") as table:
        table.alter_column("times", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("live_rejections") as table:
        table.drop_constraint(op.f("uq_live_rejections_digest"), type_="unique")
        table.drop_column("times")
        table.drop_column("digest")
