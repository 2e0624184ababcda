"""An alert of the Monitoring API is the notification that announced it."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.facts import Link, Signal, Status
from ghapp.core.source import Accepted
from ghapp.core.strict_json import Malformed
from ghapp.model.names import Severity
from ghapp.sources.gcp import SOURCE, Condition, alert_signal

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
STARTED = datetime(2026, 3, 2, 9, 28, 31, tzinfo=UTC)
PAYLOAD = Path(__file__).parents[1] / "corpus/gcp/threshold-open.json"

ALERT: dict[str, Any] = {
    "name": "projects/482910375566/alerts/0.p3kx9d0bvq1m",
    "state": "OPEN",
    "openTime": "2026-03-02T09:28:31.481902Z",
    "resource": {
        "type": "cloud_run_revision",
        "labels": {
            "configuration_name": "checkout",
            "location": "europe-west1",
            "project_id": "acme-prod",
            "revision_name": "checkout-00017-tok",
            "service_name": "checkout",
        },
    },
    "metadata": {
        "systemLabels": {"service_name": "checkout"},
        "userLabels": {"team": "payments"},
    },
    "metric": {
        "type": "run.googleapis.com/request_latencies",
        "labels": {"response_code_class": "2xx"},
    },
    "policy": {
        "name": "projects/482910375566/alertPolicies/7712034498155240011",
        "displayName": "Checkout latency",
        "userLabels": {"team": "payments"},
        "severity": "CRITICAL",
    },
}
P99 = Condition(
    "projects/482910375566/alertPolicies/7712034498155240011/conditions/7712034498155240999",
    "p99 above 2 s",
    'resource.type = "cloud_run_revision" AND metric.type = "run.googleapis.com/request_latencies"',
)
ERRORS = Condition(
    "projects/482910375566/alertPolicies/7712034498155240011/conditions/5",
    "5xx",
    'metric.type = "run.googleapis.com/request_count"',
)
SIMILAR = replace(ERRORS, text='metric.type = "run.googleapis.com/request_latencies_by_region"')
PROMQL = replace(ERRORS, text="sum(rate(run_googleapis_com:request_count[5m])) > 3")


def announced() -> Signal:
    parsed = SOURCE.parse(PAYLOAD.read_bytes(), {}, {}, NOW)
    assert isinstance(parsed, Accepted)
    return parsed.signals[0]


def signal_of(*conditions: Condition, alert: Any = ALERT, documentation: str = "") -> Signal:
    return alert_signal(
        alert, project="acme-prod", conditions=conditions, documentation=documentation, now=NOW
    )


def test_it_says_what_the_notification_said() -> None:
    found, told = signal_of(P99, documentation="Ask carol."), announced()
    assert found == Signal(
        source="gcp",
        fingerprint=told.fingerprint,
        occurrence=told.occurrence,
        status=Status.FIRING,
        at=told.at,
        summary="Checkout latency: p99 above 2 s on checkout",
        severity=Severity.SEV1,
        started_at=STARTED,
        documentation="Ask carol.",
        links=(
            Link(
                "Incident in Google Cloud",
                "https://console.cloud.google.com/monitoring/alerting/alerts/0.p3kx9d0bvq1m?project=acme-prod",
            ),
        ),
        where={**told.where, "resource": "checkout"},
        fields=found.fields,
        scope="acme-prod",
    )


def test_rules_that_match_the_notification_match_the_alert() -> None:
    told, found = json.loads(PAYLOAD.read_text())["incident"], signal_of(P99).fields
    for name in ("policy_name", "policy_user_labels", "condition_name", "resource", "metadata"):
        assert found[name] == told[name]
    for inner in ("type", "labels"):
        assert found["metric"][inner] == told["metric"][inner]
    for inner in ("name", "displayName"):
        assert found["condition"][inner] == told["condition"][inner]


@pytest.mark.parametrize(
    ("conditions", "same"),
    [
        pytest.param([P99], True, id="the only condition"),
        pytest.param([replace(P99, text="")], True, id="the only condition, whatever it says"),
        pytest.param([ERRORS, P99], True, id="the only one about the metric"),
        pytest.param([P99, SIMILAR], True, id="a longer name is another metric"),
        pytest.param([P99, PROMQL], True, id="PromQL about another metric"),
        pytest.param([P99, replace(P99, name="x")], False, id="two about the metric"),
        pytest.param([ERRORS, PROMQL], False, id="none about the metric"),
        pytest.param([], False, id="policy unknown"),
    ],
)
def test_the_fingerprint_is_the_notifications_where_the_condition_can_be_told(
    conditions: list[Condition], same: bool
) -> None:
    assert (signal_of(*conditions).fingerprint == announced().fingerprint) is same


def test_without_a_condition_policy_and_resource_tell_troubles_apart() -> None:
    def of(**changes: Any) -> str:
        return signal_of(alert={**ALERT, **changes}).fingerprint

    assert of() == of(name="projects/acme-prod/alerts/0.other", openTime=None)
    assert of() != of(policy={**ALERT["policy"], "displayName": "Other"})
    assert of() != of(resource={"type": "cloud_run_revision", "labels": {}})


def test_several_conditions_and_an_alert_without_a_metric() -> None:
    alert = {**ALERT, "metric": None}
    assert "condition" not in signal_of(P99, ERRORS, alert=alert).fields


@pytest.mark.parametrize(
    ("labels", "system_labels", "name"),
    [
        pytest.param({"instance_id": "1122"}, {"name": "api-1"}, "api-1", id="its own name"),
        pytest.param({"instance_id": "1122", "zone": "a"}, {}, "1122", id="an id at least"),
        pytest.param({"cluster_name": "main", "pod_name": "api"}, {}, "api", id="the closest"),
        pytest.param({"zone": "a"}, {"name": ""}, "gce_instance", id="its type"),
        pytest.param(None, None, "gce_instance", id="nothing"),
    ],
)
def test_what_people_call_the_resource(labels: Any, system_labels: Any, name: str) -> None:
    resource = {"type": "gce_instance", "labels": labels}
    alert = {**ALERT, "resource": resource, "metadata": {"systemLabels": system_labels}}
    assert signal_of(P99, alert=alert).where["resource"] == name


def test_of_a_log_based_policy_the_log_is_kept() -> None:
    log = {"extractedLabels": {"account": "42"}}
    assert signal_of(alert={**ALERT, "log": log}).fields["log"] == log


@pytest.mark.parametrize(
    ("time", "at"),
    [
        pytest.param("2026-03-02T09:28:31Z", STARTED, id="seconds"),
        pytest.param("2026-03-02T09:28:31.123456789Z", STARTED, id="nanoseconds"),
        pytest.param("2026-03-02T10:28:31+01:00", STARTED, id="another offset"),
        pytest.param("2026-03-02T09:28:31", STARTED, id="no offset"),
        pytest.param("yesterday", NOW, id="nonsense"),
        pytest.param(None, NOW, id="absent"),
        pytest.param("0001-01-01T00:00:00+05:00", NOW, id="before all"),
        pytest.param("9999-12-31T23:59:59-05:00", NOW, id="after all"),
    ],
)
def test_since_when(time: str | None, at: datetime) -> None:
    assert signal_of(alert={**ALERT, "openTime": time}).at == at


def test_a_closed_alert_has_ended() -> None:
    closed = {**ALERT, "state": "CLOSED", "closeTime": "2026-03-02T09:29:00Z"}
    signal = signal_of(alert=closed)
    assert (signal.status, signal.at) == (Status.RESOLVED, NOW.replace(minute=29))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"name": None}, id="no name"),
        pytest.param({"name": "projects/acme-prod/alerts/"}, id="no id"),
        pytest.param({"name": {}}, id="an object as name"),
        pytest.param({"state": "STATE_UNSPECIFIED"}, id="no state"),
    ],
)
def test_without_identity_or_state_it_is_malformed(changes: Any) -> None:
    with pytest.raises(Malformed):
        signal_of(alert={**ALERT, **changes})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "labels", "name", "displayName", "severity", "userLabels"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*ALERT, "log", "closeTime"]), json_values))
def test_total_on_mutated_alerts(changes: dict[str, Any]) -> None:
    try:
        signal_of(P99, ERRORS, alert={**ALERT, **changes})
    except Malformed:
        assert {"name", "state"} & set(changes)
