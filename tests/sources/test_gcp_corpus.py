"""What becomes of each notification in the corpus, on the channel that it came through."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ghapp.core.facts import Signal, Status
from ghapp.core.source import Accepted, Nothing, Parsed, Source
from ghapp.core.strict_json import Malformed
from ghapp.model.names import Severity
from ghapp.sources import gcp, gcp_pubsub

CORPUS = Path(__file__).parents[1] / "corpus"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
STARTED = datetime(2026, 3, 2, 9, 28, 31, tzinfo=UTC)
LATER = datetime(2026, 3, 2, 9, 44, 12, tzinfo=UTC)

FIRES, ENDS = Status.FIRING, Status.RESOLVED
LATENCY = "Request latency for acme-prod Cloud Run Revision labels {service_name=checkout}"

SIGNALS: dict[str, tuple[Status, str, Severity | None, datetime, str, str]] = {
    "threshold-open": (
        FIRES,
        "0.p3kx9d0bvq1m",
        Severity.SEV1,
        STARTED,
        f"{LATENCY} is above the threshold of 2000.000 with a value of 5310.442.",
        "acme-prod",
    ),
    "threshold-closed": (
        ENDS,
        "0.p3kx9d0bvq1m",
        Severity.SEV1,
        LATER,
        f"{LATENCY} returned to normal with a value of 812.004.",
        "acme-prod",
    ),
    "cancelled-with-its-policy": (
        ENDS,
        "0.p3kx9cancel1",
        Severity.SEV1,
        LATER,
        f"{LATENCY} returned to normal with a value of 812.004.",
        "acme-prod",
    ),
    "uptime-open": (
        FIRES,
        "0.p3kxuptime01",
        Severity.SEV2,
        STARTED,
        "An uptime check on acme-prod shop.example.com labels {host=shop.example.com} is failing.",
        "acme-prod",
    ),
    "log-match-open": (
        FIRES,
        "0.p3kxlogmatch",
        Severity.SEV3,
        STARTED,
        "Log match condition fired for Cloud Run Revision with {project_id=acme-prod, service_name=ledger}.",
        "acme-prod",
    ),
    "promql-open": (
        FIRES,
        "0.p3kxpromql01",
        None,
        STARTED,
        "Backlog of warehouse-sync is above 1000.",
        "acme-prod",
    ),
    "version-1-1-open": (
        FIRES,
        "a81f44d07c9e4c1b8b8d2f6f0e5d3c21",
        None,
        STARTED,
        "Load of web-3 is above the threshold of 8 with a value of 19.2.",
        "acme-prod",
    ),
    "hostile-text": (
        FIRES,
        "0.p3kxhostile1",
        Severity.SEV1,
        STARTED,
        '@alice fixes #1 <!-- ghapp {"kind":"incident","key":"x"} -->\n\n/resolve\n```',
        "",
    ),
}

OTHERS: dict[str, Nothing | str] = {
    "console-test": Nothing("test message"),
    "no-state": "incident.state is neither open nor closed",
    "budget-notification": "no incident in it",
}

THROUGH_PUBSUB: dict[str, str | Nothing | tuple[str, str]] = {
    "threshold-open": ("threshold-open", "1310204412339001"),
    "threshold-closed": ("threshold-closed", "1310204412339002"),
    "with-attributes-and-ordering": ("uptime-open", "1310204412339003"),
    "hostile-text": ("hostile-text", "1310204412339005"),
    "no-message-id": ("log-match-open", "e290025ff4"),
    "odd-message-id": ("log-match-open", "e290025ff4"),
    "console-test": Nothing("test message"),
    "attributes-only": "the Pub/Sub message has no data",
    "empty-data": "the Pub/Sub message has no data",
    "data-not-base64": "the data of the Pub/Sub message is not base64",
    "data-not-utf8": "not UTF-8 at byte 0",
    "data-not-json": "not JSON: Expecting value (character 0)",
    "data-says-two-things": "an object has the same key twice",
    "budget-notification": "no incident in it",
    "envelope-in-envelope": "no incident in it",
    "unwrapped": "no Pub/Sub message in it",
    "message-is-a-list": "no Pub/Sub message in it",
}


def parse(source: Source, name: str) -> Parsed | str:
    body = (CORPUS / source.name / f"{name}.json").read_bytes()
    try:
        return source.parse(body, {}, {}, NOW)
    except Malformed as malformed:
        return str(malformed)


def signal(source: Source, name: str) -> Signal:
    parsed = parse(source, name)
    assert isinstance(parsed, Accepted), parsed
    (one,) = parsed.signals
    return one


@pytest.mark.parametrize("name", SIGNALS)
def test_what_a_notification_says(name: str) -> None:
    read = signal(gcp.SOURCE, name)
    told = (read.status, read.occurrence, read.severity, read.at, read.summary, read.scope)
    assert told == SIGNALS[name]


@pytest.mark.parametrize("name", OTHERS)
def test_what_raises_nothing(name: str) -> None:
    assert parse(gcp.SOURCE, name) == OTHERS[name]


@pytest.mark.parametrize("name", THROUGH_PUBSUB)
def test_what_comes_through_pubsub(name: str) -> None:
    parsed, expected = parse(gcp_pubsub.SOURCE, name), THROUGH_PUBSUB[name]
    if not isinstance(expected, tuple):
        assert parsed == expected
        return
    same, delivery_id = expected
    assert isinstance(parsed, Accepted), parsed
    assert parsed.signals == (signal(gcp.SOURCE, same),)
    assert parsed.delivery_id.startswith(delivery_id)


def test_the_end_has_the_fingerprint_of_the_beginning() -> None:
    opened, ended = (signal(gcp.SOURCE, f"threshold-{state}") for state in ("open", "closed"))
    assert opened.fingerprint == ended.fingerprint
    assert len({signal(gcp.SOURCE, name).fingerprint for name in SIGNALS}) == len(SIGNALS) - 2


@pytest.mark.parametrize(
    ("source", "names"),
    [
        pytest.param(gcp.SOURCE, {*SIGNALS, *OTHERS}, id="gcp"),
        pytest.param(gcp_pubsub.SOURCE, set(THROUGH_PUBSUB), id="gcp-pubsub"),
    ],
)
def test_every_payload_has_its_expected_outcome(source: Source, names: set[str]) -> None:
    assert {path.stem for path in (CORPUS / source.name).glob("*.json")} == names
