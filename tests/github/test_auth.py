"""Proving who we are: the App's JWT, and for each repository the token of its installation."""

import asyncio
from datetime import timedelta

import jwt
import pytest

from ghapp.core.facts import RepoName
from ghapp.github.auth import Credentials
from ghapp.github.client import GitHubClient
from ghapp.github.errors import Denied, Unavailable
from ghapp.github.rest import RestGateway
from ghapp.model.names import Login
from tests.github.conftest import REPO
from tests.support.limit_store import FakeClock, MemoryLimitStore
from tests.support.scripted_github import Reply, ScriptedGitHub

pytestmark = pytest.mark.enable_socket

ISSUES = "/repos/acme/api/issues"
TOKENS = "/app/installations/7/access_tokens"
BAD = Reply(401, {"message": "Bad credentials"})


@pytest.fixture(autouse=True)
def issues(scripted: ScriptedGitHub) -> None:
    scripted.on("GET", ISSUES, [])


async def test_the_jwt_is_short_and_set_back_for_skew(
    client: GitHubClient, scripted: ScriptedGitHub, clock: FakeClock
) -> None:
    await client.request("GET", "/app", repo=None)
    scheme, token = scripted.requests[0].headers["authorization"].split()
    claims = jwt.decode(token, options={"verify_signature": False})
    now = int(clock.now().timestamp())
    assert scheme == "Bearer"
    assert claims == {"iss": "1", "iat": now - 60, "exp": now + 480}


async def test_the_jwt_is_renewed_before_it_expires(
    client: GitHubClient, scripted: ScriptedGitHub, clock: FakeClock
) -> None:
    for minutes in (0, 6, 2):
        clock.at += timedelta(minutes=minutes)
        await client.request("GET", "/app", repo=None)
    used = [r.headers["authorization"] for r in scripted.requests]
    assert used[0] == used[1] != used[2]


async def test_many_calls_at_once_ask_for_one_token(
    client: GitHubClient, scripted: ScriptedGitHub
) -> None:
    names = [REPO, RepoName("Acme/API")]
    await asyncio.gather(*(client.request("GET", ISSUES, repo=names[n % 2]) for n in range(20)))
    assert len(scripted.asked("GET", "/repos/acme/api/installation")) == 1
    assert len(scripted.asked("POST", TOKENS)) == 1
    assert {r.headers["authorization"] for r in scripted.asked("GET", ISSUES)} == {"token t1"}


async def test_a_token_is_renewed_five_minutes_early(
    client: GitHubClient, scripted: ScriptedGitHub, clock: FakeClock
) -> None:
    for minutes in (0, 54, 1):
        clock.at += timedelta(minutes=minutes)
        await client.request("GET", ISSUES, repo=REPO)
    used = [r.headers["authorization"] for r in scripted.asked("GET", ISSUES)]
    assert used == ["token t1", "token t1", "token t2"]


async def test_a_rejected_token_is_renewed_once_even_for_a_write(
    client: GitHubClient, scripted: ScriptedGitHub
) -> None:
    scripted.on("POST", ISSUES, BAD, Reply(201, {"number": 1}))
    assert (await client.request("POST", ISSUES, repo=REPO, body={})).status == 201
    scripted.on("POST", ISSUES, BAD)
    with pytest.raises(Denied) as told:
        await client.request("POST", ISSUES, repo=REPO, body={})
    assert not told.value.uncertain
    assert len(scripted.asked("POST", ISSUES)) == 4


async def test_a_token_survives_a_hiccup(client: GitHubClient, scripted: ScriptedGitHub) -> None:
    token = {"token": "t", "expires_at": "2026-01-05T10:00:00Z"}
    scripted.on("POST", TOKENS, Reply(502, {}), Reply(201, token))
    await client.request("GET", ISSUES, repo=REPO)


@pytest.mark.parametrize("made", [{}, {"token": "t", "expires_at": None}, []])
async def test_an_unusable_token_is_an_outage(
    made: object, client: GitHubClient, scripted: ScriptedGitHub
) -> None:
    scripted.on("POST", TOKENS, Reply(201, made))
    with pytest.raises(Unavailable):
        await client.request("GET", ISSUES, repo=REPO)


async def test_an_installation_without_an_id_is_an_outage(
    client: GitHubClient, scripted: ScriptedGitHub
) -> None:
    scripted.on("GET", "/repos/acme/api/installation", {})
    with pytest.raises(Unavailable):
        await client.request("GET", ISSUES, repo=REPO)


async def test_installed_anew_under_another_id(
    client: GitHubClient, scripted: ScriptedGitHub, clock: FakeClock
) -> None:
    await client.request("GET", ISSUES, repo=REPO)
    clock.at += timedelta(minutes=56)
    scripted.on("POST", TOKENS, Reply(404, {"message": "Not Found"}))
    scripted.on("GET", "/repos/acme/api/installation", {"id": 8})
    token = {"token": "new", "expires_at": "2026-01-05T11:00:00Z"}
    scripted.on("POST", "/app/installations/8/access_tokens", Reply(201, token))
    await client.request("GET", ISSUES, repo=REPO)
    assert scripted.requests[-1].headers["authorization"] == "token new"


async def test_not_installed(client: GitHubClient) -> None:
    with pytest.raises(Denied, match="no access to acme/web: 404 Not Found"):
        await client.request("GET", "/repos/acme/web/issues", repo=RepoName("acme/web"))


async def test_suspended(client: GitHubClient, scripted: ScriptedGitHub) -> None:
    scripted.on("POST", TOKENS, Reply(403, {"message": "This installation has been suspended"}))
    with pytest.raises(Denied, match="suspended"):
        await client.request("GET", ISSUES, repo=REPO)


async def test_not_being_let_in_is_no_answer_to_a_question(
    client: GitHubClient, scripted: ScriptedGitHub
) -> None:
    gateway, repo = RestGateway(client), RepoName("acme/web")
    for question in (
        gateway.permission(repo, Login("alice")),
        gateway.read_file(repo, "OWNERS.yaml"),
        gateway.remove_label(repo, 1, "sev1"),
    ):
        with pytest.raises(Denied):
            await question


async def test_a_key_that_is_none(client: GitHubClient) -> None:
    client._auth._credentials = Credentials("1", "-----BEGIN RSA PRIVATE KEY-----\nx")
    with pytest.raises(Denied, match="private key"):
        await client.request("GET", ISSUES, repo=REPO)


async def test_a_rejected_key(client: GitHubClient, scripted: ScriptedGitHub) -> None:
    scripted.on("GET", "/app", Reply(401, {"message": "A JSON web token could not be decoded"}))
    with pytest.raises(Denied, match="key"):
        await client.request("GET", "/app", repo=None)
    scripted.on("GET", "/repos/acme/api/installation", BAD)
    with pytest.raises(Denied, match="Bad credentials"):
        await client.request("GET", ISSUES, repo=REPO)


async def test_authentication_is_not_counted_as_content(
    client: GitHubClient, store: MemoryLimitStore
) -> None:
    await client.request("GET", ISSUES, repo=REPO)
    assert store.spent == []


def test_secrets_are_not_shown(credentials: Credentials) -> None:
    assert "PRIVATE" not in repr(credentials)
