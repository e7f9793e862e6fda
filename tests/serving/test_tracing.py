"""Traces of requests: one span each for the collector, and none where none is set."""

import http.server
import sys
from collections.abc import Iterator
from threading import Thread

import pytest
from opentelemetry.exporter.otlp.proto.http import trace_exporter
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from idrill.access import Role
from idrill.errors import SettingsError
from idrill.settings import Settings
from idrill_serving.tracing import Tracing
from tests.service import opened

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def traced(settings: Settings) -> Settings:
    """Settings that name a collector."""
    return settings.model_copy(update={"otlp_endpoint": "http://127.0.0.1:4318"})


def test_each_request_is_a_span_by_template_that_goes_on_what_the_caller_began(
    traced: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = InMemorySpanExporter()
    monkeypatch.setattr(trace_exporter, "OTLPSpanExporter", lambda **_: kept)
    for service in opened(traced):
        headers = service.newcomer(Role.VIEWER) | {"traceparent": PARENT}
        answer = service.client.get("/api/v1/rigs/R9?token=sesame", headers=headers)
        service.client.get("/nowhere")
        service.client.app.state.platform.tracing.flush()  # type: ignore[attr-defined]

        found, lost = kept.get_finished_spans()

    assert (found.name, found.kind) == ("GET /api/v1/rigs/{rig_id}", SpanKind.SERVER)
    assert found.attributes is not None
    assert found.attributes["http.response.status_code"] == 404
    assert found.attributes["idrill.request_id"] == answer.headers["X-Request-ID"]
    assert found.context is not None
    assert f"{found.context.trace_id:032x}" == PARENT.split("-")[1]
    assert "sesame" not in found.to_json()
    assert lost.name == "GET unmatched"


@pytest.fixture
def collector() -> Iterator[tuple[int, list[tuple[str, bytes]]]]:
    """A server that keeps what is posted to it, and its port."""
    posted: list[tuple[str, bytes]] = []

    class Keep(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            posted.append((self.path, self.rfile.read(length)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Keep)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, posted
    server.shutdown()
    server.server_close()


def test_a_collector_is_sent_the_spans_at_the_latest_when_the_service_ends(
    settings: Settings, collector: tuple[int, list[tuple[str, bytes]]]
) -> None:
    port, posted = collector
    named = settings.model_copy(update={"otlp_endpoint": f"http://127.0.0.1:{port}/"})
    for service in opened(named):
        service.client.get("/api/v1/health/live")

    [(path, body)] = posted
    assert path == "/v1/traces"
    assert b"GET /api/v1/health/live" in body


def test_without_a_collector_nothing_is_traced(settings: Settings) -> None:
    with Tracing(settings).traced({"method": "GET", "headers": []}, "abc") as span:
        assert span is None


def test_a_collector_without_the_extra_is_refused_at_start(
    traced: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)

    with pytest.raises(SettingsError, match="tracing"):
        Tracing(traced)
