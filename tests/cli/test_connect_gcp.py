"""`ghapp connect gcp`: what it would do, what it does, and that it does it once."""

from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from click.testing import Result
from google.cloud import monitoring_v3 as api

from ghapp.cli import connect
from ghapp.cli.connecting import gcp as command
from ghapp.cli.connecting._gcp_plan import door_address, parse_labels, plan, without_query
from ghapp.cli.errors import UserError
from ghapp.clients.gcp_credentials import NoCredentialsError
from ghapp.clients.gcp_monitoring import Channel, Policy, UptimeCheck
from ghapp.sources.gcp import Condition
from tests.support import gcp
from tests.support.gcp_api import MonitoringApi, policy
from tests.support.operator import run

PROJECT = gcp.PROJECT
URL = "https://ghapp.example.com"
DOOR = f"{URL}/webhooks/gcp"
TOKEN = "s3cret+token"
FULL = f"{DOOR}?auth_token=s3cret%2Btoken"
CHANNEL = f"projects/{PROJECT}/notificationChannels/1"


@pytest.fixture
async def google() -> AsyncIterator[MonitoringApi]:
    google = MonitoringApi()
    google.policies = [
        policy(gcp.incident(policy="Checkout latency"), notification_channels=["mail"]),
        policy(gcp.incident(policy="Shop uptime"), user_labels={"team": "shop"}),
        policy(gcp.incident(policy="Old"), enabled=False),
    ]
    async with google.serving():
        yield google


async def ghapp_connect(google: MonitoringApi, *args: str, **env: str) -> Result:
    known = {"GHAPP_GCP_GRPC_TARGET": google.target, "GHAPP_GCP_WEBHOOK_TOKEN": TOKEN, **env}
    wanted = ("connect", "gcp", "--project", PROJECT, "--url", URL, *args)
    return await run(connect, *wanted, env=known)


def lines(result: Result) -> list[str]:
    return [" ".join(line.split()) for line in result.stdout.splitlines()]


@pytest.mark.enable_socket
class TestConnect:
    async def test_says_what_it_would_do_and_does_not(self, google: MonitoringApi) -> None:
        result = await ghapp_connect(google, "--label", "team=platform")
        assert (result.exit_code, google.writes) == (0, [])
        assert lines(result) == [
            f"Notifications of {PROJECT}",
            "name",
            f"create channel {DOOR}",
            "attach policy Checkout latency",
            "attach policy Old (switched off)",
            "3 to write: run it again with --apply.",
        ]
        assert TOKEN not in result.output

    async def test_does_it_once(self, google: MonitoringApi) -> None:
        result = await ghapp_connect(google, "--label", "team=platform", "--apply")
        assert (result.exit_code, lines(result)[-1]) == (0, "3 written.")
        (channel,) = google.channels
        assert (channel.type_, channel.display_name) == ("webhook_tokenauth", "ghapp")
        assert dict(channel.labels) == {"url": FULL}
        first, second, third = google.policies
        assert list(first.notification_channels) == ["mail", CHANNEL]
        assert list(second.notification_channels) == []
        assert list(third.notification_channels) == [CHANNEL]

        google.called.clear()
        again = await ghapp_connect(google, "--label", "team=platform", "--apply")
        assert (again.exit_code, google.writes) == (0, [])
        assert lines(again)[2:] == [
            f"fine channel {DOOR}",
            "fine policy Checkout latency",
            "fine policy Old (switched off)",
            "Nothing to do.",
        ]

    async def test_all_policies(self, google: MonitoringApi) -> None:
        await ghapp_connect(google, "--all", "--apply")
        assert all(CHANNEL in one.notification_channels for one in google.policies)

    async def test_its_own_address_may_be_in_the_environment(self, google: MonitoringApi) -> None:
        known = {"GHAPP_GCP_GRPC_TARGET": google.target, "GHAPP_GCP_WEBHOOK_TOKEN": TOKEN}
        wanted = ("connect", "gcp", "--project", PROJECT)
        result = await run(connect, *wanted, env={**known, "GHAPP_PUBLIC_URL": URL})
        assert f"create channel {DOOR}" in lines(result)

    async def test_without_a_choice_only_the_channel(self, google: MonitoringApi) -> None:
        result = await ghapp_connect(google, "--apply")
        assert google.writes == ["CreateNotificationChannel"]
        assert lines(result)[-2:] == [
            "No policy is chosen: --label KEY=VALUE, or --all.",
            "1 written.",
        ]

    @pytest.mark.parametrize(
        ("url", "enabled"),
        [
            pytest.param(f"{DOOR}?auth_token=old", True, id="another token"),
            pytest.param(DOOR, True, id="no token"),
            pytest.param(FULL, False, id="switched off"),
        ],
    )
    async def test_a_channel_that_differs_is_mended(
        self, google: MonitoringApi, url: str, enabled: bool
    ) -> None:
        there = {"name": CHANNEL, "type_": "webhook_tokenauth", "display_name": "Ours"}
        google.channels = [
            api.NotificationChannel({**there, "labels": {"url": url}, "enabled": enabled})
        ]
        result = await ghapp_connect(google, "--apply", GHAPP_GCP_WEBHOOK_TOKEN=f"{TOKEN}, old")
        assert f"update channel {DOOR}" in lines(result)
        assert google.writes == ["UpdateNotificationChannel"]
        (channel,) = google.channels
        assert (dict(channel.labels), channel.enabled) == ({"url": FULL}, True)
        assert channel.display_name == "Ours"

    async def test_uptime_checks_that_nobody_asks_about(self, google: MonitoringApi) -> None:
        google.checks = [
            api.UptimeCheckConfig(name=f"projects/{PROJECT}/uptimeCheckConfigs/shop-Xk2")
        ]
        result = await ghapp_connect(google)
        assert "No policy asks about the uptime check shop-Xk2." in lines(result)

    async def test_a_label_that_no_policy_has_is_a_problem(self, google: MonitoringApi) -> None:
        result = await ghapp_connect(google, "--label", "team=nobody")
        assert result.exit_code == 1
        assert "No policy has the user label team=nobody." in lines(result)

    async def test_what_google_refuses_is_one_line(self, google: MonitoringApi) -> None:
        google.failing["ListAlertPolicies"] = grpc.StatusCode.PERMISSION_DENIED
        result = await ghapp_connect(google)
        assert isinstance(result.exception, UserError)
        assert result.exception.what == "Google Cloud Monitoring: ListAlertPolicies is not allowed"
        assert "roles/monitoring" in result.exception.hint

    async def test_half_done_is_finished_by_the_next_run(self, google: MonitoringApi) -> None:
        google.failing["UpdateAlertPolicy"] = grpc.StatusCode.RESOURCE_EXHAUSTED
        result = await ghapp_connect(google, "--all", "--apply")
        assert isinstance(result.exception, UserError)
        google.failing.clear()
        await ghapp_connect(google, "--all", "--apply")
        assert len(google.channels) == 1
        assert all(CHANNEL in one.notification_channels for one in google.policies)


class TestUsage:
    @pytest.mark.parametrize(
        ("args", "token", "says"),
        [
            pytest.param(["--url", "http://x"], TOKEN, "not an https address", id="http"),
            pytest.param(["--label", "team"], TOKEN, "not a label: 'team'", id="label"),
            pytest.param(["--label", "a=b", "--all"], TOKEN, "two ways", id="both choices"),
            pytest.param([], " , ", "not set: GHAPP_GCP_WEBHOOK_TOKEN", id="no token"),
        ],
    )
    async def test_what_is_wrong(self, args: list[str], token: str, says: str) -> None:
        google = MonitoringApi(target="127.0.0.1:9")
        result = await ghapp_connect(google, *args, GHAPP_GCP_WEBHOOK_TOKEN=token)
        assert isinstance(result.exception, UserError)
        assert says in result.exception.what
        assert result.exception.hint

    async def test_without_credentials(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def none(*args: Any) -> Any:
            raise NoCredentialsError("no credentials for Google Cloud")

        monkeypatch.setattr(command, "connected", none)
        result = await ghapp_connect(MonitoringApi())
        assert isinstance(result.exception, UserError)
        assert "gcloud auth" in result.exception.hint

    @pytest.mark.parametrize(
        ("given", "door"),
        [
            (URL, DOOR),
            (f"{URL}/", DOOR),
            (DOOR, DOOR),
            (f"{DOOR}/", DOOR),
            (f"{URL}/ops", f"{URL}/ops/webhooks/gcp"),
            (" https://10.0.0.1:8443 ", "https://10.0.0.1:8443/webhooks/gcp"),
        ],
    )
    def test_the_address_of_the_door(self, given: str, door: str) -> None:
        assert door_address(given) == door

    @pytest.mark.parametrize(
        "given", ["", "ghapp", "https://", f"{URL}?a=b", f"{URL}#a", "https://["]
    )
    def test_no_address(self, given: str) -> None:
        with pytest.raises(UserError):
            door_address(given)

    def test_labels(self) -> None:
        assert parse_labels(["team=ops", " tier = 1 ", "empty="]) == {
            "team": "ops",
            "tier": "1",
            "empty": "",
        }
        for wrong in (["=x"], ["a=b", "a=c"], [""]):
            with pytest.raises(UserError):
                parse_labels(wrong)


def watching(text: str, *, enabled: bool = True) -> Policy:
    return Policy(
        name="p", display_name="p", enabled=enabled, conditions=(Condition("c", "c", text),)
    )


PASSED = 'metric.type="monitoring.googleapis.com/uptime_check/check_passed"'
PROMQL = "monitoring_googleapis_com:uptime_check_check_passed"


@pytest.mark.parametrize(
    ("policy_", "watched"),
    [
        pytest.param(watching(f'{PASSED} AND metric.label.check_id="shop-Xk2"'), True, id="by id"),
        pytest.param(
            watching(f'{PASSED} AND metric.label.check_id="shop-Xk23"'), False, id="other"
        ),
        pytest.param(
            watching(f'{PASSED} AND metric.label.check_id="my-shop-Xk2"'), False, id="longer id"
        ),
        pytest.param(watching(PASSED), True, id="all of them"),
        pytest.param(watching(f'{PROMQL}{{check_id="shop-Xk2"}} < 1'), True, id="PromQL"),
        pytest.param(watching(f'{PROMQL}{{check_id="x"}} < 1'), False, id="PromQL of another"),
        pytest.param(watching('metric.type="x" AND "shop-Xk2"'), False, id="another metric"),
        pytest.param(watching(PASSED, enabled=False), False, id="switched off"),
        pytest.param(watching(""), False, id="nothing"),
    ],
)
def test_which_policies_watch_an_uptime_check(policy_: Policy, watched: bool) -> None:
    found = plan(
        address=DOOR,
        token=TOKEN,
        channels=[],
        policies=[policy_],
        checks=[UptimeCheck("shop-Xk2", "Shop")],
        labels=None,
    )
    assert (not found.unwatched) is watched


def test_of_several_channels_to_one_address_the_first_is_kept() -> None:
    urls = {"c": FULL, "b": FULL, "a": "https://other.example.com", "d": "https://["}
    channels = [Channel(name=name, display_name="", url=url) for name, url in urls.items()]
    found = plan(address=DOOR, token=TOKEN, channels=channels, policies=[], checks=[], labels=None)
    assert found.channel is not None
    assert (found.channel.name, found.others, found.due) == ("b", 1, 0)
    assert list(command._notes(found, {})) == [
        "1 more send to the same address: delete them, or each alert comes twice."
    ]
    assert TOKEN not in repr(found)
    assert "s3cret" not in repr(found)


def test_a_query_is_never_shown() -> None:
    assert without_query(f"{DOOR}/?auth_token=x#y") == DOOR
