"""Sensors that are switched off, senders that are followed, injections, and facilities."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")
LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "live_rigs",
        sa.Column("switched", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.create_table(
        "sensor_switches",
        sa.Column("rig_id", WORDS, nullable=False),
        sa.Column("channel", WORDS, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("reason", WORDS, nullable=False),
        sa.Column("told_by", WORDS, nullable=False),
        sa.Column("told_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["rig_id"], ["rigs.id"], name=op.f("fk_sensor_switches_rig_id")),
        sa.PrimaryKeyConstraint("rig_id", "channel", "at", name=op.f("pk_sensor_switches")),
    )
    op.create_table(
        "feed_positions",
        sa.Column("rig_id", WORDS, nullable=False),
        sa.Column("feed", WORDS, nullable=False),
        sa.Column("last_time", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["rig_id"], ["rigs.id"], name=op.f("fk_feed_positions_rig_id")),
        sa.PrimaryKeyConstraint("rig_id", "feed", name=op.f("pk_feed_positions")),
    )
    op.create_table(
        "injections",
        sa.Column("id", LARGE, nullable=False),
        sa.Column("rig_id", WORDS, nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("channel", WORDS, nullable=True),
        sa.Column("severity", sa.Double(), nullable=False),
        sa.Column("growth", sa.Double(), nullable=False),
        sa.Column("lasting", sa.Double(), nullable=False),
        sa.Column("asked_by", WORDS, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("start", INSTANT, nullable=True),
        sa.Column("refused", WORDS, nullable=True),
        sa.ForeignKeyConstraint(["rig_id"], ["rigs.id"], name=op.f("fk_injections_rig_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_injections")),
    )
    op.create_table(
        "facilities",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("kind", WORDS, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facilities")),
    )
    op.create_table(
        "facility_rigs",
        sa.Column("rig_id", WORDS, nullable=False),
        sa.Column("facility_id", WORDS, nullable=False),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facilities.id"], name=op.f("fk_facility_rigs_facility_id")
        ),
        sa.ForeignKeyConstraint(["rig_id"], ["rigs.id"], name=op.f("fk_facility_rigs_rig_id")),
        sa.PrimaryKeyConstraint("rig_id", name=op.f("pk_facility_rigs")),
    )


def downgrade() -> None:
    op.drop_table("facility_rigs")
    op.drop_table("facilities")
    op.drop_table("injections")
    op.drop_table("feed_positions")
    op.drop_table("sensor_switches")
    with op.batch_alter_table("live_rigs") as batch:
        batch.drop_column("switched")
