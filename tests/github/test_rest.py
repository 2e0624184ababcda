"""What the gateway sends, and the answers that only a real server gives."""

import pytest

from ghapp.core.facts import Permission
from ghapp.github.client import GitHubClient
from ghapp.github.errors import Refused, Unavailable
from ghapp.github.rest import RestGateway
from ghapp.model.names import Login
from tests.github.conftest import REPO
from tests.support.scripted_github import DROP, Reply, Request, ScriptedGitHub

pytestmark = pytest.mark.enable_socket

ISSUES = "/repos/acme/api/issues"
ALICE, BOB = Login("alice"), Login("bob")


@pytest.fixture
def gateway(client: GitHubClient) -> RestGateway:
    return RestGateway(client)


def issue(number: int = 1, **change: object) -> dict[str, object]:
    return {"number": number, "title": "t", "user": {"login": "ghapp[bot]"}, **change}


async def test_the_app_s_own_issues_are_known_by_its_account(
    gateway: RestGateway, scripted: ScriptedGitHub
) -> None:
    scripted.on("GET", ISSUES, [issue(1), issue(2, user={"login": "alice"})])
    found = await gateway.list_issues(REPO, labels=["incident"])
    assert [one.author_is_app for one in found] == [True, False]
    assert len(scripted.asked("GET", "/app")) == 1


async def test_listing_asks_for_full_pages_and_drops_pull_requests(
    gateway: RestGateway, scripted: ScriptedGitHub
) -> None:
    scripted.on("GET", ISSUES, [issue(1), issue(2, pull_request={})])
    found = await gateway.list_issues(REPO, labels=["incident", "area/a b"])
    assert [one.number for one in found] == [1]
    assert scripted.api_requests[0].query == {
        "state": "open",
        "labels": "incident,area/a b",
        "sort": "created",
        "direction": "asc",
        "per_page": "100",
    }


async def test_an_issue_closed_while_paging_hides_no_other(
    gateway: RestGateway, scripted: ScriptedGitHub
) -> None:
    """Two a page; when the first page has been read, issue 1 closes and 3 moves up to page one."""
    there = [1, 2, 3, 4]

    def page(request: Request) -> Reply:
        start = 2 * (int(request.query.get("page", "1")) - 1)
        numbers = there[start : start + 2]
        if start == 0 and 1 in there:
            there.remove(1)
            numbers = [1, 2]
        etag = f"{numbers}"
        if request.headers.get("if-none-match") == etag:
            return Reply(304)
        following = f'<{scripted.base_url}{ISSUES}?page={start // 2 + 2}>; rel="next"'
        more = {"link": following} if start + 2 < 4 else {}
        return Reply(200, [issue(n) for n in numbers], {"etag": etag, **more})

    scripted.on("GET", ISSUES, page)
    found = await gateway.list_issues(REPO, labels=["incident"])
    assert [one.number for one in found] == [2, 3, 4]


@pytest.mark.parametrize(
    "refusal",
    [
        pytest.param(
            Reply(
                422,
                {
                    "message": "Validation Failed",
                    "errors": [{"field": "assignees", "value": "bob", "code": "invalid"}],
                },
            ),
            id="GitHub's",
        ),
        pytest.param(Reply(404, {"message": "User 'bob' not found"}), id="naming the user"),
        pytest.param(Reply(422, {"message": "Validation failed"}), id="without a detail"),
    ],
)
async def test_an_issue_is_opened_even_if_an_assignee_is_refused(
    refusal: Reply, gateway: RestGateway, scripted: ScriptedGitHub
) -> None:
    scripted.on("POST", ISSUES, refusal, Reply(201, issue()))
    made = await gateway.create_issue(REPO, title="t", body="b", assignees=[ALICE, BOB])
    assert made.assignees == ()
    assert ["assignees" in r.body for r in scripted.api_requests] == [True, False]


@pytest.mark.parametrize(
    "refusal",
    [
        Reply(404, {"message": "Not Found", "documentation_url": "https://docs.example/alice"}),
        Reply(422, {"message": "No", "errors": [{"field": "body", "code": "custom"}]}),
        Reply(403, {"message": "assignees: Resource not accessible by integration"}),
    ],
)
async def test_other_refusals_of_an_issue_are_final(
    refusal: Reply, gateway: RestGateway, scripted: ScriptedGitHub
) -> None:
    scripted.on("POST", ISSUES, refusal)
    with pytest.raises(Refused):
        await gateway.create_issue(REPO, title="t", body="b", assignees=[ALICE])
    assert len(scripted.api_requests) == 1


async def test_an_answer_to_a_write_that_makes_no_sense_is_uncertain(
    gateway: RestGateway, scripted: ScriptedGitHub
) -> None:
    scripted.on("POST", ISSUES, Reply(201, {"message": "ok"}))
    with pytest.raises(Unavailable) as told:
        await gateway.create_issue(REPO, title="t", body="b")
    assert told.value.uncertain


async def test_who_we_are_is_known_before_anything_is_written(
    gateway: RestGateway, scripted: ScriptedGitHub
) -> None:
    scripted.on("GET", "/app", Reply(500, {}))
    with pytest.raises(Unavailable) as told:
        await gateway.create_comment(REPO, 1, "text")
    assert not told.value.uncertain
    assert scripted.api_requests == []


async def test_edit_sends_only_what_changes(gateway: RestGateway, scripted: ScriptedGitHub) -> None:
    scripted.on("PATCH", f"{ISSUES}/1", issue(state="closed"))
    after = await gateway.edit_issue(REPO, 1, state="closed", state_reason="completed")
    assert scripted.api_requests[0].body == {"state": "closed", "state_reason": "completed"}
    assert not after.open


async def test_a_label_s_slash_stays_within_its_name(
    gateway: RestGateway, scripted: ScriptedGitHub
) -> None:
    scripted.on("DELETE", f"{ISSUES}/1/labels/area%2Fa%20b", [])
    await gateway.remove_label(REPO, 1, "area/a b")
    await gateway.remove_label(REPO, 1, "not there")
    assert len(scripted.api_requests) == 2


@pytest.mark.parametrize("failure", [Reply(404, {}), Reply(429, {}), Reply(500, {}), DROP])
async def test_a_reaction_that_fails_is_no_failure(
    failure: Reply, gateway: RestGateway, scripted: ScriptedGitHub
) -> None:
    path = f"{ISSUES}/comments/5/reactions"
    scripted.on("POST", path, failure)
    assert await gateway.react(REPO, 5, "+1") is False
    assert len(scripted.asked("POST", path)) == 1


async def test_no_reaction_is_sent_during_a_hold(
    gateway: RestGateway, scripted: ScriptedGitHub
) -> None:
    path = f"{ISSUES}/comments/5/reactions"
    scripted.on("POST", path, Reply(403, {}, {"retry-after": "60"}), Reply(201, {}))
    assert await gateway.react(REPO, 5, "+1") is False
    assert await gateway.react(REPO, 5, "+1") is False
    assert len(scripted.asked("POST", path)) == 1


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Reply(200, {"permission": "write"}), Permission.YES),
        (Reply(404, {"message": "Not Found"}), Permission.NO),
        (Reply(403, {"message": "Resource not accessible"}), Permission.UNKNOWN),
    ],
)
async def test_permission(
    answer: Reply, expected: Permission, gateway: RestGateway, scripted: ScriptedGitHub
) -> None:
    scripted.on("GET", "/repos/acme/api/collaborators/alice/permission", answer)
    assert await gateway.permission(REPO, ALICE) is expected


async def test_an_outage_is_no_answer_to_who_may(
    gateway: RestGateway, scripted: ScriptedGitHub
) -> None:
    scripted.on("GET", "/repos/acme/api/collaborators/alice/permission", Reply(500, {}))
    with pytest.raises(Unavailable):
        await gateway.permission(REPO, ALICE)


@pytest.mark.parametrize(
    ("answer", "fine"),
    [
        (Reply(201, {}), True),
        (Reply(422, {"message": "No", "errors": [{"code": "already_exists"}]}), True),
        (Reply(422, {"message": "No", "errors": [{"code": "invalid"}]}), False),
        (Reply(403, {"message": "No"}), False),
    ],
)
async def test_create_label(
    answer: Reply, fine: bool, gateway: RestGateway, scripted: ScriptedGitHub
) -> None:
    scripted.on("POST", "/repos/acme/api/labels", answer)
    if fine:
        await gateway.create_label(REPO, name="sev1", color="ff0000", description="")
    else:
        with pytest.raises(Refused):
            await gateway.create_label(REPO, name="sev1", color="ff0000", description="")
