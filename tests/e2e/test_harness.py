"""The emulated GitHub is what the other tests stand on: it must be GitHub-like, and break on request."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from types import SimpleNamespace
from urllib.parse import quote

import aiohttp
import gidgethub
import gidgethub.aiohttp
import jwt
import psycopg
import pytest
from aiohttp import web

from ghapp.demo import cast, faults
from ghapp.demo.faults import Fault
from ghapp.demo.hooks import HookFault
from tests.support import openapi

ISSUES = f"/repos/{cast.HOME}/issues"


class App:
    """A minimal GitHub App."""

    def __init__(self, github, session):
        self.github = github
        self.session = session
        self.client = gidgethub.aiohttp.GitHubAPI(session, "ghapp", base_url=github.proxy.api_url)
        self.token = ""

    def jwt(self):
        now = int(time.time())
        claims = {"iat": now - 60, "exp": now + 540, "iss": str(self.github.emulator.app_id)}
        return jwt.encode(claims, self.github.emulator.private_key_pem, algorithm="RS256")

    async def log_in(self):
        installations = await self.client.getitem("/app/installations", jwt=self.jwt())
        path = f"/app/installations/{installations[0]['id']}/access_tokens"
        self.token = (await self.client.post(path, data=b"", jwt=self.jwt()))["token"]

    async def get(self, path, **options):
        return await self.client.getitem(path, oauth_token=self.token, **options)

    async def post(self, path, data):
        return await self.client.post(path, data=data, oauth_token=self.token)

    async def patch(self, path, data):
        return await self.client.patch(path, data=data, oauth_token=self.token)


@pytest.fixture
async def app(github) -> AsyncIterator[App]:
    async with aiohttp.ClientSession() as session:
        app = App(github, session)
        await app.log_in()
        yield app


@pytest.fixture
async def receiver(github):
    """A tiny app that keeps what it is sent."""
    got = SimpleNamespace(deliveries=[], arrived=asyncio.Event(), status=202)

    async def take(request):
        got.deliveries.append((dict(request.headers), await request.read()))
        got.arrived.set()
        return web.Response(status=got.status)

    async def wait(count):
        async with asyncio.timeout(5):
            while len(got.deliveries) < count:
                got.arrived.clear()
                await got.arrived.wait()
        return [json.loads(body) for _, body in got.deliveries]

    application = web.Application()
    application.router.add_post("/webhooks/github", take)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    got.wait = wait
    github.proxy.hooks.target = f"http://127.0.0.1:{runner.addresses[0][1]}/webhooks/github"
    yield got
    await runner.cleanup()


class TestLikeGitHub:
    async def test_an_app_opens_labels_and_comments(self, app):
        issue = await app.post(
            ISSUES, {"title": "Down", "body": "b", "labels": ["incident", "area/x"]}
        )
        comment = await app.post(f"{ISSUES}/1/comments", {"body": "Looking"})
        assert issue["user"] | {"login": "ghapp[bot]", "type": "Bot"} == issue["user"]
        assert issue["performed_via_github_app"]["slug"] == "ghapp"
        assert comment["performed_via_github_app"]["id"] == app.github.emulator.app_id
        assert [label["name"] for label in issue["labels"]] == ["incident", "area/x"]
        await app.client.delete(
            f"{ISSUES}/1/labels/{quote('area/x', safe='')}", oauth_token=app.token
        )
        assert [found["number"] for found in await app.get(f"{ISSUES}?labels=incident")] == [1]
        assert await app.get(f"{ISSUES}?labels=area/x") == []

    async def test_owners_is_there(self, app, owners):
        assert await app.github.person("bob").read_file("OWNERS.yaml") == owners

    async def test_times_are_whole_seconds_and_since_includes_its_own(self, app):
        issue = await app.post(ISSUES, {"title": "Down"})
        assert len(issue["created_at"]) == len("2026-11-22T20:00:00Z")
        assert await app.get(f"{ISSUES}?since={issue['updated_at']}") == [issue]
        assert await app.get(f"{ISSUES}?since=2100-01-01T00:00:00Z") == []

    async def test_reactions_are_kept_once(self, app):
        await app.post(ISSUES, {"title": "Down"})
        comment = await app.github.person("alice").comment(1, "/ack")
        path = f"{ISSUES}/comments/{comment['id']}/reactions"
        first = await app.post(path, {"content": "+1"})
        assert await app.post(path, {"content": "+1"}) == first
        assert first["user"]["login"] == "ghapp[bot]"
        assert await app.github.person("bob").reactions(comment["id"]) == ["+1"]
        with pytest.raises(gidgethub.BadRequest):
            await app.post(f"{ISSUES}/comments/99/reactions", {"content": "+1"})

    async def test_an_installation_knows_its_repositories(self, app):
        found = await app.get("/installation/repositories")
        assert [one["full_name"] for one in found["repositories"]] == list(cast.REPOSITORIES)

    @pytest.mark.parametrize(
        ("login", "expected"), [("alice", "admin"), ("mallory", "read"), ("nobody-at-all", None)]
    )
    async def test_permissions(self, app, login, expected):
        path = f"/repos/{cast.HOME}/collaborators/{login}/permission"
        if expected is None:
            with pytest.raises(gidgethub.BadRequest):
                await app.get(path)
        else:
            assert (await app.get(path))["permission"] == expected

    async def test_strangers_may_comment_but_not_change(self, github):
        await github.person("alice").open_issue("Down", labels=["incident"])
        mallory = github.person("mallory")
        await mallory.comment(1, "/resolve")
        attempts = [
            ("PATCH", f"{ISSUES}/1", {"state": "closed"}),
            ("POST", f"{ISSUES}/1/labels", {"labels": ["x"]}),
            ("DELETE", f"{ISSUES}/1/labels/incident", None),
            ("POST", f"{ISSUES}/1/assignees", {"assignees": ["mallory"]}),
        ]
        for method, path, body in attempts:
            assert (await mallory.request(method, path, body)).status == 403
        own = await mallory.open_issue("A question")
        assert (await mallory.close(own["number"]))["state"] == "closed"

    async def test_unassignable_people_are_passed_over(self, app):
        await app.post(ISSUES, {"title": "Down"})
        issue = await app.post(f"{ISSUES}/1/assignees", {"assignees": ["alice", "nobody-at-all"]})
        assert [one["login"] for one in issue["assignees"]] == ["alice"]

    async def test_too_long_a_body_is_refused(self, app):
        with pytest.raises(gidgethub.ValidationError, match="body"):
            await app.post(ISSUES, {"title": "Down", "body": "x" * 65_537})

    async def test_an_existing_label_is_refused_with_a_reason(self, app):
        label = {"name": "sev1", "color": "b60205", "description": "All hands"}
        await app.post(f"/repos/{cast.HOME}/labels", label)
        with pytest.raises(gidgethub.InvalidField, match="name"):
            await app.post(f"/repos/{cast.HOME}/labels", label)

    async def test_an_unchanged_answer_is_a_304_and_free(self, app):
        url = f"{app.github.proxy.api_url}{ISSUES}"
        headers = {"Authorization": f"Bearer {app.token}"}
        async with app.session.get(url, headers=headers) as first:
            tag = first.headers["ETag"]
        seen = app.github.proxy.last
        async with app.session.get(url, headers={**headers, "If-None-Match": tag}) as second:
            assert (second.status, await second.read()) == (304, b"")
        assert app.github.proxy.counted(since=seen) == []
        await app.post(ISSUES, {"title": "Down"})
        async with app.session.get(url, headers={**headers, "If-None-Match": tag}) as third:
            assert third.status == 200
        app.github.proxy.etags = False
        async with app.session.get(url, headers=headers) as fourth:
            assert "ETag" not in fourth.headers

    async def test_tokens_end(self, app):
        app.github.proxy.expire_tokens()
        with pytest.raises(gidgethub.BadRequest, match="Bad credentials"):
            await app.get(ISSUES)
        await app.log_in()
        assert await app.get(ISSUES) == []

    async def test_pages_lead_through_the_proxy(self, app):
        for number in range(3):
            await app.post(ISSUES, {"title": f"{number}"})
        found = app.client.getiter(f"{ISSUES}?per_page=1", oauth_token=app.token)
        assert len([issue async for issue in found]) == 3
        assert all(call.by_app for call in app.github.proxy.calls() if call.query)

    @pytest.mark.parametrize("base_path", ["/api/v3"])
    async def test_enterprise_keeps_the_api_under_a_path(self, app, base_path):
        for number in range(2):
            await app.post(ISSUES, {"title": f"{number}"})
        found = app.client.getiter(f"{ISSUES}?per_page=1", oauth_token=app.token)
        assert len([issue async for issue in found]) == 2


class TestRecording:
    async def test_who_called_what(self, app):
        await app.github.person("alice").open_issue("Down")
        await app.get(f"{ISSUES}?state=open")
        calls = app.github.proxy.calls()
        assert [(call.request.login, call.method, call.path) for call in calls[-2:]] == [
            ("alice", "POST", ISSUES),
            ("ghapp[bot]", "GET", ISSUES),
        ]
        assert calls[-2].body["title"] == "Down"
        assert calls[-1].query == {"state": "open"}
        assert calls[-1].status == 200
        assert [call.path for call in app.github.proxy.counted()] == ["/app/installations", ISSUES]

    async def test_waiting_ends_when_it_happens(self, app):
        opened = app.github.proxy.wait_for(lambda call: call.matches("POST", "/repos/*/*/issues"))
        waiting = asyncio.create_task(opened)
        await app.post(ISSUES, {"title": "Down"})
        assert [call.status for call in await waiting] == [201]

    async def test_waiting_in_vain_says_what_was_seen(self, app):
        await app.post(ISSUES, {"title": "Down"})
        with pytest.raises(AssertionError, match=r"POST /repos/acme/ops/issues -> 201"):
            await app.github.proxy.wait_for(lambda call: call.status == 599, within=0.05)


class TestFaults:
    async def test_a_status(self, app):
        writes = app.github.proxy.faults.add(Fault(faults.any_write, faults.status(502), times=2))
        for _ in range(2):
            with pytest.raises(gidgethub.GitHubBroken):
                await app.post(ISSUES, {"title": "Down"})
        assert (await app.post(ISSUES, {"title": "Down"}))["number"] == 1
        assert writes.hits == 2

    async def test_a_connection_dropped_before_the_work(self, app):
        app.github.proxy.faults.add(Fault(faults.any_write, faults.drop_before()))
        with pytest.raises(aiohttp.ClientError):
            await app.post(ISSUES, {"title": "Down"})
        assert await app.get(ISSUES) == []

    async def test_an_answer_lost_after_the_work(self, app):
        app.github.proxy.faults.add(
            Fault(faults.on("POST", "/repos/*/*/issues"), faults.drop_after())
        )
        with pytest.raises(aiohttp.ClientError):
            await app.post(ISSUES, {"title": "Down"})
        assert [issue["title"] for issue in await app.get(ISSUES)] == ["Down"]
        lost = app.github.proxy.calls()[-2]
        assert (lost.status, lost.fault) == (201, "dropped after")

    async def test_a_delay(self, app):
        app.github.proxy.faults.add(Fault(faults.any_call, faults.delay(0.2)))
        await app.get(ISSUES)
        assert app.github.proxy.calls()[-1].took >= 0.2

    async def test_a_primary_limit(self, app):
        app.github.proxy.faults.add(
            Fault(faults.any_call, faults.rate_limit("primary", retry_after=5))
        )
        with pytest.raises(gidgethub.RateLimitExceeded) as caught:
            await app.get(ISSUES)
        assert caught.value.rate_limit.remaining == 0
        assert 0 < caught.value.rate_limit.reset_datetime.timestamp() - time.time() <= 5

    @pytest.mark.parametrize("retry_after", [7, None])
    @pytest.mark.parametrize("code", [403, 429])
    async def test_a_secondary_limit(self, app, retry_after, code):
        action = faults.rate_limit("secondary", retry_after=retry_after, code=code)
        app.github.proxy.faults.add(Fault(faults.any_call, action))
        url = f"{app.github.proxy.api_url}{ISSUES}"
        headers = {"Authorization": f"Bearer {app.token}"}
        async with app.session.get(url, headers=headers) as answer:
            assert answer.status == code
            assert answer.headers.get("Retry-After") == (retry_after and str(retry_after))
            assert "secondary rate limit" in (await answer.json())["message"]
            assert answer.headers["X-RateLimit-Remaining"] != "0"

    async def test_people_are_spared(self, app):
        app.github.proxy.faults.add(Fault(faults.any_call, faults.status(500), times=None))
        assert (await app.github.person("alice").open_issue("Down"))["number"] == 1
        app.github.proxy.faults.clear()
        assert len(await app.get(ISSUES)) == 1


class TestDescription:
    @pytest.mark.parametrize("invalid_requests", [[f"POST {ISSUES}"]])
    async def test_a_bad_request_is_noticed(self, app, invalid_requests):
        await app.post(f"{ISSUES}?pages=2", {"title": "Down", "label": ["incident"]})
        assert openapi.problems(app.github.proxy.calls()[-1].request) == [
            "unknown query parameter pages",
            "body: Additional properties are not allowed ('label' was unexpected)",
        ]


class TestWebhooks:
    async def test_a_signed_delivery_for_each_event(self, app, receiver):
        await app.github.person("alice").open_issue("Down")
        comment = await app.github.person("bob").comment(1, "/ack")
        await app.github.person("bob").edit_comment(comment["id"], "/ack at once")
        opened, commented, edited = await receiver.wait(3)
        assert (opened["action"], opened["sender"]["login"]) == ("opened", "alice")
        assert opened["installation"]["id"] == cast.INSTALLATION_ID
        assert commented["comment"]["body"] == "/ack"
        assert edited["changes"] == {"body": {"from": "/ack"}}
        for headers, body in receiver.deliveries:
            digest = hmac.new(app.github.emulator.webhook_secret.encode(), body, hashlib.sha256)
            assert headers["X-Hub-Signature-256"] == f"sha256={digest.hexdigest()}"
        ids = {headers["X-GitHub-Delivery"] for headers, _ in receiver.deliveries}
        assert len(ids) == 3

    async def test_what_the_app_does_is_delivered_too(self, app, receiver):
        await app.post(ISSUES, {"title": "Down"})
        await app.patch(f"{ISSUES}/1", {"body": "new"})
        opened, edited = await receiver.wait(2)
        assert opened["sender"]["type"] == "Bot"
        assert opened["issue"]["performed_via_github_app"]["slug"] == "ghapp"
        assert edited["changes"] == {"body": {"from": ""}}

    async def test_a_push_tells_what_changed(self, github, receiver):
        await github.person("alice").put_file("OWNERS.yaml", "version: 2\n")
        (push,) = await receiver.wait(1)
        assert push["ref"] == "refs/heads/main"
        assert push["commits"][0]["modified"] == ["OWNERS.yaml"]

    async def test_deliveries_can_be_lost_and_asked_for_again(self, app, receiver):
        hooks = app.github.proxy.hooks
        hooks.faults.append(HookFault(lambda delivery: delivery.event == "issues", "lose"))
        await app.github.person("alice").open_issue("Down")
        await app.github.person("alice").comment(1, "x")
        (commented,) = await receiver.wait(1)
        assert "comment" in commented
        failed = (await app.client.getitem("/app/hook/deliveries", jwt=app.jwt()))[-1]
        assert (failed["event"], failed["status_code"]) == ("issues", 502)
        path = f"/app/hook/deliveries/{failed['id']}/attempts"
        await app.client.post(path, data=b"", jwt=app.jwt())
        assert (await receiver.wait(2))[-1]["action"] == "opened"
        assert receiver.deliveries[-1][0]["X-GitHub-Delivery"] == failed["guid"]

    async def test_deliveries_can_change_places(self, github, receiver):
        hooks = github.proxy.hooks
        hooks.faults.append(HookFault(lambda delivery: True, "hold", times=2))
        for count, title in enumerate(("First", "Second", "Third"), 1):
            await github.person("alice").open_issue(title)
            await hooks.received(count)
        await receiver.wait(1)
        hooks.release(backwards=True)
        titles = [one["issue"]["title"] for one in await receiver.wait(3)]
        assert titles == ["Third", "Second", "First"]

    async def test_a_delivery_can_come_twice(self, github, receiver):
        github.proxy.hooks.faults.append(HookFault(lambda delivery: True, "repeat"))
        await github.person("alice").open_issue("Down")
        await receiver.wait(2)
        assert len({headers["X-GitHub-Delivery"] for headers, _ in receiver.deliveries}) == 1

    async def test_events_that_the_emulator_never_sends(self, github, receiver):
        delivery = await github.proxy.hooks.send("ping", {"zen": "Keep it simple."})
        assert delivery.status == 202
        assert (await receiver.wait(1))[0]["zen"] == "Keep it simple."

    async def test_an_app_that_is_down_misses_its_deliveries(self, github):
        github.proxy.hooks.target = "http://127.0.0.1:9/webhooks/github"
        delivery = await github.proxy.hooks.send("ping", {})
        assert delivery.status is None


def test_a_database_of_its_own(postgres):
    with psycopg.connect(postgres) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
