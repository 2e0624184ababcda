"""What an operator relies on: metrics, logs without secrets, a clean stop, honest readiness, the doctor."""

import asyncio
import json
import re
import time

import aiohttp
import psycopg
import pytest
import sqlalchemy as sa

from ghapp.demo import faults
from ghapp.demo.faults import Fault
from ghapp.engine.database import open_engine
from ghapp.engine.tables import inbox
from tests.support import gcp
from tests.support.e2e import (
    POLL,
    alert,
    deliver,
    fingerprints,
    handled,
    incidents,
    noticed,
    page,
    rows,
    send,
    until,
)
from tests.support.shell import ghapp

ISSUES = "/repos/acme/ops/issues"


@pytest.fixture
async def server(github, ghapp_server):
    server = ghapp_server()
    await server.start()
    return server


async def page_when(server, path, check, *, within=10):
    """One of the server's pages, once it is as it should be: a process sends no event when it changes."""
    async with asyncio.timeout(within):
        while True:
            answer = await page(server, path)
            if check(answer):
                return answer
            await asyncio.sleep(POLL)


class TestMetrics:
    async def test_they_move_with_what_happens(self, server):
        before = await numbers(server)
        opened = gcp.incident(severity="CRITICAL")
        await alert(server, opened)
        await send(server, gcp.console_test())
        await send(server, opened, token="wrong")
        await send(server, raw=b"{")
        await page_when(
            server, "/metrics", lambda answer: 'incidents{severity="sev1"} 1.0' in answer.text
        )
        after = await numbers(server)

        def moved(name):
            return after.get(name, 0) - before.get(name, 0)

        assert moved('ghapp_deliveries_accepted_total{source="gcp"}') == 1
        assert moved('ghapp_deliveries_ignored_total{source="gcp"}') == 1
        refused = [name for name in after if name.startswith("ghapp_deliveries_refused_total{")]
        assert sorted(moved(name) for name in refused) == [1, 1]
        assert any('reason="malformed"' in name for name in refused)
        opened_issue = 'ghapp_github_requests_total{kind="content",method="POST",status="201"}'
        assert moved(opened_issue) >= 1
        assert after["ghapp_github_rate_limit_remaining"] > 0
        assert after["ghapp_queue_depth"] == 0
        assert after["ghapp_queue_oldest_seconds"] == 0
        assert after["ghapp_parked_deliveries"] == 0
        assert after['ghapp_open_incidents{severity="sev2"}'] == 0

    async def test_the_queue_shows_what_waits_and_for_how_long(self, github, server):
        slow = faults.status(503, headers={"Retry-After": "30"})
        github.proxy.faults.add(Fault(faults.on("POST", ISSUES), slow))
        await send(server, gcp.incident())
        await page_when(server, "/metrics", lambda answer: "ghapp_queue_depth 1.0" in answer.text)
        assert (await numbers(server))["ghapp_queue_oldest_seconds"] > 0


async def numbers(server):
    """Every sample of /metrics by name and labels."""
    text = (await page(server, "/metrics")).text
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


class TestLogs:
    async def test_a_request_is_followed_from_the_door_to_github(self, github, server):
        await alert(server, gcp.incident())
        (row,) = [row for row in await rows(server) if row.source == "gcp"]
        assert ("POST", ISSUES) in calls_of(server, row.request_id)

        async with noticed(github, server):
            await github.person("bob").comment(1, "/ack")
        (delivery,) = [one for one in github.proxy.hooks.deliveries if one.event == "issue_comment"]
        assert ("POST", f"{ISSUES}/1/labels") in calls_of(server, delivery.guid)

    async def test_a_refusal_says_why_and_which_request(self, server):
        await send(server, raw=b"{")
        (line,) = [line for line in server.lines() if line["event"] == "delivery_refused"]
        assert line["reason"] == "malformed"
        assert line["source"] == "gcp"
        assert line["request_id"]

    async def test_every_line_is_json_and_none_shows_a_secret(self, github, server):
        settings = server.settings
        token, guess = settings["GHAPP_GCP_WEBHOOK_TOKEN"], "nearly-the-right-token-0451"
        await github.proxy.hooks.send("ping", {"zen": settings["GHAPP_GITHUB_WEBHOOK_SECRET"]})
        await alert(server, gcp.incident())
        async with noticed(github, server):
            await github.person("bob").comment(1, "/ack")
        for secret in (token, guess):
            await knock(server, secret)
        github.proxy.expire_tokens()
        github.proxy.faults.add(Fault(faults.any_write, faults.drop_before()))
        await alert(server, gcp.incident(policy="Another"))
        await server.restart()
        assert await server.terminate() == 0

        for line in server.lines():
            assert {"event", "level", "logger", "timestamp"} <= line.keys(), line
            assert line["timestamp"].endswith("Z")
        log = server.log.read_text()
        secrets = {
            "the GCP token": [token, token.replace(" ", "+"), token.replace(" ", "%20"), guess],
            "the webhook secret": [settings["GHAPP_GITHUB_WEBHOOK_SECRET"]],
            "the private key": settings["GHAPP_GITHUB_PRIVATE_KEY"].splitlines()[1:-1],
            "a token of GitHub's": given_tokens(github),
        }
        assert len(secrets["a token of GitHub's"]) >= 3
        shown = [name for name, texts in secrets.items() if any(text in log for text in texts)]
        assert shown == []


def calls_of(server, request_id):
    """The calls to GitHub that a request has caused, by the log."""
    return {
        (line["method"], line["path"])
        for line in server.lines()
        if line["event"] == "github.call" and line.get("request_id") == request_id
    }


def given_tokens(github):
    """Every token that the App has shown to GitHub: JSON web tokens and those of the installation."""
    headers = [
        call.request.headers["authorization"] for call in github.proxy.calls() if call.by_app
    ]
    return {header.partition(" ")[2] for header in headers}


async def knock(server, secret):
    """Show a secret at every wrong door, in every wrong way."""
    query = {"auth_token": secret}
    async with aiohttp.ClientSession() as session:
        for method, path in (
            ("GET", "/webhooks/gcp"),
            ("POST", "/webhooks/nobody"),
            ("POST", "/webhooks/gcp"),
            ("POST", "/webhooks/github"),
            ("GET", f"/{secret}"),
            ("GET", "/"),
        ):
            for headers in (
                {},
                {"Authorization": f"Bearer {secret}"},
                {"X-Hub-Signature-256": f"sha256={secret}", "X-GitHub-Event": "ping"},
                {"X-GitHub-Event": "push", "X-GitHub-Delivery": "1", "Cookie": f"s={secret}"},
            ):
                url = f"{server.url}{path}"
                content = f'{{"auth_token": "{secret}"'.encode()
                async with session.request(
                    method, url, params=query, data=content, headers=headers
                ) as answer:
                    assert answer.status != 202
        basic = {"Authorization": aiohttp.encode_basic_auth("ghapp", f"{secret}-but-wrong")}
        async with session.post(f"{server.url}/webhooks/gcp", headers=basic, data=b"{}") as answer:
            assert answer.status == 401
    chunked = "HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nnot a chunk\r\n"
    for raw in (
        f"auth_token={secret}\r\n\r\n",
        f"POST /webhooks/gcp?auth_token={secret} HTTP/9.9\r\n\r\n",
        f"POST /webhooks/gcp HTTP/1.1\r\nHost: x\r\nAuthorization Bearer {secret}\r\n\r\n",
        f"POST /webhooks/gcp?auth_token={secret.replace(' ', '+')} {chunked}",
    ):
        await shout(server, raw.encode())


async def shout(server, raw):
    """Send bytes that are no HTTP, and wait until the server hangs up or answers."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(raw)
    writer.write_eof()
    await reader.read()
    writer.close()
    await writer.wait_closed()


class TestStopping:
    async def test_under_load_it_stops_cleanly_and_loses_nothing(self, github, server):
        payloads = [gcp.incident(resource=gcp.service(number)) for number in range(30)]
        github.proxy.faults.add(Fault(faults.on("POST", ISSUES), faults.delay(2)))
        sending = [asyncio.create_task(deliver([server], payload)) for payload in payloads]
        await github.proxy.wait_for(lambda call: call.matches("POST", ISSUES), count=2)

        began = time.monotonic()
        assert await server.terminate(within=10) == 0
        assert time.monotonic() - began < 10
        assert server.lines()[-1]["event"] == "stopped"

        await server.start()
        await asyncio.gather(*sending)
        await handled(server, within=30)
        found = fingerprints(await incidents(github))
        assert len(set(found)) == len(found), "an incident was opened twice"
        accepted = {row.delivery_id.partition(":")[0] for row in await rows(server)}
        assert len(accepted) == len(payloads)


class TestReadiness:
    async def test_not_before_the_model_has_been_read(self, github, ghapp_server):
        contents = faults.on("GET", "/repos/acme/ops/contents/OWNERS.yaml")
        fault = github.proxy.faults.add(Fault(contents, faults.status(503), times=None))
        server = ghapp_server()
        await server.launch()
        await until(lambda: fault.hits and "listening" in server.tail())
        answer = await page(server, "/readyz")
        assert answer.status == 503
        assert "OWNERS.yaml has not been read yet" in answer.text
        assert (await page(server, "/healthz")).status == 200
        assert (await send(server, gcp.incident())).status == 202

        fault.times = 0
        await page_when(server, "/readyz", lambda answer: answer.status == 200)
        await handled(server)
        assert len(await incidents(github)) == 1

    async def test_not_while_the_database_is_away(self, github, ghapp_server, postgres):
        server = ghapp_server(GHAPP_DATABASE_URL=postgres.replace("@", ":swordfish-451@"))
        await server.start()
        await alert(server, gcp.incident(policy="First"))

        admit(postgres, no_one=True)
        answer = await page_when(server, "/readyz", lambda answer: answer.status == 503)
        assert "the database does not answer" in answer.text
        assert (await send(server, gcp.incident(policy="Second"))).status == 503
        assert (await page(server, "/healthz")).status == 200

        admit(postgres, no_one=False)
        await page_when(server, "/readyz", lambda answer: answer.status == 200, within=20)
        await deliver([server], gcp.incident(policy="Second"))
        await handled(server)
        assert len(await incidents(github)) == 2
        assert "swordfish-451" not in server.log.read_text()
        assert [line for line in server.lines() if "text" in line] == []


def admit(url, *, no_one):
    """Close a database and throw everyone out, as when its server is gone; or open it again."""
    server, _, name = url.rpartition("/")
    assert re.fullmatch(r"\w+", name)
    allowed = "false" if no_one else "true"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {allowed}'.encode())
        if no_one:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
            )


class TestPoison:
    async def test_it_is_parked_with_its_reason_and_stops_nobody(self, github, server):
        await server.terminate()
        insert(server, "poison-1", kind="riddle", attempts=3)  # two more are all that it gets
        await server.start()
        await send(server, gcp.incident(policy="Sound"))
        await github.proxy.wait_for(lambda call: call.matches("POST", ISSUES))
        assert "waiting" in {row.state for row in await rows(server)}, "it is still being tried"
        await until(lambda: "delivery_parked" in server.tail(), within=20)
        (row,) = [row for row in await rows(server) if row.delivery_id == "poison-1"]
        assert (row.state, row.attempts) == ("parked", 5)
        assert row.reason == "UnknownPayload: unknown kind of event: 'riddle'"

        code, out, _ = await ghapp(server, "doctor", "--json")
        assert code == 1
        (finding,) = [one for one in json.loads(out) if one["state"] == "problem"]
        assert finding["about"] == "Parked message"
        assert f"#{row.id} from gcp" in finding["text"]
        assert row.reason in finding["text"]
        assert "poison-1" in finding["hint"]
        await page_when(
            server, "/metrics", lambda answer: "ghapp_parked_deliveries 1.0" in answer.text
        )


def insert(server, delivery, *, kind, attempts):
    """Put a row that nobody can handle into the inbox of a server that is not running."""
    db = open_engine(server.settings["GHAPP_DATABASE_URL"])
    row = {
        "source": "gcp",
        "delivery_id": delivery,
        "conversation": "incident:gcp:poison",
        "kind": kind,
        "payload": b"{}",
        "request_id": "r-1",
        "received_at": time.time(),
        "attempts": attempts,
    }
    with db.begin() as connection:
        connection.execute(sa.insert(inbox).values(row))
    db.dispose()
