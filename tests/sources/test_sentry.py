"""Sentry's messages as they come, as they should not, and what of them never reaches an issue."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core import wire
from ghapp.core.facts import Link, Signal, Status
from ghapp.core.source import Accepted, Nothing, Parsed
from ghapp.core.strict_json import Malformed
from ghapp.core.verify import Unverified
from ghapp.model.names import Severity
from ghapp.sources._sentry import veiled
from ghapp.sources.sentry import SOURCE
from tests.support import sentry

CORPUS = Path(__file__).parents[1] / "corpus/sentry"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SEEN = NOW - timedelta(seconds=89)
EARLY, ENDED = NOW - timedelta(minutes=10), NOW - timedelta(minutes=1)
RESOURCES = ("event_alert", "issue", "metric_alert")


def parse(
    message: Any, resource: str = "event_alert", now: datetime = NOW, **headers: str
) -> Parsed:
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return SOURCE.parse(body, {"Sentry-Hook-Resource": resource, **named}, {}, now)


def signal_of(message: Any, resource: str = "event_alert") -> Signal:
    parsed = parse(message, resource)
    assert isinstance(parsed, Accepted)
    (signal,) = parsed.signals
    return signal


def event(**changes: Any) -> Signal:
    return signal_of(sentry.event_alert(**{"received": SEEN.timestamp(), **changes}))


def issue(*words: str, **changes: Any) -> Signal:
    return signal_of(sentry.issue(*words, **changes), "issue")


def metric(*words: str, **changes: Any) -> Signal:
    return signal_of(sentry.metric_alert(*words, **{"started": EARLY, **changes}), "metric_alert")


def test_a_complete_issue_alert() -> None:
    signal = signal_of((CORPUS / "event_alert-error.json").read_bytes())
    place = {
        "project": "checkout",
        "environment": "production",
        "release": "shop@2.4.1",
        "culprit": "shop.checkout in pay",
        "rule": "Payments fail",
    }
    event_id = "e4874d664c3540c1a32eab185f12c5ab"
    assert signal == Signal(
        source="sentry",
        fingerprint=signal.fingerprint,
        occurrence="1117540176",
        status=Status.FIRING,
        at=SEEN,
        summary="ZeroDivisionError: division by zero",
        severity=Severity.SEV2,
        started_at=SEEN,
        links=(
            Link(
                "Event in Sentry",
                f"{sentry.HOST}/organizations/acme/issues/1117540176/events/{event_id}/",
            ),
        ),
        where=place,
        fields={
            "resource": "event_alert",
            "action": "triggered",
            "level": "error",
            **place,
            "event": {
                "event_id": event_id,
                "issue_id": "1117540176",
                "level": "error",
                "type": "error",
                "title": "ZeroDivisionError: division by zero",
                "culprit": "shop.checkout in pay",
                "platform": "python",
                "environment": "production",
                "release": "shop@2.4.1",
                "metadata": {
                    "type": "ZeroDivisionError",
                    "filename": "shop/checkout.py",
                    "function": "pay",
                },
                "tags": {
                    "environment": "production",
                    "level": "error",
                    "release": "shop@2.4.1",
                    "server_name": "checkout-7f9c",
                    "runtime": "CPython 3.11.7",
                },
            },
        },
    )
    assert signal.fingerprint.startswith("sentry:")
    assert len(signal.fingerprint) == len("sentry:") + 24


IGNORED = "nothing to do"
OUTCOMES = {
    "comment-created": IGNORED,
    "error-created": IGNORED,
    "event_alert-error": "firing sev2: ZeroDivisionError: division by zero",
    "event_alert-fatal": "firing sev1: ZeroDivisionError: division by zero",
    "event_alert-hostile_text": "firing none: @bob fixes #1 <!-- ghapp {} --> ``` "
    "[x](javascript:alert(1)) \u202e /resolve",
    "event_alert-no_event": "data.event.issue_id is not an id",
    "event_alert-no_issue_at_all": "data.event.issue_id is not an id",
    "event_alert-no_issue_id": "firing sev2: ZeroDivisionError: division by zero",
    "event_alert-sample": "test message",
    "event_alert-tags_of_all_kinds": "firing sev2: ZeroDivisionError: division by zero",
    "event_alert-unknown_action": IGNORED,
    "event_alert-warning_in_browser": "firing sev3: Error: [e-mail] is not invited",
    "event_alert-wrong_types": "firing none: 7",
    "installation-created": IGNORED,
    "issue-archived": "resolved sev2: ZeroDivisionError: division by zero",
    "issue-assigned": IGNORED,
    "issue-created": IGNORED,
    "issue-ignored": "resolved sev2: ZeroDivisionError: division by zero",
    "issue-key_twice": "an object has the same key twice",
    "issue-list": "not an object",
    "issue-resolved": "resolved sev2: ZeroDivisionError: division by zero",
    "issue-resolved-minimal": "resolved none: Sentry issue 1",
    "issue-resolved-no_id": "data.issue.id is not an id",
    "issue-resolved-odd_id": "data.issue.id is not an id",
    "issue-resolved_but_back": "the issue has changed since",
    "issue-unresolved": "firing sev2, if known: ZeroDivisionError: division by zero",
    "metric_alert-critical": "firing sev1: Too many errors",
    "metric_alert-minimal": "firing sev1: Alert 4",
    "metric_alert-no_id": "data.metric_alert.id is not an id",
    "metric_alert-open": "firing none: Too many errors",
    "metric_alert-resolved": "resolved none: Too many errors",
    "metric_alert-resolved_without_end": "resolved none: Too many errors",
    "metric_alert-unknown_action": IGNORED,
    "metric_alert-warning": "firing sev3: Too many errors",
    "metric_alert-wrong_types": "firing sev1: Critical: Too many errors",
}


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.json")), ids=lambda path: path.stem)
def test_corpus(path: Path) -> None:
    try:
        parsed = parse(path.read_bytes(), path.stem.partition("-")[0])
    except Malformed as refused:
        outcome = str(refused)
    else:
        if isinstance(parsed, Nothing):
            outcome = parsed.reason
        else:
            (signal,) = parsed.signals
            severity = signal.severity.label if signal.severity else "none"
            rule = ", if known" if signal.only_known else ""
            outcome = f"{signal.status} {severity}{rule}: {signal.summary}"
    assert outcome == OUTCOMES[path.stem]


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.json")), ids=lambda path: path.stem)
@pytest.mark.parametrize("resource", RESOURCES)
def test_nothing_of_a_person_is_kept(path: Path, resource: str) -> None:
    """Whichever resource the header claims: it is not signed."""
    try:
        parsed = parse(path.read_bytes(), resource)
    except Malformed:
        return
    if isinstance(parsed, Accepted):
        kept = wire.encode(parsed.signals[0]).decode()
        assert [private for private in sentry.PRIVATE if private in kept] == []


def test_what_is_private_stands_in_the_messages() -> None:
    sent = json.dumps([sentry.event_alert(), sentry.issue(), sentry.metric_alert()])
    assert [private for private in sentry.PRIVATE if private not in sent] == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("alice@example.com is unknown", "[e-mail] is unknown"),
        ("<Alice+test@mail.example.co>", "<[e-mail]>"),
        ("shop@2.4.1", "shop@2.4.1"),
        ("@alice and user@localhost", "@alice and user@localhost"),
        ("x" * 30, "x" * 19 + "…"),
    ],
)
def test_addresses_of_people_are_veiled(text: str, shown: str) -> None:
    most = 20 if len(text) == 30 else 100
    assert veiled(text, most) == shown


@pytest.mark.parametrize(
    ("level", "severity"),
    [
        ("fatal", Severity.SEV1),
        ("Error", Severity.SEV2),
        ("warning", Severity.SEV3),
        ("info", Severity.SEV4),
        ("debug", Severity.SEV4),
        ("sample", None),
        ("", None),
    ],
)
def test_severity_is_the_level(level: str, severity: Severity | None) -> None:
    assert event(level=level).severity == severity
    assert issue("unresolved", level=level).severity == severity


class TestFingerprint:
    def test_an_issue_is_one_trouble_whatever_says_so(self) -> None:
        same = event().fingerprint
        assert event(title="x", level="fatal", release=None).fingerprint == same
        assert {issue(action).fingerprint for action in ("unresolved", "resolved", "archived")} == {
            same
        }
        assert {event().occurrence, issue().occurrence} == {"1117540176"}
        assert event(issue="2").fingerprint != same

    def test_a_metric_rule_is_one_trouble_and_each_crossing_an_episode(self) -> None:
        first, again = metric("critical", "4"), metric("warning", "5")
        assert (first.fingerprint, first.occurrence) == (again.fingerprint, "904")
        assert again.occurrence == "905"
        assert metric("critical", "4", rule="8").fingerprint != first.fingerprint

    def test_ids_are_of_one_organization(self) -> None:
        elsewhere = sentry.event_alert(received=SEEN.timestamp())
        elsewhere["installation"]["uuid"] = "another"
        assert signal_of(elsewhere).fingerprint != event().fingerprint

    def test_a_rule_without_id_is_known_by_its_name(self) -> None:
        named = {"alert_rule": {"name": "Too many errors"}}
        assert metric("critical", "4", **named).fingerprint == (
            metric("critical", "5", **named).fingerprint
        )


class TestTimes:
    @pytest.mark.parametrize(
        ("changes", "at"),
        [
            pytest.param({}, SEEN, id="when Sentry received it"),
            pytest.param({"received": SEEN.timestamp() + 0.25}, SEEN, id="parts of a second"),
            pytest.param(
                {"datetime": "2026-03-02T09:20:00.5+00:00", "cut": "received"}, EARLY, id="its own"
            ),
            pytest.param({"datetime": "2026-03-02T09:20:00", "cut": "received"}, NOW, id="no zone"),
            pytest.param(
                {"datetime": "2026-99-02T09:20:00Z", "cut": "received"}, NOW, id="no month"
            ),
            pytest.param(
                {"datetime": "9999-12-31T23:59:59-10:00", "cut": "received"},
                NOW,
                id="beyond the calendar",
            ),
            pytest.param({"datetime": ..., "cut": "received"}, NOW, id="none"),
            pytest.param(
                {"received": 1566248777.677}, NOW - timedelta(hours=1), id="years ago: told now"
            ),
            pytest.param(
                {"received": NOW.timestamp() + 200_000, "datetime": None}, NOW, id="far ahead"
            ),
        ],
    )
    def test_of_an_event(self, changes: Any, at: datetime) -> None:
        cut = changes.get("cut")
        rest = {name: value for name, value in changes.items() if name != "cut"}
        message = sentry.event_alert(**{"received": SEEN.timestamp(), **rest})
        if cut:
            del message["data"]["event"][cut]
        assert abs(signal_of(message).at - at) < timedelta(seconds=1)

    def test_of_an_issue_is_that_of_arrival(self) -> None:
        assert {issue(action).at for action in ("resolved", "unresolved")} == {NOW}

    @pytest.mark.parametrize(
        ("action", "started", "closed", "at"),
        [
            pytest.param("critical", EARLY, None, EARLY, id="since when"),
            pytest.param("resolved", EARLY, ENDED, ENDED, id="until when"),
            pytest.param("resolved", EARLY, None, NOW, id="it does not say until when"),
            pytest.param(
                "resolved",
                ENDED,
                ENDED - timedelta(seconds=40),
                ENDED,
                id="cut to the minute, before it began",
            ),
            pytest.param(
                "critical", NOW - timedelta(days=9), None, NOW - timedelta(hours=1), id="long since"
            ),
            pytest.param(
                "resolved",
                NOW - timedelta(days=9),
                NOW - timedelta(days=8),
                NOW - timedelta(hours=1),
                id="long over: told now",
            ),
        ],
    )
    def test_of_a_metric_alert(
        self, action: str, started: datetime, closed: datetime | None, at: datetime
    ) -> None:
        assert metric(action, started=started, closed=closed).at == at


class TestWhatOpens:
    """A rule of Sentry's, not each new issue; but what was an incident comes back with its issue."""

    def test_not_a_new_issue(self) -> None:
        assert parse(sentry.issue("created"), "issue") == Nothing("nothing to do")

    def test_one_that_is_back_by_itself_only_by_a_rule_in_owners_yaml(self) -> None:
        signal = issue("unresolved")
        assert (signal.status, signal.only_known) == (Status.FIRING, True)
        assert signal.fields["action"] == "unresolved"

    def test_alerts_always(self) -> None:
        assert not event().only_known
        assert not metric().only_known

    @pytest.mark.parametrize(
        ("action", "status"),
        [("resolved", "unresolved"), ("archived", "unresolved"), ("unresolved", "resolved")],
    )
    def test_a_late_message_about_an_issue_that_has_changed_since_says_nothing(
        self, action: str, status: str
    ) -> None:
        found = parse(sentry.issue(action, status=status), "issue")
        assert found == Nothing("the issue has changed since")

    def test_a_test_notification_opens_nothing(self) -> None:
        assert parse(sentry.sample()) == Nothing("test message")


@pytest.mark.parametrize("resource", ["", " "])
def test_without_its_resource_it_is_malformed(resource: str) -> None:
    with pytest.raises(Malformed, match="Sentry-Hook-Resource"):
        parse(sentry.event_alert(), resource)
    with pytest.raises(Malformed, match="Sentry-Hook-Resource"):
        SOURCE.parse(b"{}", {}, {}, NOW)


class TestDelivery:
    def test_is_known_by_its_id_and_what_was_signed(self) -> None:
        def of(body: bytes, seconds: float = 0, **headers: str) -> str:
            parsed = parse(body, now=NOW + timedelta(seconds=seconds), **headers)
            assert isinstance(parsed, Accepted)
            return parsed.delivery_id

        one, other = (json.dumps(sentry.event_alert(name)).encode() for name in "12")
        assert of(one, Request_ID="a") == of(one, 3600, Request_ID="a")
        assert of(one, Request_ID="a") != of(one, Request_ID="b")
        assert of(one, Request_ID="a") != of(other, Request_ID="a")
        assert of(one, Request_ID="\udcff")
        assert of(one) == of(one, 9.9)
        assert of(one) != of(one, 10)

    def test_a_repeat_counts_but_not_an_end(self) -> None:
        fires, over = parse(sentry.event_alert()), parse(sentry.issue(), "issue")
        assert isinstance(fires, Accepted)
        assert isinstance(over, Accepted)
        assert (fires.repeats, over.repeats) == (True, False)


@pytest.mark.parametrize(
    ("secret", "signed", "known"),
    [
        pytest.param("s3cret", b"{}", True, id="signed"),
        pytest.param("old", b"{}", True, id="by the secret before"),
        pytest.param("guess", b"{}", False, id="by another secret"),
        pytest.param("s3cret", b"{ }", False, id="another body"),
    ],
)
def test_who_may_send(secret: str, signed: bytes, known: bool) -> None:
    headers = sentry.headers(signed, "issue", secret)
    if known:
        SOURCE.verify(b"{}", headers, {}, ["old", "s3cret"], NOW)
    else:
        with pytest.raises(Unverified):
            SOURCE.verify(b"{}", headers, {}, ["old", "s3cret"], NOW)


def test_a_large_event_takes_a_fraction_of_the_second_that_sentry_waits() -> None:
    message = sentry.event_alert(breadcrumbs={"values": [{"message": "x" * 900}] * 1_000})
    body = json.dumps(message).encode()
    headers = sentry.headers(body, "event_alert", "s3cret")
    began = time.process_time()
    SOURCE.verify(body, headers, {}, ["s3cret"], NOW)
    SOURCE.parse(body, headers, {}, NOW)
    assert len(body) > 900_000
    assert time.process_time() - began < 0.2


plain_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | plain_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(plain_text, inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(RESOURCES), st.data())
def test_nothing_but_the_id_costs_a_page(resource: str, data: st.DataObject) -> None:
    message = {
        "event_alert": sentry.event_alert(),
        "issue": sentry.issue("unresolved"),
        "metric_alert": sentry.metric_alert(),
    }[resource]
    part = message["data"][{"event_alert": "event"}.get(resource, resource)]
    names = set(part) - {"id", "identifier", "issue_id", "status", "tags"}
    part.update(data.draw(st.dictionaries(st.sampled_from(sorted(names)), json_values)))
    message["installation"] = data.draw(json_values)
    assert isinstance(parse(message, resource), Accepted)
