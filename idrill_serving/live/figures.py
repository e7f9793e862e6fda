"""What Prometheus collects of the sockets of a worker."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from idrill_serving.live.hub import Hub


class SocketFigures(Collector):
    """Counts what a hub did; asked when somebody collects, so that sending costs nothing more.

    Args:
        hub: Of the worker.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def collect(self) -> Iterator[Metric]:
        """Every figure, as it is now."""
        hub, done = self._hub, self._hub.tally
        gauges = (
            ("idrill_sockets", "Sockets that are open.", hub.open),
            ("idrill_socket_feeds", "Different things that are watched.", hub.feeds),
            ("idrill_socket_queued_bytes", "What waits for all clients.", done.waiting),
            ("idrill_socket_store_away", "Whether the store does not answer.", int(hub.is_away)),
        )
        counters = (
            ("idrill_socket_messages", "Messages sent.", done.sent),
            ("idrill_socket_dropped", "Messages dropped from full queues.", done.dropped),
            ("idrill_socket_replaced", "Messages that newer ones made superfluous.", done.replaced),
            ("idrill_socket_slow", "Clients let go because they took nothing.", done.slow),
        )
        for name, words, value in gauges:
            yield GaugeMetricFamily(name, words, value)
        for name, words, value in counters:
            yield CounterMetricFamily(name, words, value)
