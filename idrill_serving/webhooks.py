"""Webhooks: a signed POST to an address that somebody gave.

What they gave is not trusted. The name is resolved once and the connection goes to the address that
was looked at, so a name that resolves otherwise a moment later leads nowhere else. Only public
addresses and the networks of `IDRILL_WEBHOOK_NETWORKS` are spoken to: neither this machine, nor its
neighbours, nor the address that clouds keep credentials at. Redirects are not followed, and of the
answer only the status is read.
"""

import hashlib
import hmac
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Timer
from time import time
from urllib.parse import SplitResult, urlsplit

from idrill.errors import InvalidRequest

TIMEOUT = 10.0
"""How long a receiver may take for each step [s]."""
PATIENCE = 30.0
"""How long it may take for everything [s]."""
LONGEST = 2048
"""Characters of a URL."""

_TRANSLATED = ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where webhooks may go.

    Args:
        networks: Networks beside the public ones, separated by commas.
    """

    networks: str = ""

    def permits(self, address: str) -> bool:
        """Whether an address may be spoken to.

        Example:
            >>> Receiver().permits("169.254.169.254"), Receiver().permits("::ffff:127.0.0.1")
            (False, False)
        """
        return self.is_ours(address) or _is_public(_plain(address))

    def is_ours(self, address: str) -> bool:
        """Whether it lies in one of the networks that were named."""
        plain = _plain(address)
        named = (ip_network(one.strip()) for one in self.networks.split(",") if one.strip())
        return any(plain in network for network in named)


def checked_url(url: str) -> str:
    """A URL that webhooks can be sent to.

    Raises:
        InvalidRequest: If it is none.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InvalidRequest(f"that is no URL: {error}") from error
    if len(url) > LONGEST or not url.isascii() or any(one <= " " for one in url):
        raise InvalidRequest(f"a URL is at most {LONGEST} printable ASCII characters")
    if parts.scheme not in ("https", "http") or not parts.hostname or port == 0:
        raise InvalidRequest("a webhook goes to https://HOST/PATH")
    if parts.username is not None or parts.password is not None:
        raise InvalidRequest("a URL of a webhook holds no password: check the signature instead")
    return url


def signature(secret: str, body: bytes, at: int) -> str:
    """What shows a receiver that a body is ours, and when it was sent.

    Args:
        secret: Of the subscription.
        body: As it is sent.
        at: Seconds since 1970.

    Example:
        >>> signature("secret", b"{}", 1)[:20]
        't=1,v1=1122767b19311'
    """
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"


def post(receiver: Receiver, url: str, body: bytes, secret: str, key: str) -> None:
    """Send a body, and return once the receiver took it.

    Args:
        receiver: Where webhooks may go.
        url: Where to.
        body: JSON.
        secret: What it is signed with.
        key: What tells the receiver that it has this one already.

    Raises:
        PermissionError: If it may not go there.
        ConnectionError: If it was not taken.
    """
    parts = urlsplit(checked_url(url))
    connection = _connected(receiver, parts)
    cut = Timer(PATIENCE, connection.sock.shutdown, [socket.SHUT_RDWR])
    cut.start()
    try:
        connection.request("POST", _path(parts), body, _headers(parts, body, secret, key))
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        raise ConnectionError(f"no answer: {error!r}") from error
    finally:
        cut.cancel()
        connection.close()
    if not 200 <= status < 300:
        why = "; redirects are not followed" if 300 <= status < 400 else ""
        raise ConnectionError(f"answered {status}{why}")


def _headers(parts: SplitResult, body: bytes, secret: str, key: str) -> dict[str, str]:
    return {
        "Host": parts.netloc,
        "Content-Type": "application/json",
        "User-Agent": "i-Drill",
        "Idempotency-Key": key,
        "X-IDrill-Signature": signature(secret, body, int(time())),
        "Connection": "close",
    }


def _path(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _connected(receiver: Receiver, parts: SplitResult) -> HTTPConnection:
    """A connection to the address that was looked at.

    Raises:
        PermissionError: If it may not be spoken to.
        ConnectionError: If there is none.
    """
    host, secure = str(parts.hostname), parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    found = _resolved(host, port)
    if not all(receiver.permits(address) for address in found):
        raise PermissionError("that is no public address, nor in IDRILL_WEBHOOK_NETWORKS")
    if not secure and not all(receiver.is_ours(address) for address in found):
        raise PermissionError("http:// goes to IDRILL_WEBHOOK_NETWORKS only: write https://")
    connection = HTTPConnection(host, port, timeout=TIMEOUT)
    try:
        plain = socket.create_connection((found[0], port), TIMEOUT)
        connection.sock = _secured(plain, host) if secure else plain
    except OSError as error:
        raise ConnectionError(f"cannot be reached: {error}") from error
    return connection


def _secured(plain: socket.socket, host: str) -> socket.socket:
    """A connection whose other end showed that it is the host."""
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except OSError:
        plain.close()
        raise


def _resolved(host: str, port: int) -> Sequence[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ConnectionError(f"the host cannot be found: {error}") from error
    return [str(address[0]).partition("%")[0] for *_, address in found]


def _plain(address: str) -> IPv4Address | IPv6Address:
    """An address, of version 4 where it only wraps one."""
    found = ip_address(address)
    if isinstance(found, IPv6Address):
        if found in _TRANSLATED:
            return IPv4Address(int(found) & 0xFFFFFFFF)
        return found.ipv4_mapped or found.sixtofour or found
    return found


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    # Of old site-local addresses, fec0::/10, `ipaddress` says that they are global.
    ours = isinstance(address, IPv6Address) and address.is_site_local
    return address.is_global and not (ours or address.is_multicast or address.is_reserved)
