"""A WITSML 1.4.1.1 store, asked over SOAP.

WITSML STORE Application Program Interface, version 1.4.1 (Energistics, 2012): one operation a
request, arguments and answers in elements without a namespace, documents as text within them.
"""

import base64
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from types import MappingProxyType
from urllib.parse import urlsplit

from lxml import etree

from idrill.errors import FeedAway, FeedRefused, SettingsError
from idrill.readers.witsml.stream import local_name

MESSAGE = "http://www.witsml.org/message/120"
ACTION = "http://www.witsml.org/action/120/Store."
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
DATA = "http://www.witsml.org/schemas/1series"
CAPABILITIES = "http://www.witsml.org/api/141"

VERSION = "1.4.1.1"
"""Of the data that is asked for."""

LARGEST = 64 << 20
"""Longest answer that is read [bytes]."""

PARTIAL = frozenset({2, 1002})
"""Return values that mean: done, but not all rows were given."""

_DONE = PARTIAL | {1, 1001}


@dataclass(frozen=True, slots=True)
class Login:
    """How to come in, and how long to wait."""

    user: str = ""
    password: str = ""
    trusted: str | None = None
    """File of certificates that are trusted besides those of the system."""
    timeout: float = 30.0
    """For an answer [s]."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a store gave."""

    value: int
    """Its return value: 1 done, 2 done but not all, with 1000 more if it warns."""
    document: bytes
    message: str
    """What it says besides."""

    @property
    def is_partial(self) -> bool:
        """Whether there are more rows than it gives at once."""
        return self.value in PARTIAL


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a store says it can do."""

    name: str
    versions: tuple[str, ...]
    """Of data that it holds."""
    largest_page: int | None
    """Rows of a log that it gives at once; None: it does not say."""


class WitsmlServer:
    """A store behind a URL; each request has a connection of its own.

    Args:
        url: `https://host/path`; `http://` only where no password is given, or to this machine.
        login: How to come in.

    Raises:
        SettingsError: If the URL is none, or would show the password to the network.
    """

    def __init__(self, url: str, login: Login) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SettingsError(f"{url!r} is no address of a WITSML store: https://host/path")
        local = parts.hostname in ("127.0.0.1", "::1", "localhost")
        if parts.scheme == "http" and login.password and not local:
            raise SettingsError("a password goes over https:// only, or to this machine")
        self.url = url
        self._parts, self._login = parts, login
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        if self._tls is not None and login.trusted is not None:
            self._tls.load_verify_locations(login.trusted)

    def capabilities(self) -> Capabilities:
        """What it can do.

        Raises:
            FeedAway: If it does not answer.
            FeedRefused: If it does not say.
        """
        versions = self._called("GetVersion", {}).get("Result", "")
        answer = self._answer("GetCap", {"OptionsIn": f"dataVersion={VERSION}"}, "CapabilitiesOut")
        return _capabilities(answer.document, versions)

    def get(self, kind: str, query: bytes, options: Mapping[str, str]) -> Answer:
        """What it holds that a query asks for (`WMLS_GetFromStore`).

        Args:
            kind: Of object, such as `log`.
            query: The template.
            options: Such as `returnElements`.

        Raises:
            FeedAway: If it does not answer.
            FeedRefused: If it refuses.
        """
        words = ";".join(f"{name}={value}" for name, value in options.items())
        told = {
            "WMLtypeIn": kind,
            "QueryIn": query.decode(),
            "OptionsIn": words,
            "CapabilitiesIn": "",
        }
        return self._answer("GetFromStore", told, "XMLout")

    def _answer(self, operation: str, told: Mapping[str, str], document: str) -> Answer:
        found = self._called(operation, told)
        value = _whole(found.get("Result"))
        message = found.get("SuppMsgOut", "").strip()
        if value not in _DONE:
            raise FeedRefused(self._refusal(operation, value, message))
        return Answer(value, found.get(document, "").encode(), message)

    def _refusal(self, operation: str, value: int, message: str) -> str:
        """What a return value means, in the words of the store itself."""
        try:
            base = self._called("GetBaseMsg", {"ReturnValueIn": str(value)}).get("Result", "")
        except (FeedAway, FeedRefused):
            base = ""
        said = "; ".join(filter(None, (base.strip(), message))) or "it does not say why"
        return f"the WITSML store refuses {operation} ({value}): {said}"

    def _called(self, operation: str, told: Mapping[str, str]) -> Mapping[str, str]:
        """The texts that an operation gives, by name."""
        body = _envelope(f"WMLS_{operation}", told)
        status, answered = self._posted(f"{ACTION}WMLS_{operation}", body)
        if status in (401, 403):
            raise FeedRefused(f"the WITSML store lets nobody in as {self._login.user!r}")
        try:
            return _texts(answered)
        except etree.XMLSyntaxError as error:
            if status != 200:
                raise FeedAway(f"the WITSML store answers {status}") from error
            raise FeedAway(f"the WITSML store answers no XML: {error}") from error

    def _posted(self, action: str, body: bytes) -> tuple[int, bytes]:
        parts, wait = self._parts, self._login.timeout
        host, port = str(parts.hostname), parts.port
        connection = (
            HTTPConnection(host, port, timeout=wait)
            if self._tls is None
            else HTTPSConnection(host, port, timeout=wait, context=self._tls)
        )
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request("POST", path, body, self._headers(action))
            response = connection.getresponse()
            return response.status, _bounded(response)
        except ssl.SSLCertVerificationError as error:
            raise FeedRefused(f"the WITSML store is not trusted: {error.verify_message}") from error
        except (OSError, HTTPException) as error:
            raise FeedAway(f"the WITSML store does not answer: {error!r}") from error
        finally:
            connection.close()

    def _headers(self, action: str) -> dict[str, str]:
        told = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{action}"'}
        if self._login.user:
            pair = f"{self._login.user}:{self._login.password}".encode()
            told["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        return told


def _bounded(response: HTTPResponse) -> bytes:
    body = response.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise FeedRefused(f"the WITSML store answers more than {LARGEST} bytes: ask for less")
    return body


def _envelope(operation: str, told: Mapping[str, str]) -> bytes:
    envelope = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap={"soap": ENVELOPE, "m": MESSAGE})
    body = etree.SubElement(envelope, f"{{{ENVELOPE}}}Body")
    called = etree.SubElement(body, f"{{{MESSAGE}}}{operation}")
    for name, text in told.items():
        etree.SubElement(called, name).text = text
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")


def _texts(answered: bytes) -> Mapping[str, str]:
    """The texts within the answer of an operation.

    Raises:
        FeedAway: If it is a fault of SOAP.
    """
    root = parsed(answered)
    body = next((one for one in root if local_name(one) == "Body"), None)
    called = None if body is None else next(iter(body), None)
    if called is None:
        raise FeedAway("the WITSML store answers an empty envelope")
    texts = {local_name(one): "".join(map(str, one.itertext())) for one in called}
    if local_name(called) == "Fault":
        raise FeedAway(f"the WITSML store failed: {texts.get('faultstring', 'no reason')}")
    return MappingProxyType(texts)


def parsed(document: bytes) -> etree._Element:
    """The root of a document without remarks; nothing is fetched and no entity is put in."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    return etree.fromstring(document, parser)


def stated(document: bytes) -> etree._Element:
    """The root of a document within an answer.

    Raises:
        FeedRefused: If it is broken.
    """
    try:
        return parsed(document)
    except etree.XMLSyntaxError as error:
        raise FeedRefused(f"the WITSML store gives a broken document: {error}") from error


def _capabilities(document: bytes, versions: str) -> Capabilities:
    root = stated(document)
    named = {local_name(one): one for one in root.iter(etree.Element)}
    held = (named["schemaVersion"].text or "") if "schemaVersion" in named else versions
    pages = [
        _whole(one.get("maxDataNodes"))
        for one in root.iter(etree.Element)
        if local_name(one) == "dataObject" and (one.text or "").strip() == "log"
    ]
    name = (named["name"].text or "") if "name" in named else "a WITSML store"
    listed = tuple(one.strip() for one in held.split(",") if one.strip())
    return Capabilities(name.strip(), listed, min(filter(None, pages), default=None))


def _whole(text: str | None) -> int:
    try:
        return int(text or "")
    except ValueError:
        return 0
