"""Live readings: the rows, how far each rig is, what was closed, what could not be used."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)
LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PITS = tuple(f"pit_volume_{number}" for number in range(1, 25))
PUMP = (
    "discharge_pressure",
    "pressure_pulsation",
    "vibration",
    "fluid_end_temperature",
    "power_end_temperature",
    "motor_current",
)
CHANNELS = (
    "hole_depth",
    "bit_depth",
    "vertical_depth",
    "block_position",
    "hook_load",
    "weight_on_bit",
    "rotary_speed",
    "torque",
    "standpipe_pressure",
    "choke_pressure",
    "casing_pressure",
    "flow_in",
    "flow_out",
    "flow_out_fraction",
    "pump_1_stroke_rate",
    "pump_2_stroke_rate",
    "pump_3_stroke_rate",
    "pit_volume_total",
    "pit_volume_active",
    *PITS,
    "mud_density_in",
    "mud_density_out",
    "mud_temperature_in",
    "mud_temperature_out",
    "rate_of_penetration",
    "total_gas",
    "annular_pressure",
    "equivalent_circulating_density",
    "axial_vibration",
    "lateral_vibration",
    "stick_slip_severity",
    "bit_diameter",
    "gamma_ray",
    *(f"pump_{number}_{name}" for number in (1, 2, 3) for name in PUMP),
    "top_drive_motor_current",
    "top_drive_motor_temperature",
    "top_drive_gearbox_temperature",
    "top_drive_vibration",
    "drawworks_motor_current",
    "drawworks_brake_temperature",
)


def upgrade() -> None:
    op.create_table(
        "live_readings",
        sa.Column("rig_id", WORDS, nullable=False),
        sa.Column("time", INSTANT, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Double(), nullable=True) for name in CHANNELS),
        _of_rig("live_readings"),
        sa.PrimaryKeyConstraint("rig_id", "time", name=op.f("pk_live_readings")),
    )
    op.create_table(
        "live_rigs",
        sa.Column("rig_id", WORDS, nullable=False),
        sa.Column("origin", WORDS, nullable=False),
        sa.Column("revision", LARGE, nullable=False),
        sa.Column("channels", WORDS, nullable=False),
        sa.Column("last_time", INSTANT, nullable=True),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "origin IN ('live', 'replay', 'synthetic')", name=op.f("ck_live_rigs_origin")
        ),
        _of_rig("live_rigs"),
        sa.PrimaryKeyConstraint("rig_id", name=op.f("pk_live_rigs")),
    )
    op.create_table(
        "live_days",
        sa.Column("rig_id", WORDS, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("watermark", LARGE, nullable=False),
        sa.Column("closed_at", INSTANT, nullable=False),
        _of_rig("live_days"),
        sa.PrimaryKeyConstraint("rig_id", "day", name=op.f("pk_live_days")),
    )
    _rejections()


def _rejections() -> None:
    op.create_table(
        "live_rejections",
        sa.Column("id", LARGE, nullable=False),
        sa.Column("rig_id", WORDS, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("sender", WORDS, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("reason", WORDS, nullable=False),
        sa.Column("detail", WORDS, nullable=False),
        sa.Column("sample", WORDS, nullable=False),
        _of_rig("live_rejections"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_rejections")),
    )
    op.create_index(
        op.f("ix_live_rejections_rig_id_received_at"), "live_rejections", ["rig_id", "received_at"]
    )


def _of_rig(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["rig_id"], ["rigs.id"], name=op.f(f"fk_{table}_rig_id"))


def downgrade() -> None:
    for table in ("live_rejections", "live_days", "live_rigs", "live_readings"):
        op.drop_table(table)
