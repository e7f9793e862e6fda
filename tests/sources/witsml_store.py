"""A small WITSML 1.4.1.1 store on the loopback: one log that grows, and a store that fails."""

import base64
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

from lxml import etree

SPACE = "http://www.witsml.org/schemas/1series"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

HEADER = """<nameWell>W</nameWell><nameWellbore>B</nameWellbore><name>L</name>
<objectGrowing>{growing}</objectGrowing><indexType>{index}</indexType>
<indexCurve>TIME</indexCurve><nullValue>-999.25</nullValue>{curves}"""

CURVES = {"TIME": "s", "HKLD": "kN", "TQA": "kN.m"}


def instant(second: float) -> str:
    """An index of the log."""
    return (NOON + timedelta(seconds=second)).isoformat().replace("+00:00", "Z")


@dataclass
class Store:
    """What the store holds, and how it answers."""

    rows: list[str] = field(default_factory=list)
    """Each with its index and values, the way `data` holds them."""
    growing: bool = True
    index: str = "date time"
    curves: dict[str, str] = field(default_factory=lambda: dict(CURVES))
    page: int | None = None
    """Rows that it gives at once."""
    versions: str = "1.3.1.1,1.4.1.1"
    faults: list[str] = field(default_factory=list)
    """What goes wrong with the next requests for rows: drop, 500, fault, busy or cut."""
    login: tuple[str, str] | None = None
    asked: list[str] = field(default_factory=list)
    """The index that rows were asked for from, each time."""
    url: str = ""

    def grow(self, *seconds: int) -> None:
        """Add rows of some seconds."""
        self.rows += [f"{instant(one)},{100 + one},{one / 10}" for one in seconds]


@contextmanager
def served(store: Store, tls: ssl.SSLContext | None = None) -> Iterator[Store]:
    """The store at `store.url`."""

    class Handler(_Handler):
        held = store

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    store.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}/WMLS"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield store
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    held: Store

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self._is_let_in():
            self.send_error(401)
            return
        called = etree.fromstring(body)[0][0]
        operation = etree.QName(called).localname
        told = {one.tag: one.text or "" for one in called}
        assert self.headers["SOAPAction"].endswith(f'Store.{operation}"')
        fault = self._fault(operation, told)
        if fault == "drop":
            self.close_connection = True
            self.connection.close()
        elif fault == "500":
            self.send_error(500)
        elif fault == "fault":
            self._send(500, "<soap:Fault><faultcode>x</faultcode><faultstring>no memory"
                            "</faultstring></soap:Fault>")  # fmt: skip
        elif fault == "cut":
            self._send_bytes(200, self._answer(operation, told).encode()[:-40])
        elif fault == "busy":
            self._send(200, _parts(operation, Result="-999", SuppMsgOut="try later"))
        else:
            self._send_bytes(200, self._answer(operation, told).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _is_let_in(self) -> bool:
        if self.held.login is None:
            return True
        pair = base64.b64encode(":".join(self.held.login).encode()).decode()
        return self.headers.get("Authorization") == f"Basic {pair}"

    def _fault(self, operation: str, told: dict[str, str]) -> str | None:
        for_rows = operation == "WMLS_GetFromStore" and "data-only" in told["OptionsIn"]
        return self.held.faults.pop(0) if for_rows and self.held.faults else None

    def _answer(self, operation: str, told: dict[str, str]) -> str:
        if operation == "WMLS_GetVersion":
            return _envelope(_parts(operation, Result=self.held.versions))
        if operation == "WMLS_GetBaseMsg":
            return _envelope(_parts(operation, Result=f"Base message {told['ReturnValueIn']}"))
        if operation == "WMLS_GetCap":
            return _envelope(_parts(operation, Result="1", CapabilitiesOut=self._capabilities()))
        return _envelope(self._got(operation, told))

    def _capabilities(self) -> str:
        page = f' maxDataNodes="{self.held.page}"' if self.held.page else ""
        return (
            f'<capServers xmlns="http://www.witsml.org/api/141" version="1.4.1"><capServer '
            f'apiVers="1.4.1"><name>A test</name><schemaVersion>{self.held.versions}'
            f'</schemaVersion><function name="WMLS_GetFromStore"><dataObject{page}>log'
            "</dataObject></function></capServer></capServers>"
        )

    def _got(self, operation: str, told: dict[str, str]) -> str:
        query = etree.fromstring(told["QueryIn"].encode())
        if etree.QName(query).namespace != SPACE:
            return _parts(operation, Result="-403", XMLout="", SuppMsgOut="")
        [log] = query
        if (log.get("uidWell"), log.get("uidWellbore"), log.get("uid")) != ("w", "b", "l"):
            return _parts(operation, Result="1", XMLout=_document(""), SuppMsgOut="")
        options = dict(one.split("=") for one in told["OptionsIn"].split(";"))
        if options["returnElements"] == "header-only":
            return _parts(operation, Result="1", XMLout=_document(self._header()))
        start = log.findtext(f"{{{SPACE}}}startDateTimeIndex") or ""
        self.held.asked.append(start)
        most = min(int(options["maxReturnNodes"]), self.held.page or 10_000)
        rows = [row for row in self.held.rows if row.partition(",")[0] >= start]
        value = "2" if len(rows) > most else "1"
        return _parts(operation, Result=value, XMLout=_document(self._data(rows[:most])))

    def _header(self) -> str:
        listed = "".join(
            f'<logCurveInfo uid="{name}"><mnemonic>{name}</mnemonic><unit>{unit}</unit>'
            f"<typeLogData>{'date time' if name == 'TIME' else 'double'}</typeLogData>"
            "</logCurveInfo>"
            for name, unit in self.held.curves.items()
        )
        growing = str(self.held.growing).lower()
        return HEADER.format(growing=growing, index=self.held.index, curves=listed)

    def _data(self, rows: list[str]) -> str:
        listed = "".join(f"<data>{row}</data>" for row in rows)
        names, units = ",".join(self.held.curves), ",".join(self.held.curves.values())
        return (
            f"<logData><mnemonicList>{names}</mnemonicList><unitList>{units}</unitList>"
            f"{listed}</logData>"
        )

    def _send(self, status: int, parts: str) -> None:
        self._send_bytes(status, _envelope(parts).encode())

    def _send_bytes(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _document(content: str) -> str:
    log = f'<log uidWell="w" uidWellbore="b" uid="l">{content}</log>' if content else ""
    return f'<logs xmlns="{SPACE}" version="1.4.1.1"><!-- a remark -->{log}</logs>'


def _parts(operation: str, **told: str) -> str:
    texts = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in told.items())
    return (
        f'<m:{operation}Response xmlns:m="http://www.witsml.org/message/120">'
        f"<!-- one more -->{texts}</m:{operation}Response>"
    )


def _envelope(parts: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><soap:Envelope '
        'xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">'
        f"<!-- a remark --><soap:Body><!-- another -->{parts}</soap:Body></soap:Envelope>"
    )
