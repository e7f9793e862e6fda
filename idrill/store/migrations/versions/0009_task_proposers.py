"""Who proposed work on equipment, so that somebody else approves it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PROPOSED_BEFORE = """
UPDATE maintenance_tasks SET proposer_id = (
    SELECT users.id FROM users
    WHERE created_by = users.email
    OR created_by LIKE 'key %'
    AND substr(created_by, length(created_by) - length(users.email) - 3) = ' of ' || users.email
)
"""


def upgrade() -> None:
    proposer = sa.Column(
        "proposer_id",
        LARGE,
        sa.ForeignKey("users.id", name=op.f("fk_maintenance_tasks_proposer_id")),
        nullable=True,
    )
    # Batch mode would make the table anew on SQLite, without its checks.
    op.add_column("maintenance_tasks", proposer, inline_references=True)
    op.execute(PROPOSED_BEFORE)


def downgrade() -> None:
    with op.batch_alter_table("maintenance_tasks") as table:
        table.drop_column("proposer_id")
