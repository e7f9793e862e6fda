"""What maintenance plans are made from, and the plans."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")
LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
ACTIVITIES = "('replace', 'repair', 'adjust', 'service', 'test', 'inspection', 'overhaul')"
MODES = "('', 'LOO', 'INL', 'ELU', 'VIB', 'OHE', 'PDE', 'BRD')"
STATES = "('requested', 'running', 'done', 'impossible', 'failed')"
TABLES = (
    "maintenance_plans", "rig_phases", "rig_plans", "work_norms", "failure_consequences", "upkeep",
    "part_deliveries", "spare_parts", "crews",
)  # fmt: skip


def upgrade() -> None:
    _crews_and_parts()
    _upkeep()
    _rig_plans()
    _plans()


def _column(name: str, kind: Any, *, optional: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=optional)


def _position() -> sa.Column[int]:
    return sa.Column("position", sa.Integer(), autoincrement=False, nullable=False)


def _part_of(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{parent.partition('.')[0]}")
    return sa.ForeignKeyConstraint([column], [parent], name=name, ondelete="CASCADE")


def _crews_and_parts() -> None:
    op.create_table(
        "crews",
        _column("name", WORDS),
        _column("skills", WORDS),
        _column("rigs", WORDS, optional=True),
        _column("size", sa.Integer()),
        _column("first_shift", INSTANT),
        _column("shift_hours", sa.Double()),
        _column("days_on", sa.Integer()),
        _column("days_off", sa.Integer()),
        _column("version", sa.Integer()),
        sa.CheckConstraint("size >= 1", name=op.f("ck_crews_size")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_crews")),
    )
    op.create_table(
        "spare_parts",
        _column("name", WORDS),
        _column("stock", sa.Integer()),
        _column("lead_days", sa.Double()),
        _column("version", sa.Integer()),
        sa.CheckConstraint("stock >= 0", name=op.f("ck_spare_parts_stock")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_spare_parts")),
    )
    op.create_table(
        "part_deliveries",
        _column("part", WORDS),
        _position(),
        _column("at", INSTANT),
        _column("count", sa.Integer()),
        _part_of("part_deliveries", "part", "spare_parts.name"),
        sa.PrimaryKeyConstraint("part", "position", name=op.f("pk_part_deliveries")),
    )


def _upkeep() -> None:
    op.create_table(
        "upkeep",
        _column("component", WORDS),
        _column("version", sa.Integer()),
        sa.PrimaryKeyConstraint("component", name=op.f("pk_upkeep")),
    )
    op.create_table(
        "failure_consequences",
        _column("component", WORDS),
        _column("failure_mode", WORDS),
        _column("cost", sa.Double()),
        _column("lost_hours", sa.Double()),
        sa.CheckConstraint(
            f"failure_mode IN {MODES}", name=op.f("ck_failure_consequences_failure_mode")
        ),
        _part_of("failure_consequences", "component", "upkeep.component"),
        sa.PrimaryKeyConstraint("component", "failure_mode", name=op.f("pk_failure_consequences")),
    )
    op.create_table(
        "work_norms",
        _column("component", WORDS),
        _column("activity", WORDS),
        _column("hours", sa.Double()),
        _column("cost", sa.Double()),
        _column("skill", WORDS),
        _column("part", WORDS, optional=True),
        _column("stops", sa.Boolean()),
        sa.CheckConstraint(f"activity IN {ACTIVITIES}", name=op.f("ck_work_norms_activity")),
        _part_of("work_norms", "component", "upkeep.component"),
        sa.PrimaryKeyConstraint("component", "activity", name=op.f("pk_work_norms")),
    )


def _rig_plans() -> None:
    op.create_table(
        "rig_plans",
        _column("rig_id", WORDS),
        _column("hour_cost", sa.Double()),
        _column("version", sa.Integer()),
        sa.ForeignKeyConstraint(["rig_id"], ["rigs.id"], name=op.f("fk_rig_plans_rig_id_rigs")),
        sa.PrimaryKeyConstraint("rig_id", name=op.f("pk_rig_plans")),
    )
    op.create_table(
        "rig_phases",
        _column("rig_id", WORDS),
        _position(),
        _column("name", WORDS),
        _column("equipment", WORDS, optional=True),
        _column("start", INSTANT),
        _column("end", INSTANT),
        _column("duty", sa.Double()),
        sa.CheckConstraint('"end" > start', name=op.f("ck_rig_phases_order")),
        _part_of("rig_phases", "rig_id", "rig_plans.rig_id"),
        sa.PrimaryKeyConstraint("rig_id", "position", name=op.f("pk_rig_phases")),
    )


def _plans() -> None:
    op.create_table(
        "maintenance_plans",
        _column("id", LARGE),
        _column("state", WORDS),
        _column("rigs", WORDS, optional=True),
        _column("wish", sa.JSON()),
        _column("asked_by", WORDS),
        _column("asked_at", INSTANT),
        _column("begun_at", INSTANT, optional=True),
        _column("ended_at", INSTANT, optional=True),
        _column("inputs", WORDS),
        _column("told", sa.JSON(), optional=True),
        _column("problem", WORDS),
        sa.CheckConstraint(f"state IN {STATES}", name=op.f("ck_maintenance_plans_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance_plans")),
    )
    op.create_index("ix_maintenance_plans_state", "maintenance_plans", ["state"])


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
