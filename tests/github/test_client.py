"""GitHub's REST API: headers, conditional reads and pages."""

from datetime import timedelta

import pytest

from ghapp.github.client import MAX_PAGES, GitHubClient
from ghapp.github.errors import Gone, Refused
from ghapp.github.headers import USER_AGENT
from tests.github.conftest import REPO
from tests.support.limit_store import FakeClock
from tests.support.scripted_github import Reply, Request, ScriptedGitHub

pytestmark = pytest.mark.enable_socket

ISSUES = "/repos/acme/api/issues"


def conditional(data: object, etag: str, token: str | None = None) -> object:
    """Answers 304 to whoever knows the ETag, as GitHub does only for the token that got it."""

    def answer(request: Request) -> Reply:
        mine = token is None or request.headers["authorization"] == token
        if mine and request.headers.get("if-none-match") == etag:
            return Reply(304, None, {"etag": etag})
        return Reply(200, data, {"etag": etag})

    return answer


async def test_every_call_says_who_asks_and_in_which_version(
    client: GitHubClient, scripted: ScriptedGitHub
) -> None:
    await client.request("GET", "/app", repo=None)
    headers = scripted.requests[0].headers
    assert headers["user-agent"] == USER_AGENT
    assert headers["accept"] == "application/vnd.github+json"
    assert headers["x-github-api-version"] == "2022-11-28"


async def test_what_has_not_changed_is_free(client: GitHubClient, scripted: ScriptedGitHub) -> None:
    scripted.on("GET", ISSUES, conditional([1], 'W/"a"'))
    first = await client.request("GET", ISSUES, repo=REPO)
    second = await client.request("GET", ISSUES, repo=REPO)
    assert (first.data, first.free) == ([1], False)
    assert (second.data, second.free) == ([1], True)
    first.data.append(2)
    assert (await client.request("GET", ISSUES, repo=REPO)).data == [1]


async def test_another_query_is_another_question(
    client: GitHubClient, scripted: ScriptedGitHub
) -> None:
    scripted.on("GET", ISSUES, conditional([1], 'W/"a"'))
    await client.request("GET", ISSUES, repo=REPO)
    assert not (await client.request("GET", f"{ISSUES}?state=all", repo=REPO)).free
    assert client.remembers(ISSUES, repo=REPO)
    assert not client.remembers(f"{ISSUES}?page=2", repo=REPO)


async def test_right_after_the_token_has_changed(
    client: GitHubClient, scripted: ScriptedGitHub, clock: FakeClock
) -> None:
    scripted.on("GET", ISSUES, conditional([1], "a", "token t1"))
    await client.request("GET", ISSUES, repo=REPO)
    clock.at += timedelta(minutes=56)
    scripted.on("GET", ISSUES, conditional([1, 2], "b", "token t2"))
    changed = await client.request("GET", ISSUES, repo=REPO)
    again = await client.request("GET", ISSUES, repo=REPO)
    assert (changed.data, changed.free) == ([1, 2], False)
    assert (again.data, again.free) == ([1, 2], True)


async def test_nothing_is_remembered_before_the_first_call(client: GitHubClient) -> None:
    assert not client.remembers(ISSUES, repo=REPO)


async def test_every_page_is_followed_and_remembered(
    client: GitHubClient, scripted: ScriptedGitHub
) -> None:
    def page(request: Request) -> Reply:
        number = int(request.query.get("page", "1"))
        if request.headers.get("if-none-match") == f"p{number}":
            return Reply(304)
        following = f'<{scripted.base_url}{ISSUES}?page={number + 1}>; rel="next"'
        return Reply(200, [number], {"etag": f"p{number}", "link": following if number < 3 else ""})

    scripted.on("GET", ISSUES, page)
    for free in (False, True):
        pages = [one async for one in client.pages(ISSUES, repo=REPO)]
        assert [(one.data, one.free) for one in pages] == [([n], free) for n in (1, 2, 3)]


async def test_a_next_page_on_another_host_is_refused(
    client: GitHubClient, scripted: ScriptedGitHub
) -> None:
    link = {"link": '<https://evil.example/2>; rel="next"'}
    scripted.on("GET", ISSUES, Reply(200, [], link))
    with pytest.raises(Refused):
        _ = [one async for one in client.pages(ISSUES, repo=REPO)]


async def test_a_listing_without_end_is_refused(
    client: GitHubClient, scripted: ScriptedGitHub
) -> None:
    link = {"link": f'<{scripted.base_url}{ISSUES}>; rel="next"'}
    scripted.on("GET", ISSUES, Reply(200, [], link))
    with pytest.raises(Refused):
        _ = [one async for one in client.pages(ISSUES, repo=REPO)]
    assert len(scripted.api_requests) == MAX_PAGES


async def test_deleted(client: GitHubClient, scripted: ScriptedGitHub) -> None:
    scripted.on("GET", ISSUES, Reply(410, {"message": "This issue was deleted"}))
    with pytest.raises(Gone):
        await client.request("GET", ISSUES, repo=REPO)
