"""Where a broker is and how it is spoken to: a URL, and what makes its connections private.

`tls://`, `rediss://`, `amqps://` and `mqtts://` are encrypted, and the broker must show a
certificate that is valid for its name. `?ca=FILE` names who signed it where the system does not
know them; `&cert=FILE&key=FILE` is what we show ourselves. The check cannot be left out.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from faststream.security import BaseSecurity

from idrill.errors import StreamError

ENCRYPTED = frozenset({"tls", "rediss", "amqps", "mqtts"})
"""Schemes of URLs whose connections are encrypted; those of Kafka say so in their query."""

FILES = ("ca", "cert", "key")
"""Words of a query that name files in PEM."""

_PROTOCOLS = ("plaintext", "ssl", "sasl_plaintext", "sasl_ssl")
_MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
_LIBRDKAFKA: Mapping[str, str] = MappingProxyType(
    {"ca": "ssl.ca.location", "cert": "ssl.certificate.location", "key": "ssl.key.location"}
)


@dataclass(frozen=True, slots=True)
class Address:
    """Of a broker that a URL names."""

    url: str
    """Without the files."""
    security: BaseSecurity | None
    """None: connections are plain."""

    @classmethod
    def of(cls, url: str) -> "Address":
        """The address that a URL stands for.

        Raises:
            StreamError: If it names files without being encrypted, or they cannot be used.
        """
        parts = urlsplit(url)
        files = {word: value for word, value in parse_qsl(parts.query) if word in FILES}
        rest = [(word, value) for word, value in parse_qsl(parts.query) if word not in FILES]
        plain = urlunsplit(parts._replace(query=urlencode(rest)))
        if parts.scheme in ENCRYPTED:
            return cls(plain, BaseSecurity(ssl_context=_context(files), use_ssl=True))
        if files:
            named = ", ".join(f"{one}://" for one in sorted(ENCRYPTED))
            raise StreamError(f"{parts.scheme}:// is not encrypted: write one of {named}")
        return cls(plain, None)


def kafka_words(url: str) -> tuple[str, dict[str, str]]:
    """The servers of a Kafka cluster, and what librdkafka is told of how to speak to them.

    Args:
        url: `kafka://user:password@one:9092,two:9092?security=sasl_ssl&mechanism=SCRAM-SHA-512`;
            with a user it is `sasl_ssl` and `PLAIN` unless told, without one `plaintext`.

    Raises:
        StreamError: If a word of its query makes no sense.

    Example:
        >>> kafka_words("kafka://one:9092,two:9092")
        ('one:9092,two:9092', {'security.protocol': 'plaintext'})
    """
    place, _, query = url.partition("://")[2].partition("?")
    who, _, servers = place.rstrip("/").rpartition("@")
    told = dict(parse_qsl(query))
    if unknown := told.keys() - {"security", "mechanism", *FILES}:
        raise StreamError(f"no word of a URL of Kafka: {', '.join(sorted(unknown))}")
    protocol = _one_of("security", told.get("security", "sasl_ssl" if who else "plaintext"))
    words = {"security.protocol": protocol}
    words |= {_LIBRDKAFKA[word]: told[word] for word in FILES if word in told}
    if protocol.startswith("sasl"):
        words |= _login(who, told.get("mechanism", "PLAIN"))
    return servers, words


def _login(who: str, mechanism: str) -> dict[str, str]:
    user, _, password = who.partition(":")
    if mechanism not in _MECHANISMS:
        raise StreamError(f"mechanism is one of {', '.join(_MECHANISMS)}, not {mechanism!r}")
    if not user:
        raise StreamError("SASL needs a user: kafka://user:password@host:9092")
    named = {"sasl.username": unquote(user), "sasl.password": unquote(password)}
    return {"sasl.mechanism": mechanism, **named}


def _one_of(word: str, told: str) -> str:
    if told not in _PROTOCOLS:
        raise StreamError(f"{word} is one of {', '.join(_PROTOCOLS)}, not {told!r}")
    return told


def _context(files: Mapping[str, str]) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=files.get("ca"))
        if "cert" in files:
            context.load_cert_chain(files["cert"], files.get("key"))
    except OSError as error:
        named = ", ".join(f"{word}={path}" for word, path in files.items())
        raise StreamError(
            f"the files of the broker's URL cannot be used ({named}): {error}"
        ) from error
    return context
