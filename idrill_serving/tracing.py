"""Traces of requests for a collector of OpenTelemetry, if one is set."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.types import Scope

from idrill.errors import SettingsError
from idrill.settings import Settings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

_UNTRACED: AbstractContextManager[None] = nullcontext()


class Tracing:
    """A span per request, sent to the collector in the background; nothing where none is set.

    Args:
        settings: Of the service.

    Raises:
        SettingsError: If a collector is set, but not the extra `tracing` installed.
    """

    def __init__(self, settings: Settings) -> None:
        self._provider = _provider(settings.otlp_endpoint) if settings.otlp_endpoint else None
        self._tracer: Tracer | None = None
        if self._provider is not None:
            self._tracer = self._provider.get_tracer("idrill_serving")

    def traced(self, scope: Scope, request_id: str) -> AbstractContextManager["Span | None"]:
        """The span of a request, which goes on what the caller began; None where none is set.

        Args:
            scope: Of the request.
            request_id: By which the log knows it.
        """
        return _UNTRACED if self._tracer is None else _traced(self._tracer, scope, request_id)

    def finish(self, span: "Span | None", *, method: str, route: str, status: int) -> None:
        """Say what became of a request.

        Args:
            span: Of the request.
            method: Of the request.
            route: Template of its path, so that names stay few.
            status: Of the answer.
        """
        if span is None:
            return
        from opentelemetry.trace import StatusCode

        span.set_attribute("http.route", route)
        span.set_attribute("http.response.status_code", status)
        span.update_name(f"{method} {route}")
        if status >= 500:
            span.set_status(StatusCode.ERROR)

    def flush(self) -> None:
        """Send what was not sent yet."""
        if self._provider is not None:
            self._provider.force_flush()

    def close(self) -> None:
        """Send what was not sent yet, and end."""
        if self._provider is not None:
            self._provider.shutdown()


@contextmanager
def _traced(tracer: "Tracer", scope: Scope, request_id: str) -> Iterator["Span"]:
    from opentelemetry.propagate import extract
    from opentelemetry.trace import SpanKind

    began = extract(dict(Headers(scope=scope).items()))
    told = {"http.request.method": scope["method"], "idrill.request_id": request_id}
    with tracer.start_as_current_span("request", began, SpanKind.SERVER, attributes=told) as span:
        yield span


def _provider(endpoint: str) -> "TracerProvider":
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise SettingsError(
            "IDRILL_OTLP_ENDPOINT needs the extra tracing: pip install 'idrill[tracing]'"
        ) from error
    provider = TracerProvider(resource=Resource.create({"service.name": "idrill"}))
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=10)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider
