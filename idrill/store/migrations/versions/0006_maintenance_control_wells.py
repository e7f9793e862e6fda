"""Alerts, tasks, changes of set-points; well profiles; how equipment is connected."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)
LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PRIORITIES = "('low', 'medium', 'high', 'critical')"
ALERTS = (
    "('unacknowledged', 'acknowledged', 'returned_unacknowledged', 'shelved', 'suppressed', "
    "'closed')"
)
ACTIONS = (
    "('raise', 'acknowledge', 'return', 'recur', 'shelve', 'unshelve', 'suppress', 'unsuppress', "
    "'close')"
)
ACTIVITIES = "('replace', 'repair', 'adjust', 'service', 'test', 'inspection', 'overhaul')"
TASKS = "('proposed', 'approved', 'scheduled', 'in_progress', 'done', 'cancelled')"
CHANGES = (
    "('proposed', 'assessed', 'approved', 'applied', 'simulated', 'verified', 'rolled_back', "
    "'rejected', 'expired')"
)
LINKS = "('mud', 'drive', 'power')"
HISTORIES = ("alert_history", "task_history", "change_history")
WHY = "a history is only ever added to"


def upgrade() -> None:
    _rigs()
    _wells()
    _alerts()
    _tasks()
    _changes()
    if op.get_context().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _of(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _rigs() -> None:
    op.add_column("rigs", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    for name in ("manufacturer", "model", "serial_number"):
        op.add_column("equipment", sa.Column(name, WORDS, nullable=True))
    op.create_table(
        "sensors",
        sa.Column("rig_id", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("channel", WORDS, nullable=False),
        sa.Column("equipment", WORDS, nullable=False),
        sa.Column("component", WORDS, nullable=True),
        sa.ForeignKeyConstraint(
            ["rig_id", "equipment"],
            ["equipment.rig_id", "equipment.name"],
            name=op.f("fk_sensors_rig_id_equipment"),
        ),
        sa.PrimaryKeyConstraint("rig_id", "name", name=op.f("pk_sensors")),
    )
    op.create_table(
        "equipment_links",
        sa.Column("rig_id", WORDS, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("source", WORDS, nullable=False),
        sa.Column("target", WORDS, nullable=False),
        sa.CheckConstraint(f"kind IN {LINKS}", name=op.f("ck_equipment_links_kind")),
        *(
            sa.ForeignKeyConstraint(
                ["rig_id", end],
                ["equipment.rig_id", "equipment.name"],
                name=op.f(f"fk_equipment_links_rig_id_{end}"),
            )
            for end in ("source", "target")
        ),
        sa.PrimaryKeyConstraint("rig_id", "position", name=op.f("pk_equipment_links")),
    )


def _wells() -> None:
    with op.batch_alter_table("wells") as table:
        table.add_column(sa.Column("total_depth", sa.Double(), nullable=True))
        table.add_column(sa.Column("rig_id", WORDS, nullable=True))
        table.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        table.create_foreign_key(op.f("fk_wells_rig_id"), "rigs", ["rig_id"], ["id"])
    for name in ("bottom", "pore_density", "fracture_density"):
        op.add_column("formations", sa.Column(name, sa.Double(), nullable=True))
    _part(
        "casing_strings",
        "inner_diameter",
        "outer_diameter",
        sa.Column("kind", WORDS, nullable=False),
    )
    _part("mud_sections", "density", None, sa.Column("kind", WORDS, nullable=False))
    _part("well_limits", None, None, sa.Column("channel", WORDS, nullable=False))


def _part(table: str, first: str | None, second: str | None, what: sa.Column[str]) -> None:
    optional = {
        "casing_strings": (),
        "mud_sections": ("plastic_viscosity", "yield_point"),
        "well_limits": ("low", "high"),
    }[table]
    op.create_table(
        table,
        sa.Column("well_id", WORDS, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, autoincrement=False),
        what,
        sa.Column("top", sa.Double(), nullable=False),
        sa.Column("bottom", sa.Double(), nullable=False),
        *(sa.Column(name, sa.Double(), nullable=False) for name in (first, second) if name),
        *(sa.Column(name, sa.Double(), nullable=True) for name in optional),
        _of(table, "well_id", "wells"),
        sa.PrimaryKeyConstraint("well_id", "position", name=op.f(f"pk_{table}")),
    )


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", LARGE, nullable=False),
        sa.Column("rig_id", WORDS, nullable=False),
        sa.Column("equipment", WORDS, nullable=True),
        sa.Column("component", WORDS, nullable=True),
        sa.Column("channel", WORDS, nullable=True),
        sa.Column("priority", WORDS, nullable=False),
        sa.Column("message", WORDS, nullable=False),
        sa.Column("raised_by", WORDS, nullable=False),
        sa.Column("raised_at", INSTANT, nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("shelved_until", INSTANT, nullable=True),
        sa.CheckConstraint(f"priority IN {PRIORITIES}", name=op.f("ck_alerts_priority")),
        sa.CheckConstraint(f"state IN {ALERTS}", name=op.f("ck_alerts_state")),
        sa.CheckConstraint(
            "(shelved_until IS NOT NULL) = (state = 'shelved')", name=op.f("ck_alerts_shelved")
        ),
        _of("alerts", "rig_id", "rigs"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    op.create_index(op.f("ix_alerts_rig_id_state"), "alerts", ["rig_id", "state"])
    op.create_index(op.f("ix_alerts_shelved_until"), "alerts", ["shelved_until"])
    _history(
        "alert_history",
        "alert",
        "alerts",
        ALERTS,
        sa.Column("action", WORDS, nullable=False),
        sa.Column("shelved_until", INSTANT, nullable=True),
        sa.CheckConstraint(f"action IN {ACTIONS}", name=op.f("ck_alert_history_action")),
    )


def _tasks() -> None:
    table = "maintenance_tasks"
    op.create_table(
        table,
        sa.Column("id", LARGE, nullable=False),
        sa.Column("rig_id", WORDS, nullable=False),
        sa.Column("equipment", WORDS, nullable=True),
        sa.Column("component", WORDS, nullable=True),
        sa.Column("activity", WORDS, nullable=False),
        sa.Column("title", WORDS, nullable=False),
        sa.Column("priority", WORDS, nullable=False),
        sa.Column("due", INSTANT, nullable=True),
        sa.Column("planned_start", INSTANT, nullable=True),
        sa.Column("planned_end", INSTANT, nullable=True),
        sa.Column("assigned_to", WORDS, nullable=True),
        sa.Column("alert_id", LARGE, nullable=True),
        sa.Column("created_by", WORDS, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"activity IN {ACTIVITIES}", name=op.f(f"ck_{table}_activity")),
        sa.CheckConstraint(f"priority IN {PRIORITIES}", name=op.f(f"ck_{table}_priority")),
        sa.CheckConstraint(f"state IN {TASKS}", name=op.f(f"ck_{table}_state")),
        sa.CheckConstraint(
            "(planned_start IS NULL) = (planned_end IS NULL)", name=op.f(f"ck_{table}_planned")
        ),
        sa.CheckConstraint("planned_end > planned_start", name=op.f(f"ck_{table}_order")),
        sa.CheckConstraint(
            "planned_start IS NOT NULL OR state IN ('proposed', 'approved', 'cancelled')",
            name=op.f(f"ck_{table}_scheduled"),
        ),
        _of(table, "rig_id", "rigs"),
        _of(table, "alert_id", "alerts"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_rig_id_state"), table, ["rig_id", "state"])
    op.create_index(op.f(f"ix_{table}_planned_start"), table, ["planned_start"])
    op.create_index(op.f(f"ix_{table}_alert_id"), table, ["alert_id"])
    changed = sa.Column("changed", sa.JSON(), nullable=False)
    _history("task_history", "task", table, TASKS, changed)


def _changes() -> None:
    table = "change_requests"
    op.create_table(
        table,
        sa.Column("id", LARGE, nullable=False),
        sa.Column("rig_id", WORDS, nullable=False),
        sa.Column("channel", WORDS, nullable=False),
        sa.Column("set_point", sa.Double(), nullable=False),
        sa.Column("previous", sa.Double(), nullable=True),
        sa.Column("hole_depth", sa.Double(), nullable=True),
        sa.Column("reason", WORDS, nullable=False),
        sa.Column("proposed_by", WORDS, nullable=False),
        sa.Column("proposer_id", LARGE, nullable=False),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"state IN {CHANGES}", name=op.f(f"ck_{table}_state")),
        _of(table, "rig_id", "rigs"),
        _of(table, "proposer_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_rig_id_state"), table, ["rig_id", "state"])
    op.create_index(op.f(f"ix_{table}_expires_at"), table, ["expires_at"])
    details = sa.Column("details", sa.JSON(), nullable=False)
    _history("change_history", "change", table, CHANGES, details)


def _history(
    table: str, subject: str, subjects: str, states: str, *more: sa.schema.SchemaItem
) -> None:
    op.create_table(
        table,
        sa.Column("id", LARGE, nullable=False),
        sa.Column(f"{subject}_id", LARGE, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("by", WORDS, nullable=False),
        sa.Column("note", WORDS, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        *more,
        sa.CheckConstraint(f"state IN {states}", name=op.f(f"ck_{table}_state")),
        _of(table, f"{subject}_id", subjects),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint(
            f"{subject}_id", "number", name=op.f(f"uq_{table}_{subject}_id_number")
        ),
    )


def _guard_sqlite() -> None:
    for table in HISTORIES:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
            )
        # INSERT OR REPLACE deletes without asking the trigger on DELETE.
        taken = f"EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"  # noqa: S608  names of ours
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {taken} "
            f"BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
        )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION history_stays() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{WHY}'; END $$"
    )
    for table in HISTORIES:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION history_stays()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION history_stays()"
        )


def downgrade() -> None:
    for table in (*HISTORIES, "change_requests", "maintenance_tasks", "alerts"):
        op.drop_table(table)
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION history_stays()")
    for table in ("well_limits", "mud_sections", "casing_strings", "equipment_links", "sensors"):
        op.drop_table(table)
    for name in ("fracture_density", "pore_density", "bottom"):
        op.drop_column("formations", name)
    with op.batch_alter_table("wells") as wells:
        wells.drop_constraint(op.f("fk_wells_rig_id"), type_="foreignkey")
        for name in ("version", "rig_id", "total_depth"):
            wells.drop_column(name)
    for name in ("serial_number", "model", "manufacturer"):
        op.drop_column("equipment", name)
    op.drop_column("rigs", "version")
