"""The generic sender's alerts: plain ones, CloudEvents, lists of them, and what must not get in."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.facts import Link, Signal, Status
from ghapp.core.source import Accepted, Nothing, Parsed, Unsupported
from ghapp.core.strict_json import Malformed
from ghapp.core.verify import Unverified
from ghapp.model.names import Severity
from ghapp.sources._alerts_time import rfc3339
from ghapp.sources.alerts import SOURCE, check

CORPUS = Path(__file__).parents[1] / "corpus/alerts"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
OCCURRED = datetime(2026, 3, 2, 9, 28, 31, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
HEADERS = {"webhook-id": "msg_1", "Content-Type": "application/json"}
FIRING, RESOLVED = Status.FIRING, Status.RESOLVED


def parse(message: Any, headers: Mapping[str, str] = HEADERS) -> Parsed:
    return SOURCE.parse(json.dumps(message).encode(), headers, {}, NOW)


def signals(parsed: Parsed) -> Sequence[Signal]:
    assert isinstance(parsed, Accepted)
    assert parsed.delivery_id == "msg_1"
    assert not parsed.repeats
    return parsed.signals


def signal(**members: Any) -> Signal:
    """Of an alert with some members besides its key and status."""
    [found] = signals(parse({"dedup_key": "k", "status": "firing"} | members))
    return found


def of(name: str) -> Parsed:
    return SOURCE.parse((CORPUS / f"{name}.json").read_bytes(), HEADERS, {}, NOW)


Expected = list[tuple[Status, datetime, str, Severity | None]]
ACCEPTED: dict[str, Expected] = {
    "firing": [
        (
            FIRING,
            OCCURRED + timedelta(milliseconds=250),
            "Backup of orders-db failed",
            Severity.SEV1,
        )
    ],
    "resolved": [(RESOLVED, OCCURRED + timedelta(seconds=59), "backup/orders-db", None)],
    "minimal": [(FIRING, NOW, "vpn", None)],
    "loose-spelling": [(FIRING, NOW, "vpn", Severity.SEV3)],
    "cloudevent": [(FIRING, OCCURRED, "Nightly export failed", Severity.SEV2)],
    "cloudevent-odd-attributes": [(FIRING, NOW, "k", None)],
    "cloudevent-batch": [
        (FIRING, NOW, "EU is unreachable", None),
        (RESOLVED, NOW + MICROSECOND, "probe/us", None),
    ],
    "list": [
        (FIRING, NOW, "a", None),
        (RESOLVED, NOW + MICROSECOND, "a", None),
        (FIRING, NOW + 2 * MICROSECOND, "a", None),
    ],
    "values-that-say-nothing": [(FIRING, NOW, "k", None)],
    "date-far-ahead": [(RESOLVED, NOW, "k", None)],
    "date-without-offset": [(FIRING, NOW, "k", None)],
    "date-beyond-the-calendar": [(FIRING, NOW, "k", None)],
    "hostile-text": [
        (FIRING, NOW, "@alice @acme/platform fixes #1\u202e \r\n/resolve", None),
    ],
}
REFUSED = {
    "no-key": "dedup_key is not a text",
    "blank-key": "dedup_key is not a text",
    "key-too-long": "1 to 256 characters",
    "key-is-an-object": "dedup_key is not a text",
    "everything-secondary-is-wrong": "title is not a text",
    "no-status": "status is neither firing nor resolved",
    "unknown-status": "status is neither firing nor resolved",
    "text": "not an object",
    "null": "not an object",
    "key-twice": "same key twice",
    "half-a-surrogate-pair": "surrogate",
    "nul": r"U\+0000",
    "not-a-number": "NaN",
    "too-deep": "nested deeper",
    "cloudevent-0-3": "specversion is not '1.0'",
    "cloudevent-without-data": "data of the CloudEvent is not an object",
    "cloudevent-base64": "data of the CloudEvent is not an object",
    "list-with-one-bad": "alert 2 of the list: status",
    "list-in-a-list": "not an object",
    "list-too-long": "more than 100",
}


@pytest.mark.parametrize(("name", "expected"), ACCEPTED.items(), ids=ACCEPTED)
def test_what_an_alert_becomes(name: str, expected: Expected) -> None:
    found = [(one.status, one.at, one.summary, one.severity) for one in signals(of(name))]
    assert found == expected


@pytest.mark.parametrize(("name", "says"), REFUSED.items(), ids=REFUSED)
def test_refuses(name: str, says: str) -> None:
    with pytest.raises(Malformed, match=says):
        of(name)


def test_an_empty_list_asks_for_nothing() -> None:
    assert of("empty-list") == Nothing("empty list")


def test_every_payload_of_the_corpus_has_its_outcome() -> None:
    names = {path.stem for path in CORPUS.iterdir()}
    assert names == {*ACCEPTED, *REFUSED, "empty-list"}


def test_a_complete_alert() -> None:
    [found] = signals(of("firing"))
    assert found.source == "alerts"
    assert found.started_at == found.at
    assert found.documentation.startswith("pg_dump exited with 1.")
    assert found.links == (Link("Details", "https://jenkins.acme.example/job/backup/118/"),)
    assert found.where == {"label service": "orders", "label env": "prod", "label attempt": "3"}
    assert found.fields["labels"]["service"] == "orders"
    assert "unreadable" not in found.fields
    assert "cloudevent" not in found.fields


def test_a_cloudevent_says_where_it_is_from() -> None:
    [found] = signals(of("cloudevent"))
    assert found.where == {
        "sent by": "https://scheduler.acme.example",
        "subject": "nightly-export",
    }
    assert found.fields["dedup_key"] == "nightly-export"
    assert found.fields["cloudevent"]["type"] == "example.acme.job.failed"
    assert "data" not in found.fields["cloudevent"]


def test_firing_and_resolved_are_one_episode_of_one_trouble() -> None:
    [firing], [resolved] = signals(of("firing")), signals(of("resolved"))
    assert (firing.fingerprint, firing.occurrence) == (resolved.fingerprint, resolved.occurrence)
    assert firing.at < resolved.at
    assert resolved.started_at is None


def test_other_keys_are_other_troubles() -> None:
    keys = ["a", "A", "a b", "ab", "1", "01"]
    assert len({signal(dedup_key=key).fingerprint for key in keys}) == len(keys)
    assert signal(dedup_key="1").fingerprint == signal(dedup_key=" 1 ").fingerprint


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("dedup_key", 1, "dedup_key is not a text of 1 to 256 characters"),
        ("status", True, "status is neither firing nor resolved"),
        ("title", 5, "title is not a text"),
        ("severity", 1, "severity is not a text"),
        ("body", ["a"], "body is not a text"),
        ("link", {}, "link is not a text"),
        ("labels", ["a"], "labels is not an object"),
        ("occurred_at", 1795404362, "occurred_at is not a text"),
    ],
)
def test_another_type_is_refused(name: str, value: object, says: str) -> None:
    with pytest.raises(Malformed) as refused:
        signal(**{name: value})
    assert str(refused.value) == says


@pytest.mark.parametrize("name", ["title", "severity", "body", "link", "labels", "occurred_at"])
def test_null_is_nothing(name: str) -> None:
    assert "unreadable" not in signal(**{name: None}).fields


@pytest.mark.parametrize(
    ("name", "unreadable"),
    [
        (
            "values-that-say-nothing",
            ["labels.a", "link", "occurred_at", "severity"],
        ),
        ("date-far-ahead", ["occurred_at"]),
        ("date-without-offset", ["occurred_at"]),
        ("date-beyond-the-calendar", ["occurred_at"]),
        (
            "cloudevent-odd-attributes",
            ["cloudevent.source", "cloudevent.subject", "cloudevent.time"],
        ),
    ],
)
def test_what_cannot_be_read_is_listed(name: str, unreadable: list[str]) -> None:
    [found] = signals(of(name))
    assert found.fields["unreadable"] == unreadable


def test_an_alerts_own_time_goes_before_its_cloudevents() -> None:
    event = {"specversion": "1.0", "time": "2026-03-02T08:00:00Z"}
    data = {"dedup_key": "k", "status": "firing"}
    [own] = signals(parse({**event, "data": {**data, "occurred_at": "2026-03-02T09:28:31Z"}}))
    assert own.at == OCCURRED
    [broken] = signals(parse({**event, "data": {**data, "occurred_at": "soon"}}))
    assert broken.at == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert broken.fields["unreadable"] == ["occurred_at"]


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("sev1", Severity.SEV1),
        ("SEV4", Severity.SEV4),
        ("critical", Severity.SEV1),
        ("Error", Severity.SEV2),
        ("high", Severity.SEV2),
        ("warning", Severity.SEV3),
        ("info", Severity.SEV4),
        ("", None),
        (None, None),
        ("sev5", None),
    ],
)
def test_severities(word: object, severity: Severity | None) -> None:
    assert signal(severity=word).severity == severity


@pytest.mark.parametrize(
    "link", ["https://user name@acme.example/", "ftp://acme.example/", "acme.example", "//x"]
)
def test_unsafe_links_are_left_out(link: object) -> None:
    assert signal(link=link).links == ()


BINARY = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "/x", "ce-type": "t"}


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(BINARY, id="binary mode"),
        pytest.param({"CE-Id": "1"}, id="one header of binary mode, in capitals"),
        pytest.param({"Content-Type": "application/cloudevents+xml"}, id="xml"),
        pytest.param({"Content-Type": "application/cloudevents-batch+avro"}, id="avro"),
        pytest.param({"Content-Type": "application/cloudevents"}, id="no format"),
    ],
)
def test_forms_that_are_never_taken(headers: dict[str, str]) -> None:
    with pytest.raises(Unsupported):
        parse({"dedup_key": "k", "status": "firing"}, HEADERS | headers)


@pytest.mark.parametrize(
    "content_type",
    [
        "application/cloudevents+json",
        "Application/CloudEvents+JSON; charset=utf-8",
        "application/cloudevents-batch+json",
    ],
)
def test_what_calls_itself_a_cloudevent_must_be_one(content_type: str) -> None:
    headers = HEADERS | {"Content-Type": content_type}
    alert = {"dedup_key": "k", "status": "firing"}
    parse({"specversion": "1.0", "data": alert}, headers)
    parse({"specversion": "1.0", "data": alert}, headers | BINARY)
    with pytest.raises(Malformed, match="specversion"):
        parse(alert, headers)
    with pytest.raises(Malformed, match="specversion"):
        parse([alert], headers)


@pytest.mark.parametrize("delivery_id", [None, "", "x" * 257, "é", "a\tb", "\udcff"])
def test_a_message_without_a_usable_id_is_malformed(delivery_id: str | None) -> None:
    with pytest.raises(Malformed, match="webhook-id"):
        parse({}, {} if delivery_id is None else {"webhook-id": delivery_id})


def test_only_who_knows_the_secret_gets_in() -> None:
    body, key = b"{}", b"k" * 24
    at = str(int(NOW.timestamp()))
    mac = hmac.new(key, f"msg_1.{at}.".encode() + body, hashlib.sha256).digest()
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": at,
        "webhook-signature": "v1," + base64.b64encode(mac).decode(),
    }
    secret = "whsec_" + base64.b64encode(key).decode()
    check(body, headers, {}, [secret], NOW)
    with pytest.raises(Unverified):
        check(body, headers, {}, [secret], NOW + timedelta(minutes=6))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("2026-03-02T09:28:31Z", OCCURRED, id="UTC"),
        pytest.param("2026-03-02t09:28:31z", OCCURRED, id="small letters"),
        pytest.param("2026-03-02 09:28:31Z", OCCURRED, id="a blank"),
        pytest.param("2026-03-02T10:28:31+01:00", OCCURRED, id="east"),
        pytest.param("2026-03-02T04:28:31-05:00", OCCURRED, id="west"),
        pytest.param("2026-03-02T09:28:31-00:00", OCCURRED, id="unknown local offset"),
        pytest.param("2026-03-02T09:28:31.0000009Z", OCCURRED, id="below a microsecond"),
        pytest.param("2026-03-02T09:28:31.5Z", OCCURRED.replace(microsecond=500_000), id="half"),
        pytest.param(
            "2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC), id="leap"
        ),
        pytest.param("2026-03-02T09:28:31", None, id="no offset"),
        pytest.param("2026-03-02", None, id="no time"),
        pytest.param("2026-02-30T09:28:31Z", None, id="no such day"),
        pytest.param("2026-03-02T24:00:00Z", None, id="no such hour"),
        pytest.param("2026-03-02T09:28:61Z", None, id="no such second"),
        pytest.param("2026-03-02T09:28:31+24:00", None, id="no such offset"),
        pytest.param("0000-01-01T00:00:00Z", None, id="no such year"),
        pytest.param("0001-01-01T00:00:00+00:01", None, id="before the calendar"),
        pytest.param("9999-12-31T23:59:59-00:01", None, id="after the calendar"),
        pytest.param("٢٠٢٦-03-02T09:28:31Z", None, id="digits of another script"),
        pytest.param("2026-W10-1T09:28:31Z", None, id="a week"),
        pytest.param("20260302T092831Z", None, id="the basic form"),
        pytest.param("1772443711", None, id="seconds"),
        pytest.param("2026-03-02T09:28:31Z\n", None, id="a line end"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_times(text: str, expected: datetime | None) -> None:
    assert rfc3339(text) == expected


@given(
    st.datetimes(
        timezones=st.integers(-1439, 1439).map(
            lambda minutes: timezone(timedelta(minutes=minutes))
        ),
        min_value=datetime(2, 1, 1),
        max_value=datetime(9998, 12, 31),
    )
)
def test_reads_every_time_that_python_writes(at: datetime) -> None:
    assert rfc3339(at.isoformat()) == at


@given(st.text() | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]*)?[+-][0-9:]{5}"))
def test_reading_a_time_is_total(text: str) -> None:
    rfc3339(text)
