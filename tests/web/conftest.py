"""A client of the application, with an inbox in memory behind the doors."""

import hmac
import io
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient

from ghapp.core.facts import RepoName
from ghapp.engine.inbox import Delivery, InboxUnavailable
from ghapp.settings import Settings
from ghapp.sources import gcp
from ghapp.web.app import Deps, create_app

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SECRETS = ("old-secret", "new-secret")
TOKEN = "a-token"


@dataclass
class MemoryInbox:
    """An inbox that keeps what it is given; `away` makes it refuse."""

    stored: list[Delivery] = field(default_factory=list)
    parked: dict[str, str] = field(default_factory=dict)
    away: bool = False

    async def put(self, delivery: Delivery) -> bool:
        if self.away:
            raise InboxUnavailable("database is away", retry_after=7)
        fresh = all((one.source, one.id) != (delivery.source, delivery.id) for one in self.stored)
        if fresh:
            self.stored.append(delivery)
        return fresh

    async def park(self, delivery: Delivery, reason: str) -> bool:
        fresh = await self.put(delivery)
        self.parked[delivery.id] = reason
        return fresh


class Doors:
    """Speaks to the application as GitHub and Google do."""

    def __init__(self, client: TestClient[Any, Any], inbox: MemoryInbox) -> None:
        self.client = client
        self.inbox = inbox

    async def github(
        self,
        event: str | None,
        payload: object,
        *,
        delivery: str | None = "d-1",
        secret: str = SECRETS[1],
        **headers: str | None,
    ) -> ClientResponse:
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        sent = {
            "X-GitHub-Event": event,
            "X-GitHub-Delivery": delivery,
            "X-Hub-Signature-256": f"sha256={hmac.new(secret.encode(), body, 'sha256').hexdigest()}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        known = {name: value for name, value in sent.items() if value is not None}
        return await self.client.post("/webhooks/github", data=io.BytesIO(body), headers=known)

    async def gcp(
        self, payload: object, *, token: str | None = TOKEN, **headers: str
    ) -> ClientResponse:
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        query = {} if token is None else {"auth_token": token}
        return await self.client.post(
            "/webhooks/gcp", data=io.BytesIO(body), params=query, headers=headers
        )


Open = Callable[..., Awaitable[Doors]]


@pytest.fixture
def doors_of(aiohttp_client: Any) -> Open:
    """Start the application; arguments replace the usual settings or dependencies."""

    async def start(
        *,
        github_secrets: tuple[str, ...] = SECRETS,
        variables: dict[str, str] | None = None,
        **deps: Any,
    ) -> Doors:
        settings = Settings(
            app_id="1",
            private_key="",
            home_repo=RepoName("acme/ops"),
            github_webhook_secrets=github_secrets,
            variables={"GHAPP_GCP_WEBHOOK_TOKEN": TOKEN} if variables is None else variables,
        )
        inbox = deps.pop("inbox", MemoryInbox())
        wanted = {
            "sources": {"gcp": gcp.SOURCE},
            "ready": lambda: (True, ()),
            "now": lambda: NOW,
            **deps,
        }
        app = create_app(Deps(settings=settings, inbox=inbox, **wanted))
        return Doors(await aiohttp_client(app), inbox)

    return start


@pytest.fixture
async def doors(doors_of: Open) -> Doors:
    """The application with both senders on."""
    return await doors_of()


@pytest.fixture
def gcp_message() -> dict[str, Any]:
    """A notification of an open incident."""
    return {
        "version": "1.2",
        "incident": {
            "incident_id": "0.abc",
            "scoping_project_id": "acme",
            "state": "open",
            "started_at": int(NOW.timestamp()) - 60,
            "summary": "API is slow",
            "policy_name": "API latency",
            "condition_name": "p99",
        },
    }


@pytest.fixture
def comment_payload() -> dict[str, Any]:
    """A person's comment with a command, on an ordinary issue."""
    return {
        "action": "created",
        "issue": {
            "number": 7,
            "updated_at": "2026-03-02T09:30:00Z",
            "body": "It hangs.",
            "user": {"login": "bob", "type": "User"},
            "labels": [],
        },
        "comment": {
            "id": 99,
            "created_at": "2026-03-02T09:30:00Z",
            "updated_at": "2026-03-02T09:40:00Z",
            "body": "/ack",
            "user": {"login": "alice", "type": "User"},
        },
        "repository": {"full_name": "acme/ops", "default_branch": "main"},
        "sender": {"login": "alice", "type": "User"},
    }
