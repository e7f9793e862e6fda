"""The ledger of models, which can only be added to."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WORDS = sa.String().with_variant(sa.String(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)
STATES = "('candidate', 'shadow', 'canary', 'champion', 'retired', 'refused', 'rolled_back')"
WHY = "the ledger of promotions is only ever added to"
TAKEN = (
    "EXISTS (SELECT 1 FROM promotions WHERE model_name = NEW.model_name "
    "AND sequence = NEW.sequence)"
)


def upgrade() -> None:
    op.create_table(
        "promotions",
        sa.Column("model_name", WORDS, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", WORDS, nullable=False),
        sa.Column("reason", WORDS, nullable=False),
        sa.Column("digest", WORDS, nullable=False),
        sa.Column("evaluation", sa.JSON(), nullable=False),
        sa.Column("test_set", WORDS, nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"state IN {STATES}", name=op.f("ck_promotions_state")),
        sa.CheckConstraint(
            "version >= 1 AND sequence >= 1 AND looks >= 0", name=op.f("ck_promotions_counts")
        ),
        sa.PrimaryKeyConstraint("model_name", "sequence", name=op.f("pk_promotions")),
    )
    op.create_index(op.f("ix_promotions_test_set"), "promotions", ["test_set"])
    if op.get_context().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _guard_sqlite() -> None:
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER promotions_no_{verb.lower()} BEFORE {verb} ON promotions "
            f"BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
        )
    # INSERT OR REPLACE deletes without asking the trigger on DELETE.
    op.execute(
        f"CREATE TRIGGER promotions_no_replace BEFORE INSERT ON promotions WHEN {TAKEN} "
        f"BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
    )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION promotions_stay() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{WHY}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER promotions_no_change BEFORE UPDATE OR DELETE ON promotions "
        "FOR EACH ROW EXECUTE FUNCTION promotions_stay()"
    )
    op.execute(
        "CREATE TRIGGER promotions_no_truncate BEFORE TRUNCATE ON promotions "
        "FOR EACH STATEMENT EXECUTE FUNCTION promotions_stay()"
    )


def downgrade() -> None:
    op.drop_table("promotions")
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION promotions_stay()")
