"""Live readings are known by the mark of their rig, which is held while they are written."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

NAME = "fk_live_readings_rig_id"


def upgrade() -> None:
    with op.batch_alter_table("live_readings") as table:
        table.drop_constraint(NAME, type_="foreignkey")


def downgrade() -> None:
    with op.batch_alter_table("live_readings") as table:
        table.create_foreign_key(NAME, "rigs", ["rig_id"], ["id"])
