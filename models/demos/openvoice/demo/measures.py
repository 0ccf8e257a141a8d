# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Figures of the service for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

LATENCIES = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)  # seconds; upper ends of the histogram


class Measures:
    """Figures that /metrics shows. Each has a registry of its own, so that a process may have several services."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.requests = Counter("openvoice_requests", "Requests answered", ["path", "status"], registry=registry)
        self.errors = Counter("openvoice_errors", "Requests answered with an error", ["path"], registry=registry)
        self.latency = Histogram(
            "openvoice_request_seconds", "From request to end of answer", ["path"], buckets=LATENCIES, registry=registry
        )
        self.audio = Counter("openvoice_audio_seconds", "Sound made", ["path"], registry=registry)
        self.conversions = Counter("openvoice_batched_conversions", "Conversions run in batches", registry=registry)
        self.batches = Counter("openvoice_batches", "Batches of conversions run", registry=registry)
        self.held = Gauge("openvoice_places_held", "Requests that wait for the model or use it", registry=registry)
        self.arriving = Gauge("openvoice_arriving_bytes", "Bytes of incomplete request bodies", registry=registry)
        self.waiting = Gauge("openvoice_queue_depth", "Tasks that wait for the model", registry=registry)

    def batch(self, conversions: int) -> None:
        """Count one batch of that many conversions."""
        self.batches.inc()
        self.conversions.inc(conversions)

    def answered(self, path: str, status: int, seconds: float) -> None:
        """Count one answer. `path` is that of the route, so that the number of labels stays small."""
        self.requests.labels(path, status).inc()
        self.latency.labels(path).observe(seconds)
        if status >= 400:
            self.errors.labels(path).inc()
