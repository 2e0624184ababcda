"""What the gateways to pull requests, checks, milestones and releases make of answers that only a real server gives."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ghapp.core.facts import Sha
from ghapp.github.client import GitHubClient
from ghapp.github.errors import AlreadyThere, Refused, Unavailable
from ghapp.github.gateway_checks import Report, RequiredChecks
from ghapp.github.rest_checks import RestChecks
from ghapp.github.rest_milestones import RestMilestones
from ghapp.github.rest_pulls import RestPulls
from ghapp.github.rest_releases import RestReleases
from ghapp.model.names import Login
from tests.github.conftest import REPO
from tests.support.scripted_github import Reply, Request, ScriptedGitHub

pytestmark = pytest.mark.enable_socket

REPOSITORY = "/repos/acme/api"
HEAD = Sha("a" * 40)
RUNS, STATUS = f"{REPOSITORY}/commits/{HEAD}/check-runs", f"{REPOSITORY}/commits/{HEAD}/status"
NOT_OURS = {"message": "Resource not accessible by integration"}
SINCE = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@pytest.fixture
def checks(client: GitHubClient) -> RestChecks:
    return RestChecks(client)


@pytest.fixture
def milestones(client: GitHubClient) -> RestMilestones:
    return RestMilestones(client)


@pytest.fixture
def pulls(client: GitHubClient) -> RestPulls:
    return RestPulls(client)


@pytest.fixture
def releases(client: GitHubClient) -> RestReleases:
    return RestReleases(client)


def run(number: int, **change: object) -> dict[str, object]:
    return {"id": number, "name": "ci", "head_sha": HEAD, "status": "queued", **change}


class TestChecks:
    @pytest.mark.parametrize(
        ("listed", "total", "complete"),
        [(1, 1, True), (1, 2, False), (2, 1, True)],
        ids=["all", "one not listed", "one more meanwhile"],
    )
    async def test_v05_what_is_not_listed_is_missed(
        self, checks: RestChecks, scripted: ScriptedGitHub, listed: int, total: int, complete: bool
    ) -> None:
        runs = [run(number) for number in range(listed)]
        scripted.on("GET", RUNS, {"total_count": total, "check_runs": runs})
        scripted.on("GET", STATUS, {"total_count": 0, "statuses": []})
        found = await checks.checks(REPO, HEAD)
        assert (len(found.runs), found.complete) == (listed, complete)

    async def test_every_page_counts(self, checks: RestChecks, scripted: ScriptedGitHub) -> None:
        def page(request: Request) -> Reply:
            first = "page" not in request.query
            more = {"link": f'<{scripted.base_url}{RUNS}?page=2>; rel="next"'} if first else {}
            return Reply(200, {"total_count": 2, "check_runs": [run(1 if first else 2)]}, more)

        scripted.on("GET", RUNS, page)
        scripted.on("GET", STATUS, {"total_count": 0, "statuses": []})
        found = await checks.checks(REPO, HEAD)
        assert [one.id for one in found.runs] == [1, 2]
        assert found.complete

    @pytest.mark.parametrize(
        ("branch", "rules", "expected"),
        [
            pytest.param({"protected": False}, [], RequiredChecks(), id="unprotected"),
            pytest.param(
                {
                    "protected": True,
                    "protection": {
                        "required_status_checks": {
                            "enforcement_level": "everyone",
                            "contexts": ["ci"],
                            "checks": [{"context": "ci"}, {"context": "lint"}, None],
                        }
                    },
                },
                [
                    {"type": "deletion"},
                    {
                        "type": "required_status_checks",
                        "parameters": {"required_status_checks": [{"context": "ghapp/review"}]},
                    },
                ],
                RequiredChecks(frozenset({"ci", "lint", "ghapp/review"})),
                id="protected twice",
            ),
            pytest.param(
                {
                    "protected": True,
                    "protection": {
                        "required_status_checks": {"enforcement_level": "off", "contexts": ["old"]}
                    },
                },
                [],
                RequiredChecks(),
                id="protected without checks",
            ),
            pytest.param({"protected": True}, [], RequiredChecks(known=False), id="untold"),
            pytest.param(Reply(404, {}), [], RequiredChecks(known=False), id="no branch"),
            pytest.param({}, Reply(403, NOT_OURS), RequiredChecks(known=False), id="rules hidden"),
        ],
    )
    async def test_g17_required_checks(
        self,
        checks: RestChecks,
        scripted: ScriptedGitHub,
        branch: Any,
        rules: Any,
        expected: RequiredChecks,
    ) -> None:
        scripted.on("GET", f"{REPOSITORY}/branches/release%2F1", branch)
        scripted.on("GET", f"{REPOSITORY}/rules/branches/release%2F1", rules)
        assert await checks.required_checks(REPO, "release/1") == expected

    async def test_g03_an_outage_is_no_answer(
        self, checks: RestChecks, scripted: ScriptedGitHub
    ) -> None:
        scripted.on("GET", f"{REPOSITORY}/branches/main", Reply(422, {"message": "No"}))
        with pytest.raises(Refused):
            await checks.required_checks(REPO, "main")

    @pytest.mark.parametrize(
        ("change", "sent"),
        [
            ({}, {"status": "completed", "conclusion": "success"}),
            ({"conclusion": None}, {"status": "in_progress"}),
            (
                {"external_id": "pull:acme/api#7", "details_url": "https://ops.example/7"},
                {
                    "status": "completed",
                    "conclusion": "success",
                    "external_id": "pull:acme/api#7",
                    "details_url": "https://ops.example/7",
                },
            ),
        ],
    )
    async def test_what_is_sent(
        self, checks: RestChecks, scripted: ScriptedGitHub, change: Any, sent: Any
    ) -> None:
        told = {"name": "ghapp/review", "head": HEAD, "title": "Fine", "summary": "All is well."}
        scripted.on("POST", f"{REPOSITORY}/check-runs", Reply(201, run(1)))
        await checks.create_check(REPO, Report(**{**told, "conclusion": "success", **change}))
        assert scripted.api_requests[0].body == {
            "head_sha": HEAD,
            "name": "ghapp/review",
            "output": {"title": "Fine", "summary": "All is well."},
            **sent,
        }


class TestListings:
    """https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api"""

    async def test_a_full_last_page_that_is_unchanged_hides_no_further_one(
        self, pulls: RestPulls, scripted: ScriptedGitHub
    ) -> None:
        """A hundred reviews were all there were; the next one changes nothing on their page."""
        reviews = [{"id": number, "state": "APPROVED"} for number in range(100)]

        def page(request: Request) -> Reply:
            start = 100 * (int(request.query.get("page", "1")) - 1)
            return Reply(200, reviews[start : start + 100], {"etag": f'"{start}"'})

        def conditional(request: Request) -> Reply:
            reply = page(request)
            same = request.headers.get("if-none-match") == reply.headers["etag"]
            return Reply(304, None, reply.headers) if same else reply

        scripted.on("GET", f"{REPOSITORY}/pulls/7/reviews", conditional)
        assert len((await pulls.pull_reviews(REPO, 7)).items) == 100
        reviews.append({"id": 100, "state": "CHANGES_REQUESTED"})
        assert len((await pulls.pull_reviews(REPO, 7)).items) == 101

    async def test_a_milestone_that_never_comes_to_rest_is_not_told(
        self, milestones: RestMilestones, scripted: ScriptedGitHub
    ) -> None:
        def page(request: Request) -> Reply:
            first = "page" not in request.query
            path = f"{scripted.base_url}{REPOSITORY}/issues?milestone=3&page=2"
            more = {"link": f'<{path}>; rel="next"'} if first else {}
            return Reply(200, [{"number": 1 if first else 2}], more)

        scripted.on("GET", f"{REPOSITORY}/issues", page)
        with pytest.raises(Unavailable):
            await milestones.milestone_items(REPO, 3)

    async def test_k02_too_much_has_happened(
        self, milestones: RestMilestones, scripted: ScriptedGitHub
    ) -> None:
        link = f'<{scripted.base_url}{REPOSITORY}/issues/events?page=2>; rel="next"'
        event = {"event": "labeled", "created_at": "2026-01-06T09:00:00Z"}
        scripted.on("GET", f"{REPOSITORY}/issues/events", Reply(200, [event], {"link": link}))
        with pytest.raises(Unavailable):
            await milestones.moved_away(REPO, "1.0", SINCE)

    async def test_k02_reads_back_as_far_as_it_must(
        self, milestones: RestMilestones, scripted: ScriptedGitHub
    ) -> None:
        def event(at: str) -> dict[str, object]:
            return {
                "event": "demilestoned",
                "created_at": at,
                "milestone": {"title": "1.0"},
                "actor": None,
                "issue": {"number": 7},
            }

        link = f'<{scripted.base_url}{REPOSITORY}/issues/events?page=2>; rel="next"'
        events = [event("2026-01-05T10:00:00Z"), event("2026-01-05T08:00:00Z")]
        scripted.on("GET", f"{REPOSITORY}/issues/events", Reply(200, events, {"link": link}))
        (found,) = await milestones.moved_away(REPO, "1.0", SINCE)
        assert (found.number, found.by, found.at.hour) == (7, "ghost", 10)
        assert len(scripted.api_requests) == 1


def pull(**change: object) -> dict[str, object]:
    return {
        "number": 7,
        "head": {"ref": "topic", "sha": HEAD, "repo": {"full_name": "acme/api"}},
        "base": {"ref": "main", "sha": "b" * 40},
        **change,
    }


class TestPulls:
    async def test_v11_exactly_250_commits_are_all_if_github_counts_so_many(
        self, pulls: RestPulls, scripted: ScriptedGitHub
    ) -> None:
        commits = [{"sha": f"{number:040x}"} for number in range(249)] + [{"sha": HEAD}]
        scripted.on("GET", f"{REPOSITORY}/pulls/7/commits", commits)
        scripted.on("GET", f"{REPOSITORY}/pulls/7", pull(commits=250), pull(commits=251), pull())
        for expected in (True, False, False):
            known = await pulls.get_pull(REPO, 7)
            assert (await pulls.pull_commits(known)).complete is expected

    async def test_what_a_fork_has_got_is_not_known(
        self, pulls: RestPulls, scripted: ScriptedGitHub
    ) -> None:
        theirs = {"ref": "topic", "sha": HEAD, "repo": {"full_name": "mallory/api"}}
        scripted.on("GET", f"{REPOSITORY}/pulls/7", pull(head=theirs))
        scripted.on("GET", f"{REPOSITORY}/activity", [{"after": HEAD}])
        assert await pulls.unchanged_since(await pulls.get_pull(REPO, 7)) is None

    @pytest.mark.parametrize("status", [403, 404])
    async def test_a_team_that_may_not_be_seen(
        self, pulls: RestPulls, scripted: ScriptedGitHub, status: int
    ) -> None:
        scripted.on("GET", "/orgs/acme/teams/platform/members", Reply(status, NOT_OURS))
        assert await pulls.team_members(REPO, "platform") is None

    async def test_other_refusals_of_a_team_are_told(
        self, pulls: RestPulls, scripted: ScriptedGitHub
    ) -> None:
        scripted.on("GET", "/orgs/acme/teams/platform/members", Reply(422, {}))
        with pytest.raises(Refused):
            await pulls.team_members(REPO, "platform")

    async def test_who_cannot_be_asked(self, pulls: RestPulls, scripted: ScriptedGitHub) -> None:
        path = f"{REPOSITORY}/pulls/7/requested_reviewers"
        scripted.on("POST", path, Reply(422, {"message": "Reviews may only be requested from …"}))
        with pytest.raises(Refused) as told:
            await pulls.request_reviewers(REPO, 7, [Login("mallory")])
        assert not isinstance(told.value, AlreadyThere)


EXISTS = {"resource": "Milestone", "code": "already_exists", "field": "title"}


class TestAlreadyThere:
    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            (Reply(422, {"message": "Validation Failed", "errors": [EXISTS]}), AlreadyThere),
            (Reply(422, {"message": "Reference already exists"}), AlreadyThere),
            (
                Reply(
                    422,
                    {
                        "message": "Validation Failed",
                        "errors": [{"message": "A pull request already exists for acme:topic."}],
                    },
                ),
                AlreadyThere,
            ),
            (Reply(422, {"message": "Validation Failed", "errors": ["odd"]}), Refused),
            (Reply(403, {"message": "already exists, but no"}), Refused),
        ],
    )
    async def test_is_told_apart(
        self, releases: RestReleases, scripted: ScriptedGitHub, answer: Reply, error: type[Refused]
    ) -> None:
        scripted.on("POST", f"{REPOSITORY}/git/refs", answer)
        with pytest.raises(Refused) as told:
            await releases.create_tag(REPO, "v1.0.0", HEAD)
        assert type(told.value) is error

    async def test_m05_a_milestone_of_that_title(
        self, milestones: RestMilestones, scripted: ScriptedGitHub
    ) -> None:
        refusal = Reply(422, {"message": "Validation Failed", "errors": [EXISTS]})
        scripted.on("POST", f"{REPOSITORY}/milestones", refusal)
        with pytest.raises(AlreadyThere):
            await milestones.create_milestone(REPO, title="1.0", description="", due_on=None)


class TestReleases:
    async def test_m02_a_date_is_sent_as_it_is_given(
        self, milestones: RestMilestones, scripted: ScriptedGitHub
    ) -> None:
        scripted.on("POST", f"{REPOSITORY}/milestones", Reply(201, {"number": 3}))
        noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
        await milestones.create_milestone(REPO, title="1.0", description="", due_on=noon)
        assert scripted.api_requests[0].body["due_on"] == "2026-11-24T12:00:00Z"

    async def test_an_annotated_tag_names_a_commit(
        self, releases: RestReleases, scripted: ScriptedGitHub
    ) -> None:
        tag = {"object": {"type": "tag", "sha": "c" * 40}}
        commit = {"object": {"type": "commit", "sha": HEAD}}
        scripted.on("GET", f"{REPOSITORY}/git/ref/tags/v1%201", tag)
        scripted.on("GET", f"{REPOSITORY}/git/tags/{'c' * 40}", commit)
        assert await releases.tag(REPO, "v1 1") == HEAD

    async def test_a_long_comparison_says_what_it_leaves_out(
        self, releases: RestReleases, scripted: ScriptedGitHub
    ) -> None:
        files = [
            {"filename": f"{number}.py", "previous_filename": f"{number}.txt"}
            for number in range(300)
        ]
        answer = {
            "base_commit": {"sha": "b" * 40},
            "merge_base_commit": {"sha": "b" * 40},
            "ahead_by": 1,
            "behind_by": 0,
            "total_commits": 1,
            "commits": [{"sha": HEAD, "commit": {"message": "Fix"}, "author": None}],
            "files": files,
        }
        scripted.on("GET", f"{REPOSITORY}/compare/main...v1", answer)
        found = await releases.compare(REPO, "main", "v1")
        assert (len(found.paths), found.complete) == (600, False)
        assert [(one.message, one.author) for one in found.commits] == [("Fix", "ghost")]

    async def test_an_answer_to_a_write_that_makes_no_sense_is_uncertain(
        self, releases: RestReleases, scripted: ScriptedGitHub
    ) -> None:
        scripted.on("POST", f"{REPOSITORY}/releases", Reply(201, {}))
        with pytest.raises(Unavailable) as told:
            await releases.create_release(REPO, tag="v1", target=HEAD, name="1", body="")
        assert told.value.uncertain
