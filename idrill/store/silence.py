"""A PostgreSQL server that says nothing: what it is reached with, and until when it is waited for.

The network tells of a host that is gone, through what libpq is given here. It does not tell of a
server that hangs, or of a proxy before it that does: their kernel goes on acknowledging what comes.
So whatever must be answered at once is asked with a deadline of our own.
"""

from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from time import monotonic
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.pq.abc import PGconn, PGresult

CONNECT_TIMEOUT = 10
"""How long a server may take to answer the first call [s]."""

NETWORK = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 20_000,
}
"""When a host counts as gone, in libpq's words; all in s but the last, which is in ms."""


def patience(url: URL) -> dict[str, int]:
    """What libpq is told about waiting, as far as the URL does not tell it.

    Example:
        >>> from sqlalchemy import make_url
        >>> patience(make_url("postgresql+psycopg://h/d?connect_timeout=3"))["keepalives_idle"]
        10
    """
    told = {"connect_timeout": CONNECT_TIMEOUT} | NETWORK
    return {word: value for word, value in told.items() if word not in url.query}


def place(url: URL) -> dict[str, Any]:
    """What libpq is given to reach the server of a URL, as SQLAlchemy reads it.

    Example:
        >>> from sqlalchemy import make_url
        >>> several = place(make_url("postgresql+psycopg://a:b%20c@/d?host=x:1&host=y:2"))
        >>> several["host"], several["port"], several["password"]
        ('x,y', '1,2', 'b c')
    """
    _, told = url.get_dialect()().create_connect_args(url)
    return {**told, **patience(url)}


def answer(connection: "Connection[Any]", statement: bytes, within: float) -> bytes | None:
    """The first value of what the server answers; None where there is none.

    Args:
        connection: Who to ask; it is of no use any more when this raises.
        statement: What to ask.
        within: How long the answer may take [s].

    Raises:
        psycopg.OperationalError: If the server is silent for longer, is away, or refuses.
    """
    # Whoever keeps the store in a file does not load the driver.
    from psycopg import OperationalError
    from psycopg.pq import ExecStatus

    server, until = connection.pgconn, monotonic() + within
    server.send_query(statement)
    value = None
    while (result := _next(server, until)) is not None:
        if result.status not in (ExecStatus.TUPLES_OK, ExecStatus.EMPTY_QUERY):
            raise OperationalError(result.error_message.decode(errors="replace"))
        value = result.get_value(0, 0) if result.ntuples else None
    return value


def _next(server: "PGconn", until: float) -> "PGresult | None":
    """What the server says next; None when it has said all."""
    from psycopg import OperationalError

    while (unsent := server.flush()) or server.is_busy():
        with DefaultSelector() as waiting:
            waiting.register(server.socket, EVENT_READ | (EVENT_WRITE if unsent else 0))
            if not waiting.select(max(0.0, until - monotonic())):
                raise OperationalError("the server is silent")
        server.consume_input()
    return server.get_result()
