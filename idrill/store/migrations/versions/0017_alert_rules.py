"""Rules that raise alerts, when their conditions held, who is told of them."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)
LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PRIORITIES = "('low', 'medium', 'high', 'critical')"
STATES = (
    "('unacknowledged', 'acknowledged', 'returned_unacknowledged', 'shelved', 'suppressed', "
    "'closed')"
)
ACTIONS = (
    "('raise', 'acknowledge', 'return', 'recur', 'shelve', 'unshelve', 'suppress', 'unsuppress', "
    "'close', 'escalate', 'deescalate')"
)
ENDED = "UPDATE alerts SET active = {} WHERE state IN ('returned_unacknowledged', 'closed')"
COLUMNS = "id, alert_id, number, action, state, by, note, at, shelved_until"
WHY = "a history is only ever added to"
OPEN = sa.text("state <> 'closed'")
ADDED = (
    "rule_version", "key", "active", "value", "event_at", "turned_at", "base_priority",
    "escalations", "escalate_at", "rule_id",
)  # fmt: skip


def upgrade() -> None:
    on_postgresql = op.get_context().dialect.name == "postgresql"
    _rules()
    _alerts()
    op.execute(ENDED.format("false" if on_postgresql else "0"))
    if on_postgresql:
        _history_on_postgresql()
    else:
        _history_on_sqlite()
    _subscriptions()
    _notifications()


def _rules() -> None:
    op.create_table(
        "alert_rules",
        sa.Column("id", LARGE, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rig_id", WORDS, nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("priority", WORDS, nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("changed_by", WORDS, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.CheckConstraint(f"priority IN {PRIORITIES}", name=op.f("ck_alert_rules_priority")),
        sa.ForeignKeyConstraint(["rig_id"], ["rigs.id"], name=op.f("fk_alert_rules_rig_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_rules")),
        sa.UniqueConstraint("name", name=op.f("uq_alert_rules_name")),
    )
    op.create_table(
        "alert_rule_versions",
        sa.Column("rule_id", LARGE, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("by", WORDS, nullable=False),
        sa.Column("note", WORDS, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["alert_rules.id"], name=op.f("fk_alert_rule_versions_rule_id")
        ),
        sa.PrimaryKeyConstraint("rule_id", "version", name=op.f("pk_alert_rule_versions")),
    )


def _alerts() -> None:
    rule = sa.ForeignKey("alert_rules.id", name=op.f("fk_alerts_rule_id"))
    for column in (
        sa.Column("rule_version", sa.Integer(), nullable=True),
        sa.Column("key", WORDS, nullable=False, server_default=""),
        sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("event_at", INSTANT, nullable=True),
        sa.Column("turned_at", INSTANT, nullable=True),
        sa.Column("base_priority", WORDS, nullable=True),
        sa.Column("escalations", sa.JSON(), nullable=True),
        sa.Column("escalate_at", INSTANT, nullable=True),
    ):
        op.add_column("alerts", column)
    # Batch mode would make the table anew on SQLite, without its checks.
    op.add_column("alerts", sa.Column("rule_id", LARGE, rule), inline_references=True)
    op.create_index(op.f("ix_alerts_escalate_at"), "alerts", ["escalate_at"])
    op.create_index(
        "ix_alerts_one_open",
        "alerts",
        ["rig_id", "rule_id", "key"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def _history_on_postgresql() -> None:
    op.add_column("alert_history", sa.Column("event_at", INSTANT, nullable=True))
    op.add_column("alert_history", sa.Column("priority", WORDS, nullable=True))
    op.drop_constraint(op.f("ck_alert_history_action"), "alert_history", type_="check")
    op.create_check_constraint(
        op.f("ck_alert_history_action"), "alert_history", f"action IN {ACTIONS}"
    )


def _history_on_sqlite() -> None:
    """SQLite changes no check, so the table is made anew and guarded again."""
    op.rename_table("alert_history", "alert_history_before")
    op.create_table(
        "alert_history",
        sa.Column("id", LARGE, nullable=False),
        sa.Column("alert_id", LARGE, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("by", WORDS, nullable=False),
        sa.Column("note", WORDS, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("action", WORDS, nullable=False),
        sa.Column("shelved_until", INSTANT, nullable=True),
        sa.Column("event_at", INSTANT, nullable=True),
        sa.Column("priority", WORDS, nullable=True),
        sa.CheckConstraint(f"action IN {ACTIONS}", name=op.f("ck_alert_history_action")),
        sa.CheckConstraint(f"state IN {STATES}", name=op.f("ck_alert_history_state")),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alerts.id"], name=op.f("fk_alert_history_alert_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_history")),
        sa.UniqueConstraint("alert_id", "number", name=op.f("uq_alert_history_alert_id_number")),
    )
    op.execute(
        f"INSERT INTO alert_history ({COLUMNS}) "  # noqa: S608  names of ours
        f"SELECT {COLUMNS} FROM alert_history_before"
    )
    op.drop_table("alert_history_before")
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER alert_history_no_{verb.lower()} BEFORE {verb} ON alert_history "
            f"BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
        )
    # INSERT OR REPLACE deletes without asking the trigger on DELETE.
    taken = "EXISTS (SELECT 1 FROM alert_history WHERE id = NEW.id)"
    op.execute(
        f"CREATE TRIGGER alert_history_no_replace BEFORE INSERT ON alert_history WHEN {taken} "
        f"BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
    )


def _subscriptions() -> None:
    table = "alert_subscriptions"
    op.create_table(
        table,
        sa.Column("id", LARGE, nullable=False),
        sa.Column("owner_id", LARGE, nullable=False),
        sa.Column("rigs", WORDS, nullable=False),
        sa.Column("from_priority", WORDS, nullable=False),
        sa.Column("means", WORDS, nullable=False),
        sa.Column("target", WORDS, nullable=False),
        sa.Column("secret", WORDS, nullable=False),
        sa.Column("returns", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            f"from_priority IN {PRIORITIES}", name=op.f(f"ck_{table}_from_priority")
        ),
        sa.CheckConstraint("means IN ('webhook', 'email')", name=op.f(f"ck_{table}_means")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f(f"fk_{table}_owner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_owner_id"), table, ["owner_id"])


def _notifications() -> None:
    table = "notifications"
    op.create_table(
        table,
        sa.Column("id", LARGE, nullable=False),
        sa.Column("alert_id", LARGE, nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("subscription_id", LARGE, nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("error", WORDS, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'delivered', 'dead')", name=op.f(f"ck_{table}_state")
        ),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f(f"fk_{table}_alert_id")),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["alert_subscriptions.id"],
            name=op.f(f"fk_{table}_subscription_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint(
            "alert_id",
            "change",
            "subscription_id",
            name=op.f(f"uq_{table}_alert_id_change_subscription_id"),
        ),
    )
    op.create_index(op.f(f"ix_{table}_state_due_at"), table, ["state", "due_at"])
    op.create_index(op.f(f"ix_{table}_subscription_id"), table, ["subscription_id"])


def downgrade() -> None:
    op.drop_table("notifications")
    op.drop_table("alert_subscriptions")
    op.drop_index("ix_alerts_one_open", "alerts")
    op.drop_index(op.f("ix_alerts_escalate_at"), "alerts")
    with op.batch_alter_table("alerts") as table:
        for name in ADDED:
            table.drop_column(name)
    # The check stays wide, as a history is only ever added to.
    for name in ("event_at", "priority"):
        op.execute(f"ALTER TABLE alert_history DROP COLUMN {name}")
    op.drop_table("alert_rule_versions")
    op.drop_table("alert_rules")
