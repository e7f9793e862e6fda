"""Who scores live readings, the rigs it fails on, and hours that the lake does not have yet."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")
LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "live_scorers",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("holder", WORDS, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("note", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_scorers")),
    )
    op.create_table(
        "live_faults",
        sa.Column("rig_id", WORDS, nullable=False),
        sa.Column("attempts", LARGE, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("detail", WORDS, nullable=False),
        sa.ForeignKeyConstraint(["rig_id"], ["rigs.id"], name=op.f("fk_live_faults_rig_id_rigs")),
        sa.PrimaryKeyConstraint("rig_id", name=op.f("pk_live_faults")),
    )
    op.create_table(
        "live_hours",
        sa.Column("rig_id", WORDS, nullable=False),
        sa.Column("time", INSTANT, nullable=False),
        sa.Column("channel", WORDS, nullable=False),
        sa.Column("count", LARGE, nullable=False),
        sa.Column("min", sa.Double(), nullable=True),
        sa.Column("mean", sa.Double(), nullable=True),
        sa.Column("max", sa.Double(), nullable=True),
        sa.Column("last", sa.Double(), nullable=True),
        sa.Column("std", sa.Double(), nullable=True),
        sa.Column("coverage", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["rig_id"], ["rigs.id"], name=op.f("fk_live_hours_rig_id_rigs")),
        sa.PrimaryKeyConstraint("rig_id", "time", "channel", name=op.f("pk_live_hours")),
    )


def downgrade() -> None:
    op.drop_table("live_hours")
    op.drop_table("live_faults")
    op.drop_table("live_scorers")
