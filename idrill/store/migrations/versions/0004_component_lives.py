"""What was installed on rigs until when, and how long components were said to last."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)
ENDS = "('failure', 'preventive', 'opportunistic', 'in_service')"
MODES = "('LOO', 'INL', 'ELU', 'VIB', 'OHE', 'PDE', 'BRD')"
SOURCES = "('live', 'daily', 'request', 'shadow', 'canary')"
QUALITIES = "('good', 'doubtful', 'withheld')"
ORIGINS = "('live', 'replay', 'file', 'synthetic')"
LEVELS = ("05", "10", "50", "90", "95")


def upgrade() -> None:
    _component_lives()
    _predictions()


def _component_lives() -> None:
    op.create_table(
        "component_lives",
        sa.Column("unit", WORDS, nullable=False),
        sa.Column("rig_id", WORDS, nullable=False),
        sa.Column("equipment", WORDS, nullable=False),
        sa.Column("component", WORDS, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("start", INSTANT, nullable=False),
        sa.Column("end", INSTANT, nullable=True),
        sa.Column("ended_by", WORDS, nullable=False),
        sa.Column("failure_mode", WORDS, nullable=True),
        sa.Column("variant", WORDS, nullable=True),
        sa.Column("own_hours", sa.Double(), nullable=True),
        sa.Column("source", WORDS, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.CheckConstraint(f"ended_by IN {ENDS}", name=op.f("ck_component_lives_ended_by")),
        sa.CheckConstraint(
            f"failure_mode IN {MODES}", name=op.f("ck_component_lives_failure_mode")
        ),
        sa.CheckConstraint(
            "(\"end\" IS NULL) = (ended_by = 'in_service')", name=op.f("ck_component_lives_end")
        ),
        sa.CheckConstraint(
            "(failure_mode IS NULL) OR (ended_by = 'failure')", name=op.f("ck_component_lives_mode")
        ),
        sa.ForeignKeyConstraint(["rig_id"], ["rigs.id"], name=op.f("fk_component_lives_rig_id")),
        sa.PrimaryKeyConstraint("unit", name=op.f("pk_component_lives")),
        sa.UniqueConstraint(
            "rig_id",
            "equipment",
            "component",
            "start",
            name=op.f("uq_component_lives_rig_id_equipment_component_start"),
        ),
    )
    op.create_index(
        op.f("ix_component_lives_rig_id_component"), "component_lives", ["rig_id", "component"]
    )


def _predictions() -> None:
    op.create_table(
        "predictions",
        sa.Column("rig_id", WORDS, nullable=False),
        sa.Column("equipment", WORDS, nullable=False),
        sa.Column("component", WORDS, nullable=False),
        sa.Column("as_of", INSTANT, nullable=False),
        sa.Column("model_version", WORDS, nullable=False),
        sa.Column("source", WORDS, nullable=False),
        sa.Column("unit", WORDS, nullable=False),
        sa.Column("model", WORDS, nullable=False),
        sa.Column("failure_modes", WORDS, nullable=False),
        *(sa.Column(f"quantile_{level}", sa.Double(), nullable=True) for level in LEVELS),
        sa.Column("cap", sa.Double(), nullable=True),
        sa.Column("age", sa.Double(), nullable=True),
        sa.Column("quality", WORDS, nullable=False),
        sa.Column("reason", WORDS, nullable=False),
        sa.Column("lake_version", sa.Integer(), nullable=True),
        sa.Column("origin", WORDS, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint(f"source IN {SOURCES}", name=op.f("ck_predictions_source")),
        sa.CheckConstraint(f"quality IN {QUALITIES}", name=op.f("ck_predictions_quality")),
        sa.CheckConstraint(f"origin IN {ORIGINS}", name=op.f("ck_predictions_origin")),
        sa.ForeignKeyConstraint(["rig_id"], ["rigs.id"], name=op.f("fk_predictions_rig_id")),
        sa.PrimaryKeyConstraint(
            "rig_id", "equipment", "component", "as_of", "model_version", "source",
            name=op.f("pk_predictions"),
        ),
    )  # fmt: skip
    op.create_index(
        op.f("ix_predictions_rig_id_source_as_of"), "predictions", ["rig_id", "source", "as_of"]
    )


def downgrade() -> None:
    op.drop_table("predictions")
    op.drop_table("component_lives")
