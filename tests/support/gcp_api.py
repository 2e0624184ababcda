"""Google Cloud Monitoring on loopback: a real HTTP server for alerts, a real gRPC server for the rest."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import grpc
from aiohttp import web
from aiohttp.test_utils import TestServer
from google.cloud import monitoring_v3 as api

Json = dict[str, Any]


def alert(notification: Json, **changes: Any) -> Json:
    """The alert that a notification (tests.support.gcp) announces, as the API lists it."""
    told = notification["incident"]
    opened = datetime.fromtimestamp(told["started_at"], UTC)
    policy = told["condition"]["name"].partition("/conditions/")[0]
    found = {
        "name": f"projects/{told['scoping_project_id']}/alerts/{told['incident_id']}",
        "state": "OPEN",
        "openTime": opened.isoformat().replace("+00:00", ".250Z"),
        "resource": told["resource"],
        "metric": {"type": told["metric"]["type"], "labels": told["metric"]["labels"]},
        "policy": {
            "name": policy,
            "displayName": told["policy_name"],
            "userLabels": told["policy_user_labels"],
            "severity": (told["severity"] or "SEVERITY_UNSPECIFIED").upper(),
        },
        **changes,
    }
    return {name: value for name, value in found.items() if value is not ...}


def policy(notification: Json, **changes: Any) -> api.AlertPolicy:
    """The policy that a notification is of, with its one condition."""
    told = notification["incident"]["condition"]
    return api.AlertPolicy(
        {
            "name": told["name"].partition("/conditions/")[0],
            "display_name": notification["incident"]["policy_name"],
            "user_labels": notification["incident"]["policy_user_labels"],
            "enabled": True,
            "conditions": [
                {
                    "name": told["name"],
                    "display_name": told["displayName"],
                    "condition_threshold": {"filter": told["conditionThreshold"]["filter"]},
                }
            ],
            **changes,
        }
    )


class AlertsApi:
    """`v3/projects/P/alerts`: pages, and every way to go wrong."""

    def __init__(self) -> None:
        self.alerts: dict[str, list[Json]] = {}
        self.page_size = 2
        self.asked: list[str] = []
        self.broken: Callable[[web.Request], web.Response | None] = lambda _request: None
        self.url = ""

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Serve at `url`, on loopback."""
        app = web.Application()
        app.router.add_get("/v3/projects/{project}/alerts", self._list)
        app.router.add_get("/v3/projects/{project}/alerts/{alert}", self._get)
        async with TestServer(app) as server:
            self.url = str(server.make_url("/")).rstrip("/")
            yield

    def open(self, notification: Json) -> Json:
        """Let the alert of a notification be open."""
        made = alert(notification)
        self.alerts.setdefault(notification["incident"]["scoping_project_id"], []).append(made)
        return made

    async def _list(self, request: web.Request) -> web.Response:
        self.asked.append(request.path_qs)
        assert request.query["filter"] == 'state="OPEN"'
        if (answer := self.broken(request)) is not None:
            return answer
        known = self.alerts.get(request.match_info["project"])
        if known is None:
            return error(403, "Permission monitoring.alerts.list denied")
        found = [one for one in known if one.get("state") == "OPEN"]
        start = int(request.query.get("pageToken", "0"))
        page: Json = {"alerts": found[start : start + self.page_size], "totalSize": len(found)}
        if start + self.page_size < len(found):
            page["nextPageToken"] = str(start + self.page_size)
        return web.json_response({name: value for name, value in page.items() if value})

    async def _get(self, request: web.Request) -> web.Response:
        self.asked.append(request.path_qs)
        if (answer := self.broken(request)) is not None:
            return answer
        for one in self.alerts.get(request.match_info["project"], []):
            if str(one["name"]).endswith(f"/{request.match_info['alert']}"):
                return web.json_response(one)
        return error(404, "Requested entity was not found.")


def error(status: int, message: str) -> web.Response:
    """An error as Google's APIs write it (https://google.aip.dev/193)."""
    body = {"error": {"code": status, "message": message, "status": "FAILED"}}
    return web.json_response(body, status=status)


def raw(body: bytes | str, status: int = 200) -> web.Response:
    """Any bytes as an answer."""
    data = body if isinstance(body, bytes) else body.encode()
    return web.Response(status=status, body=data, content_type="application/json")


@dataclass
class MonitoringApi:
    """The three services that `ghapp connect gcp` and the reconciler speak to; remembers what was written."""

    policies: list[api.AlertPolicy] = field(default_factory=list)
    channels: list[api.NotificationChannel] = field(default_factory=list)
    checks: list[api.UptimeCheckConfig] = field(default_factory=list)
    called: list[str] = field(default_factory=list)
    failing: dict[str, grpc.StatusCode] = field(default_factory=dict)
    page_size: int = 2
    target: str = ""

    @property
    def writes(self) -> list[str]:
        """The calls that change something."""
        return [name for name in self.called if not name.startswith("List")]

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Serve at `target` (`host:port`), on loopback."""
        server = grpc.aio.server()
        server.add_generic_rpc_handlers(tuple(self._services()))
        port = server.add_insecure_port("127.0.0.1:0")
        self.target = f"127.0.0.1:{port}"
        await server.start()
        try:
            yield
        finally:
            await server.stop(None)

    def _services(self) -> list[grpc.GenericRpcHandler]:
        services: dict[str, list[tuple[str, type[Any], Any]]] = {
            "AlertPolicyService": [
                ("ListAlertPolicies", api.ListAlertPoliciesRequest, self._list_policies),
                ("UpdateAlertPolicy", api.UpdateAlertPolicyRequest, self._update_policy),
            ],
            "NotificationChannelService": [
                (
                    "ListNotificationChannels",
                    api.ListNotificationChannelsRequest,
                    self._list_channels,
                ),
                ("CreateNotificationChannel", api.CreateNotificationChannelRequest, self._create),
                ("UpdateNotificationChannel", api.UpdateNotificationChannelRequest, self._update),
            ],
            "UptimeCheckService": [
                ("ListUptimeCheckConfigs", api.ListUptimeCheckConfigsRequest, self._list_checks),
            ],
        }
        return [
            grpc.method_handlers_generic_handler(
                f"google.monitoring.v3.{service}",
                {
                    name: grpc.unary_unary_rpc_method_handler(
                        self._method(name, answer),
                        request_deserializer=request.deserialize,
                        response_serializer=lambda found: type(found).serialize(found),
                    )
                    for name, request, answer in methods
                },
            )
            for service, methods in services.items()
        ]

    def _method(self, name: str, answer: Callable[[Any], Any]) -> Any:
        async def call(request: Any, context: grpc.aio.ServicerContext) -> Any:
            self.called.append(name)
            if (status := self.failing.get(name)) is not None:
                await context.abort(status, f"{name} is not allowed")
            return answer(request)

        return call

    def _page(self, request: Any, found: list[Any]) -> tuple[list[Any], str]:
        start = int(request.page_token or 0)
        end = start + self.page_size
        return found[start:end], str(end) if end < len(found) else ""

    def _list_policies(self, request: Any) -> Any:
        page, token = self._page(request, _of(request.name, self.policies))
        return api.ListAlertPoliciesResponse(alert_policies=page, next_page_token=token)

    def _update_policy(self, request: Any) -> Any:
        assert list(request.update_mask.paths) == ["notification_channels"]
        (known,) = [one for one in self.policies if one.name == request.alert_policy.name]
        known.notification_channels = request.alert_policy.notification_channels
        return known

    def _list_channels(self, request: Any) -> Any:
        page, token = self._page(request, _of(request.name, self.channels))
        return api.ListNotificationChannelsResponse(
            notification_channels=page, next_page_token=token
        )

    def _create(self, request: Any) -> Any:
        made = request.notification_channel
        made.name = f"{request.name}/notificationChannels/{len(self.channels) + 1}"
        self.channels.append(made)
        return made

    def _update(self, request: Any) -> Any:
        (known,) = [one for one in self.channels if one.name == request.notification_channel.name]
        for path in request.update_mask.paths:
            setattr(known, path, getattr(request.notification_channel, path))
        return known

    def _list_checks(self, request: Any) -> Any:
        page, token = self._page(request, _of(request.parent, self.checks))
        return api.ListUptimeCheckConfigsResponse(uptime_check_configs=page, next_page_token=token)


def _of(project: str, found: list[Any]) -> list[Any]:
    return [one for one in found if one.name.startswith(f"{project}/")]
