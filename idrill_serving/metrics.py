"""What Prometheus collects: requests and their times, by route template."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.registry import Collector

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper ends of the classes of times [s]."""


class Metrics:
    """Counts the requests of one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "idrill_requests",
            "Requests answered.",
            ["method", "route", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "idrill_request_seconds",
            "Time that requests took.",
            ["method", "route"],
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._counted: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self.in_flight = Gauge(
            "idrill_requests_in_flight", "Requests being answered.", registry=self._registry
        )

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer.

        Args:
            method: Of the request.
            route: Template of its path, so that labels stay few.
            status: Of the answer.
            seconds: How long it took.
        """
        key = method, route, status
        if key not in self._counted:
            series = self._requests.labels(method, route, str(status))
            self._counted[key] = series, self._seconds.labels(method, route)
        requests, times = self._counted[key]
        requests.inc()
        times.observe(seconds)

    def add(self, figures: Collector) -> None:
        """Collect what others count too."""
        self._registry.register(figures)

    def shown(self) -> bytes:
        """Everything, in Prometheus's text format."""
        return generate_latest(self._registry)
