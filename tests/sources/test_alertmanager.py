"""Alertmanager's messages as they come, as they should not, and what a series of them comes to."""

import base64
import itertools
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.facts import Alert, Link, Signal, Status
from ghapp.core.incident import Episode
from ghapp.core.source import Accepted, Parsed
from ghapp.core.strict_json import Malformed
from ghapp.core.verify import Unverified
from ghapp.model.names import Severity
from ghapp.sources._prometheus_signals import EPISODES, MESSAGE_LASTS
from ghapp.sources.alertmanager import SOURCE
from tests.support.prometheus import NEVER, alert, at, group, resolved

CORPUS = Path(__file__).parents[1] / "corpus/alertmanager"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
EARLY, LATE, ENDED = (NOW - timedelta(minutes=minutes) for minutes in (20, 10, 5))
ERRORS = alert(started=EARLY, instance="api-1", cluster="eu")
SLOW = alert("Slow", severity="warning", started=LATE, instance="api-1", cluster="eu")


def parse(message: Any, now: datetime = NOW) -> Parsed:
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return SOURCE.parse(body, {}, {}, now)


def signals_of(*alerts: Any, now: datetime = NOW, **changes: Any) -> tuple[Signal, ...]:
    parsed = parse(group(*alerts, **changes), now)
    assert isinstance(parsed, Accepted)
    return parsed.signals


def firing(signals: tuple[Signal, ...]) -> list[str]:
    return [signal.occurrence for signal in signals if signal.status is Status.FIRING]


def test_a_complete_message() -> None:
    body = (CORPUS / "firing.json").read_bytes()
    parsed = parse(body)
    assert isinstance(parsed, Accepted)
    (signal,) = parsed.signals
    started = datetime(2026, 3, 2, 9, 20, 0, 120000, tzinfo=UTC)
    labels = {
        "alertname": "HighErrorRate",
        "severity": "critical",
        "instance": "api-1:9100",
        "service": "api",
        "cluster": "eu",
    }
    message = json.loads(body)
    assert signal == Signal(
        source="alertmanager",
        fingerprint=signal.fingerprint,
        occurrence=message["alerts"][0]["fingerprint"],
        status=Status.FIRING,
        at=started,
        summary="5xx ratio of api is above 5 %",
        severity=Severity.SEV1,
        started_at=started,
        documentation="12.5 % of requests failed in the last 5 minutes.",
        links=(
            Link("Runbook", "https://example.com/runbooks/api"),
            Link("Alertmanager", "http://alertmanager.acme.example:9093"),
            Link("Where it came from", message["alerts"][0]["generatorURL"]),
        ),
        where={
            "receiver": "ghapp",
            **{f"label {name}": value for name, value in labels.items()},
        },
        fields={
            **{
                name: message[name]
                for name in ("receiver", "status", "externalURL", "version", "groupKey")
            },
            "truncatedAlerts": "0",
            "groupLabels": {"alertname": "HighErrorRate", "cluster": "eu"},
            "commonLabels": labels,
            "commonAnnotations": message["commonAnnotations"],
            "labels": labels,
        },
        alerts=(
            Alert(
                "5xx ratio of api is above 5 %",
                Severity.SEV1,
                started,
                message["alerts"][0]["generatorURL"],
            ),
        ),
    )
    assert signal.fingerprint.startswith("alertmanager:")
    assert len(signal.fingerprint) == len("alertmanager:") + 24


OUTCOMES = {
    "before_fingerprints": "1 fires, 0 ended, sev1: 5xx ratio of api is above 5 %",
    "empty_group_key": "groupKey is not a text: this is not the message of a group of alerts",
    "firing": "1 fires, 0 ended, sev1: 5xx ratio of api is above 5 %",
    "grouped_by_nothing": "3 fires, 0 ended, sev1: NodeDown",
    "hostile_text": "1 fires, 0 ended, none: @bob fixes #1 <!-- ghapp {} --> ``` "
    "[x](javascript:alert(1)) \u202e /resolve",
    "key_twice": "an object has the same key twice",
    "no_alerts": "1 fires, 0 ended, sev1: 5xx ratio of api is above 5 %",
    "no_group_key": "groupKey is not a text: this is not the message of a group of alerts",
    "not_an_object": "not an object",
    "one_of_two_resolved": "1 fires, 1 ended, sev3: 5xx ratio of api is above 5 %",
    "resolved": "0 fires, 2 ended, none: 5xx ratio of api is above 5 %",
    "times_of_nowhere": "2 fires, 0 ended, sev1: 5xx ratio of api is above 5 %",
    "truncated": "2 fires, 0 ended, sev1: 5xx ratio of api is above 5 %",
    "two_firing": "2 fires, 0 ended, sev1: 5xx ratio of api is above 5 %",
    "unknown_status": "status is neither firing nor resolved",
    "watchdog": "1 fires, 0 ended, sev4: This alert always fires.",
    "wrong_types": "1 fires, 0 ended, none: alert 4f53cda18c2baa0c0354bb5f",
}


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.json")), ids=lambda path: path.stem)
def test_corpus(path: Path) -> None:
    try:
        parsed = parse(path.read_bytes())
    except Malformed as refused:
        outcome = str(refused)
    else:
        assert isinstance(parsed, Accepted)
        fires = len(firing(parsed.signals))
        first = parsed.signals[0]
        severity = first.severity.label if first.severity else "none"
        ended = len(parsed.signals) - fires
        outcome = f"{fires} fires, {ended} ended, {severity}: {first.summary}"
    assert outcome == OUTCOMES[path.stem]


def test_what_it_could_not_read_is_named_and_linked_nowhere() -> None:
    for name in ("wrong_types", "hostile_text"):
        parsed = parse((CORPUS / f"{name}.json").read_bytes())
        assert isinstance(parsed, Accepted)
        (signal,) = parsed.signals
        assert signal.links == ()
        assert {"alerts.generatorURL", "externalURL"} <= set(signal.fields["unreadable"])
        assert len(signal.occurrence) == 24
        assert signal.alerts is not None
        assert signal.alerts[0].url == ""


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("critical", Severity.SEV1),
        ("Page", Severity.SEV1),
        ("P1", Severity.SEV1),
        ("sev1", Severity.SEV1),
        ("error", Severity.SEV2),
        ("high", Severity.SEV2),
        ("sev2", Severity.SEV2),
        ("WARNING", Severity.SEV3),
        ("info", Severity.SEV4),
        ("none", Severity.SEV4),
        ("purple", None),
        ("", None),
    ],
)
def test_severity_is_a_label_in_any_case(word: str, severity: Severity | None) -> None:
    (signal,) = signals_of(alert(severity=word))
    assert signal.severity == severity


def test_severity_is_the_highest_that_fires() -> None:
    unlabelled = alert("Odd", severity=None, started=LATE)
    assert {one.severity for one in signals_of(SLOW, ERRORS, unlabelled)} == {Severity.SEV1}
    (fires, _ended) = signals_of(SLOW, resolved(ERRORS, ENDED))
    assert fires.severity == Severity.SEV3
    assert signals_of(unlabelled)[0].severity is None


class TestFingerprint:
    def test_is_of_the_groups_key_alone(self) -> None:
        def of(*alerts: Any, **changes: Any) -> str:
            (found,) = {one.fingerprint for one in signals_of(*alerts, **changes)}
            return found

        same = of(ERRORS)
        assert of(ERRORS, alert(started=LATE, instance="api-2", cluster="eu")) == same
        assert of(resolved(ERRORS, ENDED), receiver="other", externalURL="http://b:9093") == same
        assert of(SLOW) != same
        assert of(ERRORS, groupKey="{}:{}") != same

    @pytest.mark.parametrize("key", [None, "", " ", [], {}, True, ...])
    def test_without_a_key_it_is_malformed(self, key: object) -> None:
        with pytest.raises(Malformed, match="groupKey"):
            signals_of(ERRORS, groupKey=key)

    def test_an_alert_keeps_its_name_whatever_else_changes(self) -> None:
        unnamed = {name: value for name, value in ERRORS.items() if name != "fingerprint"}

        def of(one: Any) -> str:
            return signals_of(one)[0].occurrence

        assert of(ERRORS) == ERRORS["fingerprint"]
        assert of(unnamed) == of({**unnamed, "annotations": {}, "startsAt": at(LATE)})
        assert of(unnamed) != of({**unnamed, "labels": SLOW["labels"]})
        assert len(of({**ERRORS, "fingerprint": "x" * 129})) == 24


class TestTimes:
    @pytest.mark.parametrize(
        ("changes", "source_time"),
        [
            pytest.param({}, EARLY, id="since when"),
            pytest.param({"startsAt": "2026-03-02T10:10:00+01:00"}, EARLY, id="of another zone"),
            pytest.param({"startsAt": "2026-03-02T09:10:00.1Z"}, EARLY, id="tenths"),
            pytest.param({"startsAt": NEVER}, NOW, id="never"),
            pytest.param({"startsAt": "1969-12-31T23:59:59Z"}, NOW, id="before all"),
            pytest.param({"startsAt": ...}, NOW, id="absent"),
            pytest.param({"startsAt": "2026-03-02T09:10:00"}, NOW, id="no zone"),
            pytest.param({"startsAt": "2026-13-02T09:10:00Z"}, NOW, id="no month"),
            pytest.param({"startsAt": "9999-12-31T23:59:59-12:00"}, NOW, id="beyond the calendar"),
            pytest.param({"startsAt": 1772443800}, NOW, id="seconds"),
            pytest.param({"startsAt": at(NOW + timedelta(days=2))}, NOW, id="far ahead"),
            pytest.param(
                {"startsAt": "2026-03-02T09:32:00Z"}, NOW + timedelta(minutes=2), id="a bit ahead"
            ),
            pytest.param(
                {"startsAt": "2026-02-27T09:32:00Z"},
                NOW - MESSAGE_LASTS,
                id="since days: fires now",
            ),
        ],
    )
    def test_when_it_fires(self, changes: Any, source_time: datetime) -> None:
        changed = {name: value for name, value in {**ERRORS, **changes}.items() if value is not ...}
        (signal,) = signals_of(changed)
        assert abs(signal.at - source_time) < timedelta(seconds=1)

    @pytest.mark.parametrize(
        ("started", "ended", "source_time"),
        [
            pytest.param(at(EARLY), at(ENDED), ENDED, id="until when"),
            pytest.param(at(EARLY), NEVER, NOW, id="no end"),
            pytest.param(at(LATE), at(EARLY), LATE, id="turned round"),
            pytest.param(NEVER, at(ENDED), ENDED, id="no beginning"),
            pytest.param(
                at(NOW - timedelta(days=3)),
                at(NOW - timedelta(days=2)),
                NOW - MESSAGE_LASTS,
                id="days ago: over now",
            ),
        ],
    )
    def test_when_it_ends(self, started: str, ended: str, source_time: datetime) -> None:
        over = {**ERRORS, "status": "resolved", "startsAt": started, "endsAt": ended}
        (signal,) = signals_of(over)
        assert signal.status is Status.RESOLVED
        assert abs(signal.at - source_time) < timedelta(seconds=1)

    def test_shows_since_when_the_first_fires_however_long_ago(self) -> None:
        old = {**ERRORS, "startsAt": "2026-02-27T09:32:00Z"}
        signals = signals_of(SLOW, old)
        assert {one.started_at for one in signals} == {datetime(2026, 2, 27, 9, 32, tzinfo=UTC)}


def after(*messages: Any, incident: dict[str, Episode] | None = None) -> set[str]:
    """What still fires after these messages, given as pairs of arrival and alerts, were handled."""
    episodes = {} if incident is None else incident
    for now, alerts in messages:
        for signal in signals_of(*alerts, by={"cluster": "eu"}, now=now):
            episode = episodes.get(signal.occurrence, Episode())
            step = episode.fire if signal.status is Status.FIRING else episode.end
            episodes[signal.occurrence] = step(signal.at)
    return {name for name, episode in episodes.items() if episode.firing}


class TestASeries:
    """The incident is over when every alert of the group that fired has ended, in any order of arrival."""

    first = (LATE, [ERRORS])
    both = (LATE, [ERRORS, SLOW])
    half = (ENDED, [resolved(ERRORS, ENDED), SLOW])
    none = (NOW, [resolved(SLOW, NOW)])

    def test_alerts_join_and_leave(self) -> None:
        assert after(self.first) == {ERRORS["fingerprint"]}
        assert after(self.first, self.both) == {ERRORS["fingerprint"], SLOW["fingerprint"]}
        assert after(self.both, self.half) == {SLOW["fingerprint"]}
        assert after(self.both, self.half, self.none) == set()

    @pytest.mark.parametrize("order", list(itertools.permutations([first, both, half, none])))
    def test_the_order_of_arrival_changes_nothing(self, order: Any) -> None:
        assert after(*order) == set()

    def test_a_late_end_does_not_close_what_fires_again(self) -> None:
        again = {**ERRORS, "startsAt": at(NOW - timedelta(minutes=2))}
        late = (NOW, [resolved(ERRORS, ENDED)])
        assert after(self.first, late, (NOW, [again])) == {ERRORS["fingerprint"]}
        assert after(self.first, (NOW, [again]), late) == {ERRORS["fingerprint"]}

    def test_what_was_inhibited_fires_although_it_began_before_the_group_was_resolved(self) -> None:
        hidden = {**SLOW, "startsAt": at(EARLY)}
        assert after(self.first, (NOW, [resolved(ERRORS, ENDED)]), (NOW, [hidden])) == {
            SLOW["fingerprint"]
        }

    def test_what_a_broken_line_called_resolved_fires_again_with_its_old_beginning(self) -> None:
        later = ENDED + MESSAGE_LASTS + timedelta(minutes=1)
        over = (NOW, [resolved(ERRORS, ENDED)])
        assert after(self.first, over, (later, [ERRORS])) == {ERRORS["fingerprint"]}

    @pytest.mark.parametrize(
        ("alerts", "changes", "whole"),
        [
            pytest.param(
                [resolved(ERRORS, ENDED), resolved(SLOW, NOW)], {}, [False, True], id="over"
            ),
            pytest.param([resolved(ERRORS, ENDED), SLOW], {}, [False, False], id="half"),
            pytest.param(
                [], {"alerts": [], "status": "resolved"}, [True], id="over, and none is listed"
            ),
            pytest.param([], {"alerts": []}, [False], id="none is listed"),
            pytest.param([resolved(ERRORS, ENDED)], {"truncatedAlerts": 1}, [False], id="cut"),
        ],
    )
    def test_a_group_that_is_resolved_is_over_whatever_is_listed(
        self, alerts: Any, changes: Any, whole: list[bool]
    ) -> None:
        parsed = parse({**group(*alerts), **changes})
        assert isinstance(parsed, Accepted)
        assert [signal.whole for signal in parsed.signals] == whole

    def test_old_alerts_of_a_fixture_open_and_close(self) -> None:
        old = {**ERRORS, "startsAt": "2018-08-03T09:52:26.739266876+02:00"}
        over = {**old, "status": "resolved", "endsAt": "2018-08-03T10:02:26Z"}
        assert after((NOW, [old])) == {ERRORS["fingerprint"]}
        assert after((NOW, [old]), (NOW, [over])) == set()


class TestManyAlerts:
    many = tuple(
        alert(started=EARLY + timedelta(seconds=number), instance=f"node-{number}")
        for number in range(EPISODES + 50)
    )

    def test_the_oldest_are_followed_one_by_one(self) -> None:
        signals = signals_of(*reversed(self.many))
        assert firing(signals) == [one["fingerprint"] for one in self.many[:EPISODES]]
        assert signals[0].alerts is not None
        assert len(signals[0].alerts) == len(self.many)
        assert {signal.alerts for signal in signals[1:]} == {None}
        assert [signal.counts for signal in signals].count(True) == 1, "it is one message"
        assert signals[-1].counts, "what began last is what may be new"

    def test_the_incident_is_over_with_the_last_of_them(self) -> None:
        over = tuple(resolved(one, ENDED) for one in self.many)
        first, rest = EPISODES, self.many[EPISODES:]
        known: dict[str, Episode] = {}
        assert after((NOW, self.many), incident=known)
        assert after((NOW, [*over[:first], *rest]), incident=known)
        assert after((NOW, over[first:]), incident=known) == set()

    def test_a_message_of_many_is_not_many_times_its_size(self) -> None:
        body = json.dumps(group(*self.many)).encode()
        parsed = SOURCE.parse(body, {}, {}, NOW)
        assert isinstance(parsed, Accepted)
        assert sum(len(str(signal)) for signal in parsed.signals) < 6 * len(body)


class TestTheList:
    def test_the_worst_first_then_the_oldest_with_what_tells_them_apart(self) -> None:
        texts = {"summary": "CPU is high"}
        odd = alert("Odd", severity=None, started=EARLY, annotations={}, instance="api-3")
        one, two, three = (
            alert(
                "CPU", severity=word, started=started, annotations=texts, instance=name, job="node"
            )
            for word, started, name in [
                ("warning", EARLY, "api-1"),
                ("critical", LATE, "api-2"),
                ("critical", EARLY, "api-0"),
            ]
        )
        signals = signals_of(one, two, odd, three)
        assert signals[0].alerts is not None
        assert [(listed.summary, listed.severity) for listed in signals[0].alerts] == [
            ("CPU is high (instance=api-0, job=node)", Severity.SEV1),
            ("CPU is high (instance=api-2, job=node)", Severity.SEV1),
            ("CPU is high (instance=api-1, job=node)", Severity.SEV3),
            ("Odd (instance=api-3)", None),
        ]

    def test_what_the_words_say_already_is_not_said_again(self) -> None:
        signals = signals_of(ERRORS, alert(started=LATE, instance="api-2", cluster="us"))
        assert signals[0].alerts is not None
        assert [one.summary for one in signals[0].alerts] == [
            "HighErrorRate on api-1 (cluster=eu)",
            "HighErrorRate on api-2 (cluster=us)",
        ]

    def test_is_empty_when_nothing_fires_any_more(self) -> None:
        signals = signals_of(resolved(ERRORS, ENDED), resolved(SLOW, ENDED))
        assert [signal.alerts for signal in signals] == [(), None]

    def test_is_told_with_what_fires_not_with_what_has_ended(self) -> None:
        signals = signals_of(resolved(ERRORS, ENDED), SLOW)
        assert [signal.status for signal in signals] == [Status.FIRING, Status.RESOLVED]
        assert [signal.alerts is None for signal in signals] == [False, True]


@pytest.mark.parametrize(
    ("alerts", "changes", "summary"),
    [
        ([ERRORS], {}, "HighErrorRate on api-1"),
        ([alert(annotations={"description": "It\n is  slow."})], {}, "It is slow."),
        ([alert(annotations={})], {}, "HighErrorRate"),
        ([ERRORS, SLOW], {"by": {"cluster": "eu", "zone": "b"}}, "Alerts: cluster=eu, zone=b"),
        (
            [ERRORS, alert(started=LATE, instance="api-2", cluster="eu")],
            {"by": {"alertname": "HighErrorRate", "cluster": "eu"}},
            "HighErrorRate: cluster=eu",
        ),
        ([ERRORS, SLOW], {"by": {}}, "HighErrorRate on api-1"),
        ([alert(annotations={"summary": "x" * 400})], {}, "x" * 299 + "…"),
    ],
)
def test_the_title_says_what_they_share(alerts: Any, changes: Any, summary: str) -> None:
    assert {one.summary for one in signals_of(*alerts, **changes)} == {summary}


class TestFields:
    def test_labels_are_those_that_are_shared_and_lists_of_the_others(self) -> None:
        fields = signals_of(ERRORS, SLOW, resolved(alert(instance="api-9", cluster="eu")))[0].fields
        assert fields["labels"] == {
            "alertname": ["HighErrorRate", "Slow"],
            "severity": ["critical", "warning"],
            "instance": ["api-1"],
            "cluster": "eu",
        }

    def test_long_texts_are_cut(self) -> None:
        long = "x" * 5_000
        one = alert(annotations={"summary": "It is slow", "description": long}, cluster=long)
        (signal,) = signals_of(one, receiver=long)
        assert len(signal.documentation) == 4_000
        assert len(signal.where["label cluster"]) == 1_000
        assert {
            len(value)
            for value in (
                signal.fields["receiver"],
                signal.fields["labels"]["cluster"],
                signal.fields["commonAnnotations"]["description"],
            )
        } == {1_000}

    def test_lists_of_labels_are_bounded(self) -> None:
        alerts = [
            alert(started=EARLY, **{f"label_{number}": str(one) for number in range(60)})
            for one in range(30)
        ]
        labels = signals_of(*alerts)[0].fields["labels"]
        assert len(labels) == 50
        assert len(labels["label_1"]) == 20


class TestDelivery:
    def test_equal_bodies_are_one_delivery_for_a_moment_and_repeats_later(self) -> None:
        def of(seconds: float, *alerts: Any) -> tuple[str, bool]:
            parsed = parse(group(*alerts), NOW + timedelta(seconds=seconds))
            assert isinstance(parsed, Accepted)
            return parsed.delivery_id, parsed.repeats

        assert of(0, ERRORS) == of(9.9, ERRORS)
        assert of(0, ERRORS)[0] != of(10, ERRORS)[0]
        assert of(0, ERRORS)[0] != of(0, SLOW)[0]
        assert of(0, ERRORS)[1]
        assert not of(0, resolved(ERRORS))[1], "an end said twice is one end"


@pytest.mark.parametrize(
    ("authorization", "known"),
    [
        ("Bearer s3cret", True),
        ("bearer  s3cret", True),
        ("Basic " + base64.b64encode(b"alertmanager:s3cret").decode(), True),
        ("Basic " + base64.b64encode(b"s3cret:alertmanager").decode(), False),
        ("Bearer secret", False),
        ("s3cret", False),
        ("", False),
    ],
)
def test_who_may_send(authorization: str, known: bool) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    if known:
        SOURCE.verify(b"", headers, {}, ["old", "s3cret"], NOW)
    else:
        with pytest.raises(Unverified):
            SOURCE.verify(b"", headers, {"token": "s3cret"}, ["old", "s3cret"], NOW)


plain_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.datetimes().map(lambda found: f"{found.isoformat()}Z")
    | plain_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(plain_text, inner, max_size=3),
    max_leaves=6,
)


@given(
    st.dictionaries(st.sampled_from(sorted(group())), json_values),
    st.lists(st.dictionaries(st.sampled_from(sorted(alert())), json_values), max_size=3),
)
def test_nothing_but_key_and_state_costs_a_page(changes: Any, alerts: Any) -> None:
    message = {**group(ERRORS, alerts=[{**ERRORS, **one} for one in alerts]), **changes}
    try:
        parsed = parse(message)
    except Malformed:
        assert {"groupKey", "status"} & set(changes)
    else:
        assert isinstance(parsed, Accepted)
        assert all(signal.at <= NOW + timedelta(days=1) for signal in parsed.signals)
