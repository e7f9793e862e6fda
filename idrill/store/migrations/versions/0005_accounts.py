"""Accounts, their logins and keys, and the audit trail, which can only be added to."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)
LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ROLES = "('viewer', 'operator', 'engineer', 'maintenance', 'data_scientist', 'admin')"
WHY = "the audit trail is only ever added to"
TAKEN = "EXISTS (SELECT 1 FROM audit_trail WHERE id = NEW.id)"


def upgrade() -> None:
    _people()
    _logins()
    _tokens()
    _keys()
    _audit()


def _user() -> sa.Column[int]:
    return sa.Column("user_id", LARGE, nullable=False)


def _of_user(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_user_id")
    return sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=name, ondelete="CASCADE")


def _people() -> None:
    op.create_table(
        "users",
        sa.Column("id", LARGE, nullable=False),
        sa.Column("email", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("role", WORDS, nullable=False),
        sa.Column("every_rig", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("password_hash", WORDS, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint(f"role IN {ROLES}", name=op.f("ck_users_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
    )
    op.create_index(op.f("ix_users_email"), "users", ["email"], unique=True)
    op.create_table(
        "user_rigs",
        _user(),
        sa.Column("rig_id", WORDS, nullable=False),
        _of_user("user_rigs"),
        sa.PrimaryKeyConstraint("user_id", "rig_id", name=op.f("pk_user_rigs")),
    )


def _logins() -> None:
    op.create_table(
        "logins",
        sa.Column("id", WORDS, nullable=False),
        _user(),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_by", WORDS, nullable=True),
        _of_user("logins"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logins")),
    )
    op.create_index(op.f("ix_logins_user_id"), "logins", ["user_id"])
    op.create_table(
        "refresh_tokens",
        sa.Column("hash", WORDS, nullable=False),
        sa.Column("login_id", WORDS, nullable=False),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["login_id"],
            ["logins.id"],
            name=op.f("fk_refresh_tokens_login_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_refresh_tokens")),
    )
    op.create_index(op.f("ix_refresh_tokens_login_id"), "refresh_tokens", ["login_id"])


def _tokens() -> None:
    op.create_table(
        "one_time_tokens",
        sa.Column("hash", WORDS, nullable=False),
        sa.Column("purpose", WORDS, nullable=False),
        sa.Column("email", WORDS, nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("by", WORDS, nullable=False),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "purpose IN ('password_reset', 'invitation')", name=op.f("ck_one_time_tokens_purpose")
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_one_time_tokens")),
    )
    op.create_index(op.f("ix_one_time_tokens_email"), "one_time_tokens", ["email"])
    op.create_table(
        "login_failures",
        sa.Column("subject", WORDS, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_login_failures_failures")),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_login_failures")),
    )


def _keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", LARGE, nullable=False),
        _user(),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("hash", WORDS, nullable=False),
        sa.Column("scopes", WORDS, nullable=False),
        sa.Column("tier", WORDS, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.Column("last_used_at", INSTANT, nullable=True),
        sa.Column("uses", LARGE, nullable=False),
        sa.CheckConstraint("tier IN ('standard', 'bulk')", name=op.f("ck_api_keys_tier")),
        _of_user("api_keys"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
    )
    op.create_index(op.f("ix_api_keys_user_id"), "api_keys", ["user_id"])
    op.create_index(op.f("ix_api_keys_hash"), "api_keys", ["hash"], unique=True)


def _audit() -> None:
    op.create_table(
        "audit_trail",
        sa.Column("id", LARGE, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", WORDS, nullable=False),
        sa.Column("action", WORDS, nullable=False),
        sa.Column("subject", WORDS, nullable=False),
        sa.Column("request_id", WORDS, nullable=False),
        sa.Column("address", WORDS, nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_trail")),
    )
    op.create_index(op.f("ix_audit_trail_action"), "audit_trail", ["action"])
    op.create_index(op.f("ix_audit_trail_actor"), "audit_trail", ["actor"])
    if op.get_context().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _guard_sqlite() -> None:
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_trail_no_{verb.lower()} BEFORE {verb} ON audit_trail "
            f"BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
        )
    # INSERT OR REPLACE deletes without asking the trigger on DELETE.
    op.execute(
        f"CREATE TRIGGER audit_trail_no_replace BEFORE INSERT ON audit_trail WHEN {TAKEN} "
        f"BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
    )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION audit_trail_stays() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{WHY}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_trail_no_change BEFORE UPDATE OR DELETE ON audit_trail "
        "FOR EACH ROW EXECUTE FUNCTION audit_trail_stays()"
    )
    op.execute(
        "CREATE TRIGGER audit_trail_no_truncate BEFORE TRUNCATE ON audit_trail "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_trail_stays()"
    )


def downgrade() -> None:
    op.drop_table("audit_trail")
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_trail_stays()")
    for table in (
        "api_keys",
        "login_failures",
        "one_time_tokens",
        "refresh_tokens",
        "logins",
        "user_rigs",
        "users",
    ):
        op.drop_table(table)
