"""Counters of the app's log records, for Prometheus."""

import logging
from collections.abc import Callable, Iterator, Mapping

import prometheus_client as prometheus
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

Gauges = Mapping[str, tuple[str, Callable[[], float]]]
"""Description and look-up function by the gauge's name."""
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class Meters(logging.Handler):
    """Logging handler that counts the app's records of all levels.

    Attributes:
        registry: the counters, with Prometheus's metrics of Python and the process.

    Args:
        gauges: values read at each scrape.
    """

    def __init__(self, gauges: Gauges) -> None:
        super().__init__(logging.DEBUG)
        self.registry = prometheus.CollectorRegistry()
        prometheus.ProcessCollector(registry=self.registry)
        prometheus.PlatformCollector(registry=self.registry)
        prometheus.GCCollector(registry=self.registry)
        self.registry.register(_LookedUp(gauges))
        self._records = prometheus.Counter(
            "playground_records",
            "What happened, by the event of its log line and the code of a refusal.",
            ("event", "code"),
            registry=self.registry,
        )
        self._entries = prometheus.Counter(
            "playground_entries",
            "Entries written to logs of loops, by kind.",
            ("kind",),
            registry=self.registry,
        )
        self._seconds = prometheus.Histogram(
            "playground_seconds",
            "How long something took, by the event of its log line.",
            ("event",),
            registry=self.registry,
            buckets=_SECONDS,
        )

    def emit(self, record: logging.LogRecord) -> None:
        """Count a record: itself, its ``seconds``, its ``entries`` by kind."""
        event, fields = str(record.msg), vars(record)
        self._records.labels(event, fields.get("code", "")).inc()
        if "seconds" in fields:
            self._seconds.labels(event).observe(fields["seconds"])
        for kind, number in fields.get("entries", {}).items():
            self._entries.labels(kind).inc(number)

    @property
    def text(self) -> bytes:
        """Counters in Prometheus's text format."""
        return prometheus.generate_latest(self.registry)


class _LookedUp(Collector):
    """Collector of gauges that are read at each scrape."""

    def __init__(self, gauges: Gauges) -> None:
        self._gauges = gauges

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name, (description, look_up) in self._gauges.items():
            yield GaugeMetricFamily(name, description, look_up())
