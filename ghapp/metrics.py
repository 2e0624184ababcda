"""What Prometheus can ask of the app itself: deliveries, the queue and incidents."""

from collections.abc import Mapping

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, generate_latest

from ghapp.model.names import Severity

ACCEPTED = Counter("ghapp_deliveries_accepted", "Deliveries stored for work, by sender", ["source"])
IGNORED = Counter(
    "ghapp_deliveries_ignored", "Deliveries that asked for nothing or came twice", ["source"]
)
REFUSED = Counter(
    "ghapp_deliveries_refused", "Deliveries refused, by sender and reason", ["source", "reason"]
)
QUEUE_DEPTH = Gauge("ghapp_queue_depth", "Deliveries that wait for their work")
QUEUE_OLDEST = Gauge("ghapp_queue_oldest_seconds", "Age of the delivery that waits longest")
PARKED = Gauge("ghapp_parked_deliveries", "Deliveries given up after bounded tries")
OPEN_INCIDENTS = Gauge("ghapp_open_incidents", "Open incidents, by severity", ["severity"])

REVIEWS = Counter(
    "ghapp_reviews", "Looks at a pull request, by what its check said", ["conclusion"]
)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def set_queue(*, depth: int, oldest_seconds: float, parked: int = 0) -> None:
    """Report the inbox: how much waits, for how long, and how much was given up."""
    QUEUE_DEPTH.set(depth)
    QUEUE_OLDEST.set(oldest_seconds)
    PARKED.set(parked)


def set_open_incidents(counts: Mapping[Severity, int]) -> None:
    """Report the open incidents; a severity without any reads 0, not its last value."""
    for severity in Severity:
        OPEN_INCIDENTS.labels(severity.label).set(counts.get(severity, 0))


def render(registry: CollectorRegistry = REGISTRY) -> bytes:
    """Everything in the text format of Prometheus."""
    return generate_latest(registry)
