"""Google Cloud Monitoring's notifications as they come, and as they should not."""

import base64
import copy
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.facts import Link, Signal, Status
from ghapp.core.source import Accepted, Nothing, Parsed
from ghapp.core.strict_json import Malformed
from ghapp.core.verify import Unverified
from ghapp.model.names import Severity
from ghapp.sources.gcp import SOURCE

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
STARTED = datetime(2026, 3, 2, 9, 28, 31, tzinfo=UTC)
ENDED = datetime(2026, 3, 2, 9, 29, 30, tzinfo=UTC)
GONE = object()
"""Marks a member that `notification` leaves out."""

COMPLETE: dict[str, Any] = {
    "version": "1.2",
    "incident": {
        "incident_id": "0.opqiw61fsv7p",
        "scoping_project_id": "acme-prod",
        "scoping_project_number": 123456789012,
        "url": "https://console.cloud.google.com/monitoring/alerting/alerts/0.opq?project=acme-prod",
        "started_at": int(STARTED.timestamp()),
        "ended_at": None,
        "state": "open",
        "summary": "CPU utilization for acme-prod api-1 is above 0.9 with a value of 0.97.",
        "observed_value": "0.97",
        "threshold_value": "0.9",
        "resource": {
            "type": "gce_instance",
            "labels": {"instance_id": "11223344", "project_id": "acme-prod", "zone": "us-east1-c"},
        },
        "resource_type_display_name": "VM Instance",
        "resource_id": "11223344",
        "resource_display_name": "api-1",
        "resource_name": "acme-prod api-1",
        "metric": {
            "type": "compute.googleapis.com/instance/cpu/utilization",
            "displayName": "CPU utilization",
            "labels": {"instance_name": "api-1"},
        },
        "metadata": {"system_labels": {}, "user_labels": {"team": "platform"}},
        "policy_name": "API CPU",
        "policy_user_labels": {"team": "platform"},
        "condition_name": "CPU over 90 %",
        "condition": {
            "name": "projects/acme-prod/alertPolicies/148/conditions/123",
            "displayName": "CPU over 90 %",
            "conditionThreshold": {"comparison": "COMPARISON_GT", "thresholdValue": 0.9},
        },
        "severity": "CRITICAL",
        "documentation": {
            "content": "Look at the *dashboard* first.",
            "mime_type": "text/markdown",
            "subject": "CPU",
            "links": [{"displayName": "Dashboard", "url": "https://example.com/cpu"}],
        },
    },
}


def notification(**changes: Any) -> Any:
    """The complete notification with members of its incident replaced; `__` reaches inside."""
    message = copy.deepcopy(COMPLETE)
    for name, value in changes.items():
        *path, last = name.split("__")
        inner = message["incident"]
        for step in path:
            inner = inner[step]
        if value is GONE:
            del inner[last]
        else:
            inner[last] = value
    return message


def parse(message: Any, now: datetime = NOW) -> Parsed:
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return SOURCE.parse(body, {}, {}, now)


def signal_of(**changes: Any) -> Signal:
    parsed = parse(notification(**changes))
    assert isinstance(parsed, Accepted)
    (signal,) = parsed.signals
    return signal


def test_a_complete_notification() -> None:
    signal = signal_of()
    assert signal == Signal(
        source="gcp",
        fingerprint=signal.fingerprint,
        occurrence="0.opqiw61fsv7p",
        status=Status.FIRING,
        at=STARTED,
        summary="CPU utilization for acme-prod api-1 is above 0.9 with a value of 0.97.",
        severity=Severity.SEV1,
        started_at=STARTED,
        documentation="Look at the *dashboard* first.",
        links=(
            Link("Incident in Google Cloud", COMPLETE["incident"]["url"]),
            Link("Dashboard", "https://example.com/cpu"),
        ),
        where={
            "project": "acme-prod",
            "resource": "api-1",
            "resource type": "gce_instance",
            "metric": "compute.googleapis.com/instance/cpu/utilization",
            "label instance_id": "11223344",
            "label project_id": "acme-prod",
            "label zone": "us-east1-c",
        },
        fields=COMPLETE["incident"],
        scope="acme-prod",
    )
    assert signal.fingerprint.startswith("gcp:")
    assert len(signal.fingerprint) == 28


@pytest.mark.parametrize(
    ("given_", "severity"),
    [
        ("CRITICAL", Severity.SEV1),
        ("critical", Severity.SEV1),
        ("Error", Severity.SEV2),
        (" Warning ", Severity.SEV3),
        ("No severity", None),
        ("", None),
        (None, None),
        (GONE, None),
        ("P1", None),
    ],
)
def test_severity(given_: object, severity: Severity | None) -> None:
    signal = signal_of(severity=given_)
    assert signal.severity == severity
    assert "unreadable" not in signal.fields


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("open", Status.FIRING),
        ("OPEN", Status.FIRING),
        ("Closed", Status.RESOLVED),
        (" CLOSED ", Status.RESOLVED),
    ],
)
def test_state_in_any_case(state: str, status: Status) -> None:
    assert signal_of(state=state).status == status


@pytest.mark.parametrize(
    ("incident_id", "occurrence"),
    [("0.abc", "0.abc"), (12345, "12345"), (0, "0"), (" x ", "x"), ("é" * 256, "é" * 256)],
)
def test_an_id_may_be_text_or_number(incident_id: object, occurrence: str) -> None:
    assert signal_of(incident_id=incident_id).occurrence == occurrence


@pytest.mark.parametrize(
    ("message", "says"),
    [
        pytest.param(notification(incident_id=GONE), "incident_id", id="no id"),
        pytest.param(notification(incident_id=""), "incident_id", id="empty id"),
        pytest.param(notification(incident_id=None), "incident_id", id="null id"),
        pytest.param(notification(incident_id=True), "incident_id", id="boolean id"),
        pytest.param(notification(incident_id=["0.abc"]), "incident_id", id="list id"),
        pytest.param(notification(incident_id="x" * 257), "incident_id", id="endless id"),
        pytest.param(notification(state=GONE), "state", id="no state"),
        pytest.param(notification(state=None), "state", id="null state"),
        pytest.param(notification(state="acknowledged"), "state", id="unknown state"),
        pytest.param(notification(state={}), "state", id="object state"),
        pytest.param({"version": "1.2"}, "no incident", id="no incident"),
        pytest.param({"version": "1.2", "incident": []}, "no incident", id="list incident"),
        pytest.param([], "not an object", id="list"),
        pytest.param(None, "not an object", id="null"),
        pytest.param(b'{"incident": 1e999}', "out of range", id="not strict json"),
    ],
)
def test_without_identity_or_state_it_is_malformed(message: object, says: str) -> None:
    with pytest.raises(Malformed, match=says):
        parse(message)


@pytest.mark.parametrize("version", ["test", "Test"])
def test_the_consoles_test_message_asks_for_nothing(version: str) -> None:
    assert parse({**COMPLETE, "version": version}) == Nothing("test message")
    assert parse({"version": version}) == Nothing("test message")


@pytest.mark.parametrize("version", ["1.1", "9", 2, None, {}])
def test_any_other_version_is_read_as_far_as_it_goes(version: object) -> None:
    assert isinstance(parse({**COMPLETE, "version": version}), Accepted)


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        pytest.param({}, STARTED, id="open: since when"),
        pytest.param({"started_at": str(int(STARTED.timestamp()))}, STARTED, id="as text"),
        pytest.param({"started_at": GONE}, NOW, id="open without time"),
        pytest.param({"started_at": 0}, NOW, id="open at zero"),
        pytest.param({"started_at": "soon"}, NOW, id="open at nonsense"),
        pytest.param(
            {"started_at": int((NOW + timedelta(days=2)).timestamp())}, NOW, id="far ahead"
        ),
        pytest.param(
            {"started_at": int((NOW + timedelta(minutes=2)).timestamp())},
            NOW + timedelta(minutes=2),
            id="a little ahead",
        ),
        pytest.param(
            {"state": "closed", "ended_at": int(ENDED.timestamp())}, ENDED, id="closed: until when"
        ),
        pytest.param({"state": "closed"}, NOW, id="closed without time"),
        pytest.param(
            {"state": "closed", "ended_at": int(STARTED.timestamp()) - 9},
            STARTED,
            id="turned round",
        ),
        pytest.param(
            {"ended_at": int(ENDED.timestamp())}, STARTED, id="the end of an open one is no end"
        ),
    ],
)
def test_source_time(changes: Any, at: datetime) -> None:
    assert signal_of(**changes).at == at


@pytest.mark.parametrize(
    ("documentation", "text"),
    [
        pytest.param({"content": "Read this."}, "Read this.", id="object"),
        pytest.param({"content": None, "subject": "CPU"}, "CPU", id="subject only"),
        pytest.param("Read this.", "Read this.", id="text"),
        pytest.param(None, "", id="null"),
        pytest.param(GONE, "", id="absent"),
        pytest.param({}, "", id="empty"),
        pytest.param([], "", id="list"),
        pytest.param({"content": 5}, "5", id="number"),
    ],
)
def test_documentation(documentation: object, text: str) -> None:
    assert signal_of(documentation=documentation).documentation == text


def test_links_that_are_not_safe_are_left_out() -> None:
    links = [
        {"displayName": "Bad", "url": "javascript:alert(1)"},
        {"url": "https://example.com/unnamed"},
        {"displayName": "No address"},
        "https://example.com/bare",
    ]
    signal = signal_of(url="ftp://example.com", documentation__links=links)
    assert signal.links == (Link("https://example.com/unnamed", "https://example.com/unnamed"),)
    assert signal.fields["unreadable"] == ["documentation.links", "documentation.links.url", "url"]


@pytest.mark.parametrize(
    ("changes", "summary"),
    [
        ({"summary": "  It is slow. "}, "It is slow."),
        ({"summary": ""}, "API CPU: CPU over 90 % on api-1"),
        (
            {"summary": None, "resource_display_name": GONE},
            "API CPU: CPU over 90 % on acme-prod api-1",
        ),
        ({"summary": {}, "condition_name": GONE, "policy_name": GONE}, "CPU over 90 % on api-1"),
    ],
)
def test_summary(changes: Any, summary: str) -> None:
    assert signal_of(**changes).summary == summary


def test_identity_and_state_are_enough_for_a_page() -> None:
    parsed = parse({"incident": {"incident_id": "0.abc", "state": "open"}})
    assert isinstance(parsed, Accepted)
    (signal,) = parsed.signals
    assert signal.summary == "Google Cloud incident 0.abc"
    assert (signal.at, signal.severity, signal.links, signal.where) == (NOW, None, (), {})
    other = parse({"incident": {"incident_id": "0.xyz", "state": "open"}})
    assert isinstance(other, Accepted)
    assert other.signals[0].fingerprint != signal.fingerprint


@pytest.mark.parametrize("name", sorted(COMPLETE["incident"].keys() - {"incident_id", "state"}))
@pytest.mark.parametrize(
    "value",
    [[], {}, True, "x", 10**300, -1, None, GONE],
    ids=lambda value: "gone" if value is GONE else repr(value)[:9],
)
def test_no_secondary_field_costs_a_page(name: str, value: object) -> None:
    assert signal_of(**{name: value}).occurrence == "0.opqiw61fsv7p"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"incident_id": "0.other"}, id="the next incident of a flapping condition"),
        pytest.param({"state": "closed", "ended_at": 1}, id="its end"),
        pytest.param({"started_at": 5, "observed_value": "0.99"}, id="another time and value"),
        pytest.param({"summary": "x", "severity": "WARNING"}, id="another summary, severity"),
        pytest.param({"scoping_project_id": GONE}, id="the project from the address"),
        pytest.param({"policy_name": "x", "condition_name": "y"}, id="renamed: the id counts"),
        pytest.param({"resource__labels__instance_id": 11223344}, id="a label as number"),
        pytest.param({"resource_display_name": "x", "resource_name": "y"}, id="renamed resource"),
    ],
)
def test_stays_the_same_trouble(changes: Any) -> None:
    assert signal_of(**changes).fingerprint == signal_of().fingerprint


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"scoping_project_id": "acme-test"}, id="another project"),
        pytest.param({"condition__name": "projects/p/x"}, id="another condition"),
        pytest.param({"condition": GONE}, id="no condition id: policy and condition name"),
        pytest.param({"resource__type": "k8s_node"}, id="another type of resource"),
        pytest.param({"resource__labels__instance_id": "5"}, id="another resource"),
        pytest.param({"resource__labels__zone": GONE}, id="a label less"),
    ],
)
def test_is_another_trouble(changes: Any) -> None:
    assert signal_of(**changes).fingerprint != signal_of().fingerprint


def test_without_ids_the_names_tell_troubles_apart() -> None:
    def of(**changes: Any) -> str:
        return signal_of(condition=GONE, resource=GONE, **changes).fingerprint

    assert of() == of(incident_id="0.other")
    assert len({of(), of(policy_name="x"), of(condition_name="x"), of(resource_id="5")}) == 4
    assert of(resource_id=None) != of(resource_id=None, resource_name="db-1")


@pytest.mark.parametrize(
    ("changes", "scope"),
    [
        pytest.param({}, "acme-prod", id="the project that has the policy"),
        pytest.param({"scoping_project_id": GONE}, "acme-prod", id="from the address"),
        pytest.param(
            {"scoping_project_id": GONE, "url": GONE}, "", id="never that of the resource"
        ),
        pytest.param({"scoping_project_id": "x" * 129}, "", id="endless"),
        pytest.param({"scoping_project_id": "acme @bob"}, "", id="no id of a project"),
    ],
)
def test_scope(changes: Any, scope: str) -> None:
    assert signal_of(**changes).scope == scope


def test_equal_bodies_are_one_delivery_for_a_moment_and_repeats_later() -> None:
    def id_at(seconds: float, **changes: Any) -> str:
        parsed = parse(notification(**changes), NOW + timedelta(seconds=seconds))
        assert isinstance(parsed, Accepted)
        return parsed.delivery_id

    assert id_at(0) == id_at(9.9)
    assert id_at(0) != id_at(10)
    assert id_at(0) != id_at(0, observed_value="0.98")


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "type", "labels", "url", "links", "content", "displayName"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(sorted(COMPLETE["incident"])), json_values), st.booleans())
def test_total_on_mutated_notifications(changes: dict[str, Any], keep: bool) -> None:
    incident = {**(COMPLETE["incident"] if keep else {}), **changes}
    try:
        parsed = parse({"incident": incident})
    except Malformed:
        assert not keep or {"incident_id", "state"} & set(changes)
    else:
        assert isinstance(parsed, Accepted)


@given(st.binary())
def test_total_on_any_bytes(body: bytes) -> None:
    with pytest.raises(Malformed):
        parse(body)


@pytest.mark.parametrize(
    ("headers", "query", "known"),
    [
        pytest.param({}, {"auth_token": "s3cret"}, True, id="in the address"),
        pytest.param({}, {"auth_token": "a b/c="}, True, id="a plus in it, not encoded"),
        pytest.param({"Authorization": "s3cret"}, {}, True, id="basic"),
        pytest.param({"Authorization": "s3cret"}, {"auth_token": "x"}, True, id="either will do"),
        pytest.param({"Authorization": "x"}, {"auth_token": "x"}, False, id="both wrong"),
        pytest.param({}, {"token": "s3cret"}, False, id="another name"),
        pytest.param({}, {}, False, id="none"),
    ],
)
def test_who_may_send(headers: dict[str, str], query: dict[str, str], known: bool) -> None:
    encoded = {
        name: "Basic " + base64.b64encode(f"google:{password}".encode()).decode()
        for name, password in headers.items()
    }
    if known:
        SOURCE.verify(b"", encoded, query, ["a+b/c=", "s3cret"], NOW)
    else:
        with pytest.raises(Unverified):
            SOURCE.verify(b"", encoded, query, ["a+b/c=", "s3cret"], NOW)
