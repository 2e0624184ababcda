"""Routes of the App itself that the emulator lacks: its repositories, its webhook's deliveries."""

from typing import Any

from ghapp.demo import cast
from ghapp.demo.hooks import Delivery, Hooks
from ghapp.demo.listing import window
from ghapp.demo.mends import Forward, Mend, read
from ghapp.demo.messages import Answer, Caller, Request


class AppRoutes:
    """`/installation/repositories` and `/app/hook/…`."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks

    def mends(self) -> list[Mend]:
        """The routes."""
        return [
            Mend("GET", "/installation/repositories", self._repositories),
            Mend("GET", "/app/hook/config", self._config),
            Mend("GET", "/app/hook/deliveries", self._deliveries),
            Mend("GET", "/app/hook/deliveries/*", self._delivery),
            Mend("POST", "/app/hook/deliveries/*/attempts", self._attempt),
        ]

    async def _repositories(self, request: Request, forward: Forward) -> Answer:
        """https://docs.github.com/rest/apps/installations."""
        if request.caller is not Caller.INSTALLATION:
            return Answer.refusal(403, "Resource not accessible by personal access token")
        found = [await forward(read(request, f"/repos/{name}")) for name in cast.REPOSITORIES]
        repositories = window([answer.json for answer in found], request)
        return Answer.of(200, {"total_count": len(found), "repositories": repositories})

    async def _config(self, request: Request, _: Forward) -> Answer:
        """https://docs.github.com/rest/apps/webhooks."""
        if request.caller is not Caller.APP:
            return _no_token()
        config = {"content_type": "json", "insecure_ssl": "0", "secret": "********"}
        return Answer.of(200, {**config, "url": self._hooks.target})

    async def _deliveries(self, request: Request, _: Forward) -> Answer:
        if request.caller is not Caller.APP:
            return _no_token()
        latest_first = [_summary(delivery) for delivery in reversed(self._hooks.deliveries)]
        return Answer.of(200, window(latest_first, request))

    async def _delivery(self, request: Request, _: Forward) -> Answer:
        delivery = self._find(request.path.split("/")[4])
        if request.caller is not Caller.APP:
            return _no_token()
        if delivery is None:
            return Answer.refusal(404, "Not Found")
        sent = {"headers": dict(delivery.headers), "payload": delivery.payload}
        got = {"headers": {}, "payload": ""}
        return Answer.of(200, {**_summary(delivery), "request": sent, "response": got})

    async def _attempt(self, request: Request, _: Forward) -> Answer:
        delivery = self._find(request.path.split("/")[4])
        if request.caller is not Caller.APP:
            return _no_token()
        if delivery is None:
            return Answer.refusal(404, "Not Found")
        await self._hooks.redeliver(delivery)
        return Answer.of(202, {})

    def _find(self, number: str) -> Delivery | None:
        return next((one for one in self._hooks.deliveries if str(one.id) == number), None)


def _no_token() -> Answer:
    return Answer.refusal(401, "A JSON web token could not be decoded")


def _summary(delivery: Delivery) -> dict[str, Any]:
    repository = delivery.payload.get("repository") or {}
    return {
        "id": delivery.id,
        "guid": delivery.guid,
        "delivered_at": delivery.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "redelivery": delivery.redelivery,
        "duration": round(delivery.took, 2),
        "status": "failed to connect to host" if delivery.status is None else "OK",
        "status_code": delivery.status or 502,
        "event": delivery.event,
        "action": delivery.action,
        "installation_id": cast.INSTALLATION_ID,
        "repository_id": repository.get("id"),
        "throttled_at": None,
    }
