"""What happens on the wire: lost answers, redirects, limits and retries."""

from collections.abc import Callable

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from ghapp.github.client import GitHubClient
from ghapp.github.errors import RateLimited, Refused, Unavailable
from ghapp.github.priority import Priority
from tests.github.conftest import REPO
from tests.support.limit_store import FakeClock, MemoryLimitStore
from tests.support.scripted_github import DROP, Reply, ScriptedGitHub

pytestmark = pytest.mark.enable_socket

ISSUES = "/repos/acme/api/issues"
BROKEN = Reply(502, {"message": "Server Error"})


async def test_a_read_is_tried_three_times(client: GitHubClient, scripted: ScriptedGitHub) -> None:
    scripted.on("GET", ISSUES, BROKEN, DROP, [1])
    assert (await client.request("GET", ISSUES, repo=REPO)).data == [1]
    assert len(scripted.api_requests) == 3


async def test_a_read_that_stays_broken_is_given_up(
    client: GitHubClient, scripted: ScriptedGitHub
) -> None:
    scripted.on("GET", ISSUES, BROKEN)
    with pytest.raises(Unavailable) as told:
        await client.request("GET", ISSUES, repo=REPO)
    assert not told.value.uncertain
    assert len(scripted.api_requests) == 3


@pytest.mark.parametrize("failure", [BROKEN, DROP, Reply(201, raw=b"<html>")])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_a_write_is_sent_once_and_may_have_happened(
    method: str, failure: Reply, client: GitHubClient, scripted: ScriptedGitHub
) -> None:
    scripted.on(method, ISSUES, failure)
    with pytest.raises(Unavailable) as told:
        await client.request(method, ISSUES, repo=REPO, body={"title": "x"})
    assert told.value.uncertain
    assert len(scripted.api_requests) == 1


async def test_a_write_that_never_left_is_certain(
    client: GitHubClient, scripted: ScriptedGitHub, unused_tcp_port: int
) -> None:
    await client.request("GET", "/app", repo=None)
    client._base_url = f"http://127.0.0.1:{unused_tcp_port}"
    with pytest.raises(Unavailable) as told:
        await client.request("POST", ISSUES, repo=None, body={})
    assert not told.value.uncertain


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
async def test_a_moved_repository_is_asked_the_same_at_its_new_place(
    method: str, status: int, client: GitHubClient, scripted: ScriptedGitHub
) -> None:
    there = Reply(status, {"message": "Moved"}, {"location": "/api/v3/repositories/9/issues"})
    scripted.on(method, ISSUES, there)
    scripted.on(method, "/repositories/9/issues", {"number": 1})
    body = None if method == "GET" else {"title": "x"}
    response = await client.request(method, ISSUES, repo=REPO, body=body)
    assert response.data == {"number": 1}
    assert [(r.method, r.body) for r in scripted.api_requests] == [(method, body), (method, body)]


@pytest.mark.parametrize(
    "location", ["https://evil.example/api/v3/x", "//evil.example/x", "", "http://[bad"]
)
async def test_no_redirect_leads_elsewhere(
    location: str, client: GitHubClient, scripted: ScriptedGitHub
) -> None:
    scripted.on("POST", ISSUES, Reply(307, {}, {"location": location}))
    with pytest.raises(Refused):
        await client.request("POST", ISSUES, repo=REPO, body={})
    assert len(scripted.api_requests) == 1


async def test_a_second_redirect_is_refused(client: GitHubClient, scripted: ScriptedGitHub) -> None:
    scripted.on("GET", ISSUES, Reply(301, {}, {"location": "/api/v3/a"}))
    scripted.on("GET", "/a", Reply(301, {}, {"location": "/api/v3/b"}))
    with pytest.raises(Refused):
        await client.request("GET", ISSUES, repo=REPO)


@pytest.mark.parametrize("status", [403, 429])
async def test_nothing_is_sent_before_retry_after_is_over_even_after_a_restart(
    status: int,
    new_client: Callable[[], GitHubClient],
    scripted: ScriptedGitHub,
    clock: FakeClock,
) -> None:
    client = new_client()
    limited = Reply(
        status, {"message": "You have exceeded a secondary rate limit"}, {"retry-after": "30"}
    )
    scripted.on("POST", ISSUES, limited, Reply(201, {"number": 1}))
    with pytest.raises(RateLimited):
        await client.request("POST", ISSUES, repo=REPO, body={})
    sent = len(scripted.requests)
    clock.pass_(29)
    for one in (client, new_client()):
        with pytest.raises(RateLimited):
            await one.request("POST", ISSUES, repo=REPO, body={}, priority=Priority.SEV1)
        with pytest.raises(RateLimited):
            await one.request("GET", "/app", repo=None)
    assert len(scripted.requests) == sent
    clock.pass_(1)
    assert (await client.request("POST", ISSUES, repo=REPO, body={})).status == 201


async def test_a_broken_github_that_names_a_time_is_left_alone_until_then(
    client: GitHubClient, scripted: ScriptedGitHub, clock: FakeClock
) -> None:
    scripted.on("GET", ISSUES, Reply(503, {}, {"retry-after": "30"}), [1])
    with pytest.raises(RateLimited):
        await client.request("GET", ISSUES, repo=REPO)
    assert len(scripted.api_requests) == 1
    clock.pass_(30)
    assert (await client.request("GET", ISSUES, repo=REPO)).data == [1]


async def test_a_refusal_is_no_limit(client: GitHubClient, scripted: ScriptedGitHub) -> None:
    message = "Resource not accessible by integration"
    scripted.on("POST", ISSUES, Reply(403, {"message": message}), Reply(201, {}))
    with pytest.raises(Refused, match=message):
        await client.request("POST", ISSUES, repo=REPO, body={})
    await client.request("POST", ISSUES, repo=REPO, body={})


async def test_writes_are_counted_and_reads_are_not(
    client: GitHubClient, scripted: ScriptedGitHub, store: MemoryLimitStore
) -> None:
    scripted.on("GET", ISSUES, [])
    scripted.on("POST", ISSUES, Reply(201, {}))
    await client.request("GET", ISSUES, repo=REPO)
    assert store.spent == []
    await client.request("POST", ISSUES, repo=REPO, body={})
    assert len(store.spent) == 1


async def test_logs_and_metrics_tell_of_each_call_but_not_its_query(
    client: GitHubClient, scripted: ScriptedGitHub
) -> None:
    def count() -> float:
        labels = {"method": "GET", "status": "200", "kind": "read"}
        return REGISTRY.get_sample_value("ghapp_github_requests_total", labels) or 0.0

    before = count()
    scripted.on("GET", ISSUES, Reply(200, [], {"x-ratelimit-remaining": "4321"}))
    with capture_logs() as logs:
        await client.request("GET", f"{ISSUES}?access_token=secret", repo=REPO)
    assert count() == before + 1
    assert REGISTRY.get_sample_value("ghapp_github_rate_limit_remaining") == 4321
    call = logs[-1]
    assert (call["event"], call["method"], call["status"], call["remaining"]) == (
        "github.call",
        "GET",
        200,
        "4321",
    )
    assert call["path"] == f"/api/v3{ISSUES}"
    assert "secret" not in str(logs)
