"""A loopback server that answers as Stripe's API does, for what the app asks of it.

https://docs.stripe.com/api/events/list, /webhook_endpoints, /v2/core/event_destinations
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

KEY = "rk_test_acme"

JsonObject = dict[str, Any]
GIVEN = web.RequestKey("given", dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came; several values of one name are a list."""

    method: str
    path: str
    given: JsonObject


@dataclass(slots=True)
class StripeApi:
    """What the account has; `failing` answers a path with a status instead."""

    events: list[JsonObject] = field(default_factory=list)
    endpoints: list[JsonObject] = field(default_factory=list)
    destinations: list[JsonObject] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    failing: dict[str, int | str] = field(default_factory=dict)
    page: int = 100
    url: str = ""

    @property
    def writes(self) -> list[str]:
        """What was changed, in order."""
        return [f"{one.method} {one.path}" for one in self.asked if one.method != "GET"]

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._check])
        app.router.add_get("/v1/events", self._events)
        app.router.add_get("/v1/webhook_endpoints", self._endpoints)
        app.router.add_post("/v1/webhook_endpoints", self._new_endpoint)
        app.router.add_post("/v1/webhook_endpoints/{id}", self._change_endpoint)
        app.router.add_get("/v2/core/event_destinations", self._destinations)
        app.router.add_post("/v2/core/event_destinations", self._new_destination)
        app.router.add_post("/v2/core/event_destinations/{id}", self._change_destination)
        app.router.add_post("/v2/core/event_destinations/{id}/enable", self._enable)
        return app

    @web.middleware
    async def _check(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if request.content_type == "application/json":
            given = await request.json()
        else:
            given = _folded([*request.query.items(), *(await request.post()).items()])
        request[GIVEN] = given
        self.asked.append(Asked(request.method, request.path, given))
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return _error(401, "Invalid API Key provided: rk_test_****")
        failure = self.failing.get(f"{request.method} {request.path}")
        if failure == "drop":
            assert request.transport is not None
            request.transport.close()
        if isinstance(failure, int):
            return _error(failure, "This is\nnot possible.")
        return await handler(request)

    async def _events(self, request: web.Request) -> web.Response:
        given = request[GIVEN]
        types = given.get("types", [])
        if len(types) > 20:
            return _error(400, "Too many types")
        found = [
            event
            for event in sorted(self.events, key=lambda event: -event["created"])
            if event["type"] in types
            and event["created"] >= int(given["created[gte]"])
            and given["delivery_success"] == "false"
        ]
        return self._listed("/v1/events", found, given)

    async def _endpoints(self, request: web.Request) -> web.Response:
        return self._listed("/v1/webhook_endpoints", self.endpoints, request[GIVEN])

    async def _new_endpoint(self, request: web.Request) -> web.Response:
        given = request[GIVEN]
        made = endpoint(f"we_{len(self.endpoints) + 1}", given["url"], given["enabled_events"])
        self.endpoints.append(made)
        return web.json_response({**made, "secret": f"whsec_{made['id']}"})

    async def _change_endpoint(self, request: web.Request) -> web.Response:
        given = request[GIVEN]
        (found,) = [one for one in self.endpoints if one["id"] == request.match_info["id"]]
        found["enabled_events"] = given["enabled_events"]
        found["status"] = "enabled" if given["disabled"] == "false" else "disabled"
        return web.json_response(found)

    async def _destinations(self, request: web.Request) -> web.Response:
        first = int(request[GIVEN].get("page", 0))
        shown = self.destinations[first : first + self.page]
        if "webhook_endpoint.url" not in request[GIVEN].get("include", []):
            shown = [{**one, "webhook_endpoint": None} for one in shown]
        more = first + self.page < len(self.destinations)
        page = (
            f"/v2/core/event_destinations?page={first + self.page}&include[0]=webhook_endpoint.url"
        )
        return web.json_response({"data": shown, "next_page_url": page if more else None})

    async def _new_destination(self, request: web.Request) -> web.Response:
        given = request[GIVEN]
        url = given["webhook_endpoint"]["url"]
        made = destination(
            f"ed_{len(self.destinations) + 1}",
            url,
            given["enabled_events"],
            event_payload=given["event_payload"],
        )
        self.destinations.append(made)
        included = given.get("include", [])
        secret = {"signing_secret": f"whsec_{made['id']}"} if included else {}
        return web.json_response({**made, "webhook_endpoint": {"url": None, **secret}})

    async def _change_destination(self, request: web.Request) -> web.Response:
        (found,) = [one for one in self.destinations if one["id"] == request.match_info["id"]]
        found["enabled_events"] = request[GIVEN]["enabled_events"]
        return web.json_response(found)

    async def _enable(self, request: web.Request) -> web.Response:
        (found,) = [one for one in self.destinations if one["id"] == request.match_info["id"]]
        found["status"] = "enabled"
        return web.json_response(found)

    def _listed(self, path: str, found: Sequence[JsonObject], given: JsonObject) -> web.Response:
        ids = [one["id"] for one in found]
        first = ids.index(given["starting_after"]) + 1 if "starting_after" in given else 0
        size = min(self.page, int(given.get("limit", 10)))
        shown = list(found[first : first + size])
        more = first + size < len(found)
        return web.json_response({"object": "list", "url": path, "data": shown, "has_more": more})


def endpoint(name: str, url: str, types: Sequence[str], status: str = "enabled") -> JsonObject:
    """A webhook endpoint as it is listed."""
    return {
        "id": name,
        "object": "webhook_endpoint",
        "api_version": None,
        "application": None,
        "created": 1772443800,
        "description": None,
        "enabled_events": list(types),
        "livemode": True,
        "metadata": {},
        "status": status,
        "url": url,
    }


def destination(
    name: str,
    url: str | None,
    types: Sequence[str],
    *,
    status: str = "enabled",
    event_payload: str = "thin",
) -> JsonObject:
    """An event destination as it is listed when its address is asked for."""
    return {
        "id": name,
        "object": "v2.core.event_destination",
        "created": "2026-03-02T09:30:00.000Z",
        "description": "",
        "enabled_events": list(types),
        "event_payload": event_payload,
        "events_from": ["self"],
        "livemode": True,
        "metadata": {},
        "name": "theirs",
        "snapshot_api_version": None,
        "status": status,
        "type": "webhook_endpoint" if url else "amazon_eventbridge",
        "updated": "2026-03-02T09:30:00.000Z",
        "webhook_endpoint": {"url": url} if url else None,
    }


def _folded(items: Sequence[tuple[str, Any]]) -> JsonObject:
    """Stripe writes the members of a list as `name[0]`, `name[1]`, …"""
    given: JsonObject = {}
    for name, value in items:
        stem, _, index = name.removesuffix("]").partition("[")
        if index.isdigit():
            given.setdefault(stem, []).append(value)
        else:
            given[name] = value
    return given


def _error(status: int, message: str) -> web.Response:
    body = {"error": {"message": message, "type": "invalid_request_error"}}
    return web.Response(
        status=status, text=json.dumps(body), content_type="application/json", charset="utf-8"
    )
