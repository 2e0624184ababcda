"""The App's webhook as GitHub's REST API shows it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ghapp.github import deliveries
from ghapp.github.client import GitHubClient
from ghapp.github.deliveries import Attempt, RestHook
from ghapp.github.errors import NotFound, Unavailable
from tests.support.scripted_github import Reply, Request, ScriptedGitHub

pytestmark = pytest.mark.enable_socket

LISTING = "/app/hook/deliveries"
NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@pytest.fixture
def hook(client: GitHubClient) -> RestHook:
    return RestHook(client)


def delivery(number: int, *, minutes: float = 0, status: int | None = 202) -> dict[str, Any]:
    at = NOW - timedelta(minutes=minutes)
    return {
        "id": number,
        "guid": f"guid-{number}",
        "delivered_at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "redelivery": False,
        "duration": 0.03,
        "status": "OK",
        "status_code": status,
        "event": "issue_comment",
        "action": "created",
        "installation_id": 7,
        "repository_id": 9,
    }


def pages(scripted: ScriptedGitHub, *found: list[dict[str, Any]]) -> None:
    """Pages that each know the cursor of the next."""

    def page(request: Request) -> Reply:
        number = int(request.query.get("cursor", "v1_0").removeprefix("v1_"))
        following = (
            f'<{scripted.base_url}{LISTING}?per_page=100&cursor=v1_{number + 1}>; rel="next"'
        )
        more = {"link": following} if number + 1 < len(found) else {}
        return Reply(200, found[number], more)

    scripted.on("GET", LISTING, page)


async def test_attempts_are_read_as_the_app_itself_the_oldest_first(
    hook: RestHook, scripted: ScriptedGitHub
) -> None:
    pages(scripted, [delivery(2, minutes=1, status=502), delivery(1, minutes=2)])
    listed = await hook.attempts(NOW - timedelta(days=3))
    assert listed.complete
    assert listed.found == (
        Attempt(
            id=1,
            guid="guid-1",
            at=NOW - timedelta(minutes=2),
            event="issue_comment",
            status=202,
        ),
        Attempt(
            id=2,
            guid="guid-2",
            at=NOW - timedelta(minutes=1),
            event="issue_comment",
            status=502,
        ),
    )
    assert [one.taken for one in listed.found] == [True, False]
    (asked,) = scripted.asked("GET", LISTING)
    assert asked.query == {"per_page": "100"}
    assert asked.headers["authorization"].startswith("Bearer ")


async def test_pages_are_followed_as_far_back_as_is_asked_for(
    hook: RestHook, scripted: ScriptedGitHub
) -> None:
    pages(
        scripted,
        [delivery(5), delivery(4, minutes=1)],
        [delivery(3, minutes=2), delivery(2, minutes=30)],
        [delivery(1, minutes=40)],
    )
    listed = await hook.attempts(NOW - timedelta(minutes=10))
    assert [one.id for one in listed.found] == [3, 4, 5]
    assert listed.complete
    assert len(scripted.asked("GET", LISTING)) == 2


async def test_there_is_an_end_to_reading(
    hook: RestHook, scripted: ScriptedGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "PAGES", 2)
    pages(scripted, [delivery(3)], [delivery(2)], [delivery(1)])
    listed = await hook.attempts(NOW - timedelta(days=3))
    assert ([one.id for one in listed.found], listed.complete) == ([2, 3], False)


async def test_a_delivery_without_a_status_is_not_taken(
    hook: RestHook, scripted: ScriptedGitHub
) -> None:
    pages(scripted, [delivery(1, status=None)])
    (found,) = (await hook.attempts(NOW)).found
    assert not found.taken


@pytest.mark.parametrize(
    "answer",
    [{}, [1], [{"id": 1}], [delivery(1) | {"delivered_at": "soon"}], [delivery(1) | {"id": "x"}]],
    ids=["no list", "a number", "half", "no time", "no id"],
)
async def test_another_form_is_trouble_at_github(
    hook: RestHook, scripted: ScriptedGitHub, answer: Any
) -> None:
    scripted.on("GET", LISTING, answer if isinstance(answer, list) else [answer])
    with pytest.raises(Unavailable, match="list of deliveries"):
        await hook.attempts(NOW)


async def test_a_delivery_is_asked_for_again_once(hook: RestHook, scripted: ScriptedGitHub) -> None:
    pages(scripted, [delivery(12)])
    (found,) = (await hook.attempts(NOW)).found
    scripted.on("POST", f"{LISTING}/12/attempts", Reply(202, {}))
    await hook.redeliver(found)
    assert len(scripted.asked("POST", f"{LISTING}/12/attempts")) == 1


async def test_one_that_is_gone_is_not_found(hook: RestHook, scripted: ScriptedGitHub) -> None:
    pages(scripted, [delivery(12)])
    (found,) = (await hook.attempts(NOW)).found
    with pytest.raises(NotFound):
        await hook.redeliver(found)
