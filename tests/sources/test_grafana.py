"""What Grafana's messages have that Alertmanager's have not: a signature, a test button, places to look."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ghapp.core.facts import Link, Signal, Status
from ghapp.core.source import Accepted, Nothing, Parsed
from ghapp.core.strict_json import Malformed
from ghapp.core.verify import Unverified
from ghapp.model.names import Severity
from ghapp.sources.grafana import SOURCE
from tests.support.prometheus import GRAFANA, alert, grafana, grafana_test, resolved

CORPUS = Path(__file__).parents[1] / "corpus/grafana"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
STARTED, ENDED = NOW - timedelta(minutes=10), NOW - timedelta(minutes=5)
MEMORY = alert("High memory", severity="high", started=STARTED, instance="api-1")
BODY = b'{"groupKey": "x"}'


def parse(message: Any) -> Parsed:
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return SOURCE.parse(body, {}, {}, NOW)


def signal_of(*alerts: Any, **changes: Any) -> Signal:
    parsed = parse(grafana(*alerts, **changes))
    assert isinstance(parsed, Accepted)
    return parsed.signals[0]


def test_a_complete_message() -> None:
    signal = signal_of(MEMORY)
    assert (signal.source, signal.status, signal.severity) == (
        "grafana",
        Status.FIRING,
        Severity.SEV2,
    )
    assert signal.at == STARTED
    assert signal.summary == "High memory on api-1"
    assert signal.fingerprint.startswith("grafana:")
    assert signal.links == (
        Link("Grafana", GRAFANA),
        Link("Alert rule", f"{GRAFANA}alerting/grafana/cdeqmlhvflz40f/view"),
        Link("Panel", f"{GRAFANA}d/home-1?viewPanel=4"),
        Link("Dashboard", f"{GRAFANA}d/home-1"),
        Link("Silence it", f"{GRAFANA}alerting/silence/new?alertmanager=grafana"),
    )
    assert signal.fields["orgId"] == "1"
    assert signal.fields["labels"]["alertname"] == "High memory"
    over = signal_of(resolved(MEMORY, ENDED))
    assert (over.status, over.fingerprint, over.occurrence) == (
        Status.RESOLVED,
        signal.fingerprint,
        signal.occurrence,
    )


OUTCOMES = {
    "datasource_error": "firing none: DatasourceError: High memory",
    "firing": "firing sev2: Memory of api-1 is above 90 %",
    "hostile_places": "firing sev2: Memory of api-1 is above 90 %",
    "no_data": "firing none: Memory of api-1 is above 90 %",
    "own_payload": "groupKey is not a text: this is not the message of a group of alerts",
    "resolved": "resolved none: Memory of api-1 is above 90 %",
    "test_button": "test message",
    "test_button_with_own_labels": "test message",
    "test_labels_in_a_group": "test message",
}


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.json")), ids=lambda path: path.stem)
def test_corpus(path: Path) -> None:
    try:
        parsed = parse(path.read_bytes())
    except Malformed as refused:
        outcome = str(refused)
    else:
        if isinstance(parsed, Nothing):
            outcome = parsed.reason
        else:
            (signal,) = parsed.signals
            severity = signal.severity.label if signal.severity else "none"
            outcome = f"{signal.status} {severity}: {signal.summary}"
    assert outcome == OUTCOMES[path.stem]


def test_places_that_are_not_safe_are_left_out() -> None:
    parsed = parse((CORPUS / "hostile_places.json").read_bytes())
    assert isinstance(parsed, Accepted)
    (signal,) = parsed.signals
    assert [link.title for link in signal.links] == ["Runbook", "Grafana", "Alert rule"]
    assert {"alerts.panelURL", "alerts.silenceURL"} <= set(signal.fields["unreadable"])


class TestTheTestButton:
    def test_opens_nothing(self) -> None:
        assert parse(grafana_test()) == Nothing("test message")

    @pytest.mark.parametrize(
        "changes",
        [
            pytest.param({"groupKey": '{}:{alertname="TestAlert"}'}, id="by its labels"),
            pytest.param({"alerts": [MEMORY]}, id="by its key, when it was given other labels"),
        ],
    )
    def test_is_known_either_way(self, changes: Any) -> None:
        assert parse({**grafana_test(), **changes}) == Nothing("test message")

    @pytest.mark.parametrize(
        "labels",
        [
            pytest.param({"name": "TestAlert", "instance": "api-1"}, id="of another instance"),
            pytest.param({"name": "Other", "instance": "Grafana"}, id="of another rule"),
        ],
    )
    def test_is_not_a_rule_of_a_like_name(self, labels: Any) -> None:
        assert signal_of(alert(started=STARTED, **labels)).status is Status.FIRING

    def test_is_not_a_group_that_has_it_among_others(self) -> None:
        test = alert("TestAlert", instance="Grafana", started=STARTED)
        assert signal_of(test, MEMORY).status is Status.FIRING

    @pytest.mark.parametrize(
        "key",
        [
            '{}/{__grafana_receiver__="ghapp-57c6d9296de2ad39-1772443800"}:{alertname="x"}',
            "{}:{}-57c6d9296de2ad39-1772443800",
            "ghapp-57c6d9296de2ad39",
        ],
    )
    def test_is_not_a_group_with_a_like_key(self, key: str) -> None:
        assert signal_of(MEMORY, groupKey=key).status is Status.FIRING


def signed(
    body: bytes, secret: str = "s3cret", timestamp: datetime | None = None
) -> dict[str, str]:
    seconds = str(int(timestamp.timestamp())) if timestamp else ""
    said = f"{seconds}:".encode() + body if timestamp else body
    digest = hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()
    headers = {"X-Grafana-Alerting-Signature": digest}
    return {**headers, "X-Grafana-Alerting-Timestamp": seconds} if timestamp else headers


@pytest.mark.parametrize(
    ("headers", "known"),
    [
        pytest.param(signed(BODY), True, id="signed"),
        pytest.param(signed(BODY, timestamp=NOW), True, id="signed with its time"),
        pytest.param(signed(BODY, timestamp=NOW - timedelta(minutes=6)), False, id="stale"),
        pytest.param(signed(BODY, timestamp=NOW + timedelta(minutes=6)), False, id="of tomorrow"),
        pytest.param(
            {**signed(BODY, timestamp=NOW), **signed(BODY)}, False, id="a time that is not signed"
        ),
        pytest.param(signed(BODY, "guess"), False, id="another secret"),
        pytest.param(signed(b"{}"), False, id="another body"),
        pytest.param({"Authorization": "Bearer s3cret"}, True, id="token"),
        pytest.param({"Authorization": "Basic Z3JhZmFuYTpzM2NyZXQ="}, True, id="basic"),
        pytest.param(
            {**signed(b"{}"), "Authorization": "Bearer s3cret"}, False, id="a bad signature decides"
        ),
        pytest.param({"Authorization": "Bearer guess"}, False, id="another token"),
        pytest.param({}, False, id="nothing"),
    ],
)
def test_who_may_send(headers: dict[str, str], known: bool) -> None:
    if known:
        SOURCE.verify(BODY, headers, {}, ["old", "s3cret"], NOW)
    else:
        with pytest.raises(Unverified):
            SOURCE.verify(BODY, headers, {}, ["old", "s3cret"], NOW)
