"""A proxy before a PostgreSQL server that can fall silent, as a hung proxy or host does."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from sqlalchemy import URL, make_url


class Proxy:
    """Passes on what it hears until it falls silent; connections are accepted all the same.

    Args:
        url: Of the server, with the driver.
    """

    def __init__(self, url: str) -> None:
        self._server = make_url(url)
        self._speaks, self._over = Event(), Event()
        self._speaks.set()
        self._door = socket.create_server(("127.0.0.1", 0))
        self._taken: list[socket.socket] = []
        Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> URL:
        """Of the server, by way of the proxy."""
        return self._server.set(host="127.0.0.1", port=self._door.getsockname()[1])

    @property
    def connections(self) -> int:
        """How often somebody came."""
        return len(self._taken)

    def fall_silent(self) -> None:
        """Pass nothing on from now on."""
        self._speaks.clear()

    def speak(self) -> None:
        """Pass on what was held, and what comes."""
        self._speaks.set()

    def end(self) -> None:
        """Hang up on everybody."""
        self._over.set()
        self._speaks.set()
        for one in (self._door, *self._taken):
            # A thread that waits for a socket does not hear that it was closed.
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while not self._over.is_set():
                self._taken.append(caller := self._door.accept()[0])
                Thread(target=self._meet, args=(caller,), daemon=True).start()

    def _meet(self, caller: socket.socket) -> None:
        self._speaks.wait()
        place = (self._server.host or "127.0.0.1", self._server.port or 5432)
        with suppress(OSError), socket.create_connection(place) as server:
            Thread(target=self._pass_on, args=(server, caller), daemon=True).start()
            self._pass_on(caller, server)

    def _pass_on(self, source: socket.socket, to: socket.socket) -> None:
        with suppress(OSError):
            while said := source.recv(65536):
                self._speaks.wait()
                to.sendall(said)
            to.shutdown(socket.SHUT_RDWR)


@contextmanager
def proxy_before(url: str) -> Iterator[Proxy]:
    """A proxy before a server, which hangs up at the end."""
    proxy = Proxy(url)
    try:
        yield proxy
    finally:
        proxy.end()
