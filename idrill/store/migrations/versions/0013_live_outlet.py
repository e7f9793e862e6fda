"""What scoring makes of live readings, and their order."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")
LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_index("ix_live_readings_rig_id_revision", "live_readings", ["rig_id", "revision"])
    op.create_table(
        "live_outlets",
        sa.Column("rig_id", WORDS, nullable=False),
        sa.Column("sequence", LARGE, nullable=False),
        sa.Column("pruned_to", LARGE, nullable=False),
        sa.Column("scored_to", LARGE, nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["rig_id"], ["rigs.id"], name=op.f("fk_live_outlets_rig_id_rigs")),
        sa.PrimaryKeyConstraint("rig_id", name=op.f("pk_live_outlets")),
    )
    op.create_table(
        "live_verdicts",
        sa.Column("rig_id", WORDS, nullable=False),
        sa.Column("time", INSTANT, nullable=False),
        sa.Column("sequence", LARGE, nullable=False),
        sa.Column("activity", WORDS, nullable=False),
        sa.Column("bits", sa.JSON(), nullable=False),
        sa.Column("told_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["rig_id"], ["rigs.id"], name=op.f("fk_live_verdicts_rig_id_rigs")),
        sa.PrimaryKeyConstraint("rig_id", "time", name=op.f("pk_live_verdicts")),
    )
    op.create_index("ix_live_verdicts_rig_id_sequence", "live_verdicts", ["rig_id", "sequence"])
    op.create_index("ix_live_verdicts_told_at", "live_verdicts", ["told_at"])
    op.create_table(
        "live_events",
        sa.Column("rig_id", WORDS, nullable=False),
        sa.Column("sequence", LARGE, nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("time", INSTANT, nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("told_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["rig_id"], ["rigs.id"], name=op.f("fk_live_events_rig_id_rigs")),
        sa.PrimaryKeyConstraint("rig_id", "sequence", name=op.f("pk_live_events")),
    )
    op.create_index("ix_live_events_told_at", "live_events", ["told_at"])


def downgrade() -> None:
    op.drop_table("live_events")
    op.drop_table("live_verdicts")
    op.drop_table("live_outlets")
    op.drop_index("ix_live_readings_rig_id_revision", "live_readings")
