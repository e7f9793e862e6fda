"""The log of the platform; what stands in it does not change."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")
LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHY = "what stands in the log of the platform does not change"
TAKEN = "EXISTS (SELECT 1 FROM system_log WHERE id = NEW.id)"


def upgrade() -> None:
    op.create_table(
        "system_log",
        sa.Column("id", LARGE, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("level", WORDS, nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("subject", WORDS, nullable=False),
        sa.Column("rig_id", WORDS, nullable=True),
        sa.Column("message", WORDS, nullable=False),
        sa.Column("request_id", WORDS, nullable=False),
        sa.CheckConstraint(
            "level IN ('info', 'warning', 'error')", name=op.f("ck_system_log_level")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system_log")),
    )
    op.create_index(op.f("ix_system_log_kind_subject"), "system_log", ["kind", "subject"])
    op.create_index(op.f("ix_system_log_rig_id"), "system_log", ["rig_id"])
    if op.get_context().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _guard_sqlite() -> None:
    op.execute(
        "CREATE TRIGGER system_log_no_update BEFORE UPDATE ON system_log "
        f"BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
    )
    op.execute(
        f"CREATE TRIGGER system_log_no_replace BEFORE INSERT ON system_log WHEN {TAKEN} "
        f"BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
    )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION system_log_stays() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{WHY}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER system_log_no_update BEFORE UPDATE ON system_log "
        "FOR EACH ROW EXECUTE FUNCTION system_log_stays()"
    )


def downgrade() -> None:
    op.drop_table("system_log")
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION system_log_stays()")
