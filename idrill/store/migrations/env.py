"""How Alembic reaches the store: over the connection that `Database.migrate` hands it.

A developer who writes a revision runs `alembic -x url=sqlite:///… revision --autogenerate`.
"""

from alembic import context
from sqlalchemy import Connection

from idrill.store import orm
from idrill.store.database import Database


def run(connection: Connection) -> None:
    """Run the revisions over an open connection."""
    context.configure(
        connection=connection,
        target_metadata=orm.METADATA,
        render_as_batch=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


handed = context.config.attributes.get("connection")
if handed is None:
    url = context.get_x_argument(as_dictionary=True)["url"]
    with Database(url).engine.connect() as own:
        run(own)
else:
    run(handed)
