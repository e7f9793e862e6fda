"""What rig-days leave to the next ones; calibrations of sensors and who approved them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")
LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
STATES = "('proposed', 'approved', 'rejected', 'withdrawn', 'lapsed')"
TABLES = ("handovers", "calibrations", "calibration_versions")


def upgrade() -> None:
    op.create_table(
        "handovers",
        sa.Column("rig_id", WORDS, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("table_name", WORDS, nullable=False),
        sa.Column("received", WORDS, nullable=False),
        sa.Column("left", WORDS, nullable=False),
        sa.ForeignKeyConstraint(["rig_id"], ["rigs.id"], name=op.f("fk_handovers_rig_id")),
        sa.PrimaryKeyConstraint("rig_id", "day", "table_name", name=op.f("pk_handovers")),
    )
    op.create_table(
        "calibrations",
        sa.Column("id", LARGE, nullable=False),
        sa.Column("rig_id", WORDS, nullable=False),
        sa.Column("channel", WORDS, nullable=False),
        sa.ForeignKeyConstraint(["rig_id"], ["rigs.id"], name=op.f("fk_calibrations_rig_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibrations")),
    )
    op.create_index(op.f("ix_calibrations_rig_id"), "calibrations", ["rig_id"])
    op.create_table(
        "calibration_versions",
        sa.Column("id", LARGE, nullable=False),
        sa.Column("calibration_id", LARGE, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("start", INSTANT, nullable=False),
        sa.Column("end", INSTANT, nullable=True),
        sa.Column("gain", sa.Double(), nullable=False),
        sa.Column("offset", sa.Double(), nullable=False),
        sa.Column("sd", sa.Double(), nullable=True),
        sa.Column("reason", WORDS, nullable=False),
        sa.Column("by", WORDS, nullable=False),
        sa.Column("note", WORDS, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint(f"state IN {STATES}", name=op.f("ck_calibration_versions_state")),
        sa.ForeignKeyConstraint(
            ["calibration_id"],
            ["calibrations.id"],
            name=op.f("fk_calibration_versions_calibration_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration_versions")),
        sa.UniqueConstraint(
            "calibration_id", "number", name=op.f("uq_calibration_versions_calibration_id_number")
        ),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
