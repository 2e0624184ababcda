"""What Google's open alerts say of our open incidents, and what is done about it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from ghapp.clients.gcp_alerts import URL_VARIABLE, Alert, Alerts
from ghapp.clients.gcp_credentials import GcpError
from ghapp.clients.gcp_monitoring import TARGET_VARIABLE, Policy
from ghapp.core import wire
from ghapp.core.facts import Fingerprint, Signal, Status
from ghapp.core.incident import Clock, Episode, Incident, Phase
from ghapp.core.routing import storm_fingerprint
from ghapp.duties.lost_gcp import Clients, Found, Over, compare, find, id_of
from ghapp.duties.records import Record
from ghapp.engine.inbox import Delivery, InboxUnavailable
from ghapp.model.names import AreaName, Severity
from ghapp.sources.gcp import SOURCE, Condition
from tests.support import gcp
from tests.support.builders import HOME, issue_of
from tests.support.gcp_api import AlertsApi, MonitoringApi, alert, policy

PROJECT = gcp.PROJECT
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
BEFORE = NOW - timedelta(hours=1)
FIRES = Episode(fired=BEFORE)
ENDED = Episode(fired=BEFORE, ended=NOW - timedelta(minutes=30))


def incident(**changes: Any) -> Incident:
    made = Incident(
        key=Fingerprint("gcp:a"),
        repo=HOME,
        number=7,
        source="gcp",
        area=AreaName("deployment"),
        severity=Severity.SEV2,
        summary="Latency is high",
        opened_at=BEFORE,
        last_seen=BEFORE,
        clock=Clock(since=BEFORE),
        episodes={"0.a": FIRES},
        scope=PROJECT,
    )
    return replace(made, **changes)


def listed(*names: str) -> list[Alert]:
    return [{"name": f"projects/{PROJECT}/alerts/{name}", "state": "OPEN"} for name in names]


class TestCompare:
    @pytest.mark.parametrize(
        ("alerts", "incidents", "missing", "over"),
        [
            pytest.param([], [], [], [], id="nothing here, nothing there"),
            pytest.param(["0.a"], [incident()], [], [], id="the same on both sides"),
            pytest.param(["0.a"], [], ["0.a"], [], id="never heard of"),
            pytest.param([], [incident()], [], ["0.a"], id="its end was not told"),
            pytest.param(["0.b"], [incident()], ["0.b"], ["0.a"], id="another episode fires now"),
            pytest.param(
                ["0.a"],
                [incident(episodes={"0.a": FIRES, "0.b": FIRES})],
                [],
                ["0.b"],
                id="one of two episodes is over",
            ),
            pytest.param([], [incident(episodes={"0.a": ENDED})], [], [], id="over on both sides"),
            pytest.param(
                ["0.a"], [incident(episodes={"0.a": ENDED})], ["0.a"], [], id="over only here"
            ),
            pytest.param(
                [],
                [incident(episodes={"0.a": Episode(fired=NOW)})],
                [],
                [],
                id="fired when the listing was begun",
            ),
            pytest.param(
                [],
                [incident(episodes={"0.a": Episode(fired=NOW + timedelta(minutes=1))})],
                [],
                [],
                id="fired after the listing was begun",
            ),
            pytest.param([], [incident(scope="acme-test")], [], [], id="of another project"),
            pytest.param(["0.a"], [incident(scope="acme-test")], [], [], id="held elsewhere"),
            pytest.param([], [incident(scope="")], [], [], id="of an unknown project"),
            pytest.param([], [incident(source="stripe")], [], [], id="of another sender"),
            pytest.param(
                ["0.a"],
                [incident(key=storm_fingerprint("gcp"), episodes={"gcp:a\n0.a": FIRES})],
                [],
                [],
                id="held in a storm",
            ),
            pytest.param(
                [],
                [incident(key=storm_fingerprint("gcp"), episodes={"gcp:a\n0.a": FIRES})],
                [],
                [],
                id="a storm's episodes may be of any project",
            ),
            pytest.param(
                [],
                [incident(phase=Phase.RECOVERED, episodes={"0.a": ENDED})],
                [],
                [],
                id="recovered",
            ),
            pytest.param(["0.a", "0.a"], [], ["0.a"], [], id="listed twice"),
        ],
    )
    def test_table(
        self, alerts: list[str], incidents: list[Incident], missing: list[str], over: list[str]
    ) -> None:
        found = compare(PROJECT, listed(*alerts), NOW, incidents)
        assert [id_of(one) for one in found.missing] == missing
        assert found.over == tuple(Over(incidents[0], name, BEFORE) for name in over)


@dataclass
class Google:
    """Google's answers in memory; a project that is not in `alerts` fails."""

    alerts: dict[str, list[Alert]] = field(default_factory=dict)
    lagging: set[str] = field(default_factory=set)
    mute: set[str] = field(default_factory=set)
    policies: list[Policy] | None = None
    asked: list[str] = field(default_factory=list)

    async def open(self, project: str) -> list[Alert]:
        self.asked.append(f"open {project}")
        if project not in self.alerts:
            raise GcpError("answered 500")
        return self.alerts[project]

    async def still_open(self, project: str, name: str) -> bool:
        self.asked.append(f"look {name}")
        if name in self.mute:
            raise GcpError("answered 500")
        return name in self.lagging

    async def list_policies(self, project: str) -> Sequence[Policy]:
        self.asked.append(f"policies {project}")
        if self.policies is None:
            raise GcpError("not allowed")
        return self.policies


@dataclass
class Here:
    """Our side: records and an inbox."""

    incidents: list[Incident] = field(default_factory=list)
    stored: dict[str, Signal] = field(default_factory=dict)
    away: bool = False

    async def open(self) -> Mapping[Fingerprint, Record]:
        found = [one for one in self.incidents if one.phase is not Phase.CLOSED]
        return {one.key: Record(incident=one, issue=issue_of(one), written_at=NOW) for one in found}

    async def get(self, key: Fingerprint) -> Record | None:
        for one in self.incidents:
            if one.key == key:
                return Record(incident=one, issue=issue_of(one), written_at=NOW)
        return None

    async def put(self, delivery: Delivery) -> bool:
        if self.away:
            raise InboxUnavailable("away")
        assert delivery.source == "gcp"
        signal = wire.decode(delivery.kind, delivery.payload)
        assert isinstance(signal, Signal)
        assert delivery.conversation == f"incident:{signal.fingerprint}"
        return self.stored.setdefault(delivery.id, signal) is signal


def told(notification: Any) -> Signal:
    """What the notification says, through its own door."""
    parsed = SOURCE.parse(gcp_bytes(notification), {}, {}, NOW)
    assert hasattr(parsed, "signals")
    found: Signal = parsed.signals[0]
    return found


def gcp_bytes(notification: Any) -> bytes:
    return json.dumps(notification).encode()


def policy_of(*notifications: Any) -> Policy:
    """The policy with the conditions of some notifications."""
    conditions = [one["incident"]["condition"] for one in notifications]
    return Policy(
        name=conditions[0]["name"].partition("/conditions/")[0].replace(PROJECT, "123456789012"),
        display_name="p",
        enabled=True,
        documentation="Ask carol.",
        conditions=tuple(
            Condition(one["name"], one["displayName"], one["conditionThreshold"]["filter"])
            for one in conditions
        ),
    )


STARTED = int(BEFORE.timestamp())


async def look(google: Google, here: Here, *projects: str, **options: Any) -> Found:
    clients = Clients(google, google.list_policies)
    return await find(clients, here, here.put, projects or (PROJECT,), NOW, **options)


class TestFind:
    async def test_a_missing_alert_is_fed_as_its_notification_would_have_been(self) -> None:
        notification = gcp.incident(started_at=STARTED)
        google = Google({PROJECT: [alert(notification)]}, policies=[policy_of(notification)])
        here = Here()
        assert await look(google, here) == Found(looked=1, opened=1)
        (signal,) = here.stored.values()
        expected = told(notification)
        assert (signal.fingerprint, signal.occurrence, signal.at) == (
            expected.fingerprint,
            expected.occurrence,
            BEFORE,
        )
        assert (signal.status, signal.scope, signal.documentation) == (
            Status.FIRING,
            PROJECT,
            "Ask carol.",
        )

    async def test_two_that_look_at_once_store_it_once(self) -> None:
        opened, ended = gcp.incident(started_at=STARTED), incident()
        google = Google({PROJECT: [alert(opened)]}, policies=[policy_of(opened)])
        here = Here([ended])
        assert await look(google, here) == Found(looked=1, opened=1, closed=1)
        assert await look(google, here) == Found(looked=1)
        assert len(here.stored) == 2

    async def test_what_is_held_is_asked_nothing_about(self) -> None:
        notification = gcp.incident(incident_id="0.a")
        google, here = Google({PROJECT: [alert(notification)]}), Here([incident()])
        assert await look(google, here) == Found(looked=1)
        assert google.asked == [f"open {PROJECT}"]

    async def test_an_alert_that_a_person_has_called_over_is_not_raised(self) -> None:
        notification = gcp.incident(incident_id="0.a", started_at=STARTED)
        key = told(notification).fingerprint
        google = Google({PROJECT: [alert(notification)]}, policies=[policy_of(notification)])
        here = Here([incident(key=key, phase=Phase.CLOSED, episodes={"0.a": ENDED})])
        assert await look(google, here) == Found(looked=1)
        assert here.stored == {}

    async def test_so_it_is_where_its_condition_cannot_be_told(self) -> None:
        notification = gcp.incident(incident_id="0.a", started_at=STARTED)
        other = gcp.incident(condition="another condition on the metric")
        google = Google({PROJECT: [alert(notification)]}, policies=[policy_of(other, notification)])
        key = told(notification).fingerprint
        closed = incident(key=key, phase=Phase.CLOSED, episodes={"0.a": ENDED})
        assert await look(google, Here([closed])) == Found(looked=1)
        known_no_more = replace(closed, episodes={"0.a": Episode(fired=BEFORE)})
        assert (await look(google, Here([known_no_more]))).opened == 1

    @pytest.mark.parametrize("policies", [None, []], ids=["refused", "none"])
    async def test_without_its_policy_it_is_an_issue_of_its_own(
        self, policies: list[Policy] | None
    ) -> None:
        notification = gcp.incident(started_at=STARTED)
        google, here = Google({PROJECT: [alert(notification)]}, policies=policies), Here()
        assert await look(google, here) == Found(looked=1, opened=1)
        (signal,) = here.stored.values()
        assert signal.fingerprint != told(notification).fingerprint

    async def test_so_it_is_where_nobody_can_be_asked_for_policies(self) -> None:
        google, here = Google({PROJECT: [alert(gcp.incident(started_at=STARTED))]}), Here()
        found = await find(Clients(google), here, here.put, [PROJECT], NOW)
        assert (found, google.asked) == (Found(looked=1, opened=1), [f"open {PROJECT}"])

    async def test_alerts_of_odd_form_stop_no_other(self) -> None:
        good = alert(gcp.incident(started_at=STARTED))
        odd = [
            {"name": f"projects/{PROJECT}/alerts/{'x' * 300}", "state": "OPEN"},
            {"name": f"projects/{PROJECT}/alerts/0.b", "state": "OPEN", "policy": []},
            {"name": f"projects/{PROJECT}/alerts/0.c", "policy": {"name": 7}},
        ]
        google, here = Google({PROJECT: [*odd, good]}, policies=[]), Here()
        assert await look(google, here) == Found(looked=4, opened=3)
        assert "alert:0.b:open:0" in here.stored

    async def test_an_end_that_was_not_told_is_fed_at_the_listings_time(self) -> None:
        here = Here([incident()])
        assert await look(Google({PROJECT: []}), here) == Found(closed=1)
        assert here.stored == {
            f"alert:0.a:over:{STARTED}": Signal(
                source="gcp",
                fingerprint=Fingerprint("gcp:a"),
                occurrence="0.a",
                status=Status.RESOLVED,
                at=NOW,
                summary="Latency is high",
                scope=PROJECT,
            )
        }

    async def test_a_listing_that_lags_ends_nothing(self) -> None:
        google, here = Google({PROJECT: []}, lagging={"0.a"}), Here([incident()])
        assert await look(google, here) == Found()
        assert here.stored == {}

    async def test_an_end_that_cannot_be_confirmed_is_none(self) -> None:
        both = incident(episodes={"0.a": FIRES, "0.b": FIRES})
        google, here = Google({PROJECT: []}, mute={"0.a"}), Here([both])
        assert await look(google, here) == Found(closed=1, complete=False)
        assert [signal.occurrence for signal in here.stored.values()] == ["0.b"]

    @pytest.mark.parametrize("bad", ["acme-test", "123456789012", "../x", "acme prod", ""])
    async def test_a_project_that_fails_closes_nothing_and_stops_no_other(self, bad: str) -> None:
        google = Google({PROJECT: [], "123456789012": [], "": []})
        here = Here([incident(), incident(key=Fingerprint("gcp:b"), scope=bad)])
        assert await look(google, here, bad, PROJECT) == Found(closed=1, complete=False)
        assert [signal.fingerprint for signal in here.stored.values()] == ["gcp:a"]

    async def test_a_project_named_twice_is_looked_at_once(self) -> None:
        google = Google({PROJECT: []})
        await look(google, Here(), PROJECT, PROJECT)
        assert google.asked == [f"open {PROJECT}"]

    async def test_a_dry_run_says_what_it_would_do(self) -> None:
        opened = gcp.incident(started_at=STARTED)
        google = Google({PROJECT: [alert(opened)]}, policies=[policy_of(opened)])
        here = Here([incident()], away=True)
        assert await look(google, here, dry_run=True) == Found(looked=1, opened=1, closed=1)

    async def test_an_inbox_that_is_away_is_said(self) -> None:
        with pytest.raises(InboxUnavailable):
            await look(Google({PROJECT: []}), Here([incident()], away=True))


@pytest.mark.enable_socket
class TestOverRealConnections:
    async def test_alerts_over_http_and_policies_over_grpc(self) -> None:
        notification = gcp.incident(started_at=STARTED)
        rest, grpc = AlertsApi(), MonitoringApi([policy(notification)])
        rest.open(notification)
        here = Here()
        async with rest.serving(), grpc.serving(), aiohttp.ClientSession() as session:
            variables = {URL_VARIABLE: rest.url, TARGET_VARIABLE: grpc.target}
            clients = Clients.from_variables(variables, session)
            found = await find(clients, here, here.put, [PROJECT, "acme-other"], NOW)
        assert found == Found(looked=1, opened=1, complete=False)
        (signal,) = here.stored.values()
        assert signal.fingerprint == told(notification).fingerprint

    async def test_who_stands_in_for_alerts_alone_is_asked_for_no_policies(self) -> None:
        async with aiohttp.ClientSession() as session:
            assert (
                Clients.from_variables({URL_VARIABLE: "http://127.0.0.1:1"}, session).policies
                is None
            )
            clients = Clients.from_variables({}, session)
            assert clients.policies is not None
            assert isinstance(clients.alerts, Alerts)
