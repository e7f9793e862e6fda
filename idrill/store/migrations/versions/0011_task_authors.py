"""Who last wrote what is approved of work on equipment, so that somebody else approves it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

LARGE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WRITTEN_BEFORE = """
UPDATE maintenance_tasks SET author_id = (
    SELECT users.id FROM users
    JOIN task_history ON task_history.id = (
        SELECT MAX(wrote.id) FROM task_history AS wrote
        WHERE wrote.task_id = maintenance_tasks.id AND (
            CAST(wrote.changed AS TEXT) LIKE '%"title":%'
            OR CAST(wrote.changed AS TEXT) LIKE '%"priority":%'
            OR CAST(wrote.changed AS TEXT) LIKE '%"due":%'
        )
    )
    WHERE task_history.by = users.email
    OR task_history.by LIKE 'key %'
    AND substr(task_history.by, length(task_history.by) - length(users.email) - 3)
        = ' of ' || users.email
)
"""


def upgrade() -> None:
    author = sa.Column(
        "author_id",
        LARGE,
        sa.ForeignKey("users.id", name=op.f("fk_maintenance_tasks_author_id")),
        nullable=True,
    )
    # Batch mode would make the table anew on SQLite, without its checks.
    op.add_column("maintenance_tasks", author, inline_references=True)
    op.execute(WRITTEN_BEFORE)


def downgrade() -> None:
    with op.batch_alter_table("maintenance_tasks") as table:
        table.drop_column("author_id")
