"""The release gate as it is published: from events at once, by the clock, and never on half of the facts."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ghapp.core.gate import CHECK
from ghapp.core.github_event import CheckEvent
from ghapp.github.errors import RateLimited, Unavailable
from ghapp.github.gateway_checks import RequiredChecks
from ghapp.model.names import Login
from tests.support.builders import HOME, NOW, firing, resolved
from tests.support.desk import Desk, desk_in
from tests.support.gated import BY, CONVERSATION, Releasing, owners
from tests.support.releasing import release_issues

READY = ("success", "Ready to release")
SIGNED = "{sign_off: [captain]}"
WAITS = ("action_required", "Waits for /go of captain")


async def test_g01_a_blocker_holds_it_back_until_it_is_closed(desk: Desk) -> None:
    """The webhook of the closing is enough."""
    release = await Releasing.begin(desk)
    assert release.said == READY
    number = release.issue("Release-Blocker")
    await release.happens(number)
    assert release.said == ("failure", f"Blocked by #{number}")
    desk.github.person_changes(HOME, number, open=False)
    with desk.spending() as spent:
        await release.happens(number, "closed")
    assert release.said == READY
    assert len(release.runs()) == 1
    assert spent.methods.count("update_check") == 1
    reads = [one for one in spent.methods if one != "update_check"]
    assert len(reads) <= 10, reads


async def test_what_changes_nothing_is_not_written(desk: Desk) -> None:
    release = await Releasing.begin(desk)
    with desk.spending() as spent:
        await release.happens()
    assert not {"create_check", "update_check"} & set(spent.methods)


async def test_nothing_is_asked_for_that_no_setting_goes_by(desk: Desk) -> None:
    release = await Releasing.begin(desk)
    desk.github.calls.clear()
    await release.happens()
    asked = {call.method for call in desk.github.calls}
    assert not asked & {"unchanged_since", "checks", "pull_reviews", "pull_files"}


async def test_g02_an_incident_where_it_touches_holds_it_back(desk: Desk) -> None:
    """Nobody has to tell: the app knows of it before GitHub does."""
    release = await Releasing.begin(desk)
    await desk.alert(firing())
    assert release.said == READY
    release.touches("app.py")
    release.pushes()
    await release.happens()
    (incident,) = desk.incidents_on_github()
    assert release.said == ("failure", f"sev2 #{incident.number} in deployment is open")
    await desk.alert(resolved(minutes=1))
    assert release.said == READY
    await desk.alert(firing(minutes=2, occurrence="0.b"))
    assert release.said == ("failure", f"sev2 #{incident.number} in deployment is open")
    await desk.says("/sev 3", number=incident.number)
    assert release.said == READY
    assert f"{incident.number} sev3 in deployment" in release.run.summary
    await desk.says("/sev 1", number=incident.number)
    assert release.said[0] == "failure"
    assert release.said[1].startswith("Freeze: sev1 in deployment")


READS = [
    "list_pulls",
    "default_branch",
    "list_milestones",
    "milestone_items",
    "moved_away",
    "pull_files",
    "checks",
    "pull_reviews",
    "list_comments",
    "unchanged_since",
    "list_issues",
    "required_checks",
]
ALL = "{checks: [ci], approvals: 1, sign_off: [captain], soak: 1h, void_sign_offs_on_push: true}"


async def all_well(desk: Desk) -> Releasing:
    release = await Releasing.begin(desk, ALL)
    desk.github.others_check(HOME, release.head, "ci", "success")
    desk.github.person_reviews(HOME, release.number, author=Login("bob"), state="approved")
    await release.says("/go")
    await release.at(NOW + timedelta(hours=1))
    assert release.said == READY
    release.touches("billing/again.py")
    desk.github.person_changes(HOME, release.number, title="Release it")
    return release


@pytest.mark.parametrize("method", READS)
async def test_g03_what_cannot_be_read_fails_and_is_tried_again(desk: Desk, method: str) -> None:
    release = await all_well(desk)
    desk.gates._reads._touched.clear()
    desk.github.fail(method, Unavailable("GitHub answered 502"), times=1)
    await release.happens()
    conclusion, title = release.said
    assert conclusion == "failure", title
    assert title.startswith("Could not evaluate")
    assert "GitHub answered 502" in release.run.summary
    await desk.patiently()
    await release.at(desk.now + timedelta(minutes=1))
    assert release.said == READY


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(failing=st.sets(st.sampled_from(READS), min_size=1))
async def test_g03_whatever_subset_of_reads_fails_it_never_succeeds(
    failing: set[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with desk_in(tmp_path_factory.mktemp("desk")) as desk:
        release = await all_well(desk)
        desk.gates._reads._touched.clear()
        for method in failing:
            desk.github.fail(method, Unavailable("GitHub answered 502"), times=3)
        await release.happens()
        assert release.run.conclusion == "failure"


async def test_g03_the_tries_come_at_growing_distances(desk: Desk) -> None:
    release = await Releasing.begin(desk)
    desk.github.fail("list_comments", Unavailable("GitHub answered 502"), times=12)
    waits = []
    await release.happens()
    for _ in range(11):
        (due,) = [
            at for name, at in (await desk.duties.alarms.due()).items() if name == CONVERSATION
        ]
        waits.append((due - desk.now).total_seconds())
        await release.at(due)
    assert waits[:4] == [15, 30, 60, 120]
    assert waits[-1] == 900
    await desk.tick()
    await release.at(desk.now + timedelta(minutes=15))
    assert release.said == READY


async def test_g03_rate_limited_it_waits_and_says_nothing_wrong(desk: Desk) -> None:
    release = await Releasing.begin(desk)
    release.issue("release-blocker")
    until = desk.now + timedelta(minutes=5)
    for method in READS:
        desk.github.fail(method, RateLimited(until), times=1)
    await release.happens()
    assert release.said[0] == "failure"
    for _ in range(5):
        await desk.patiently()
        await release.at(desk.now + timedelta(minutes=15))
    assert release.said[1].startswith("Blocked by")


async def test_g03_trouble_with_one_release_stops_no_other(desk: Desk) -> None:
    release = await Releasing.begin(desk)
    other = desk.github.person_proposes(
        HOME, author=BY, head="fix", labels=["hotfix"], title="Mend it"
    )
    release.issue("release-blocker")
    desk.github.fail("update_check", Unavailable("GitHub answered 502"), times=1)
    await release.happens()
    (run,) = release.runs(other.head)
    assert run.conclusion == "success"
    assert release.said == READY
    await desk.patiently()
    assert release.said[0] == "failure"


async def test_g04_a_push_makes_a_check_of_its_own_and_voids(desk: Desk) -> None:
    release = await Releasing.begin(desk, "{sign_off: [captain], void_sign_offs_on_push: true}")
    desk.later(minutes=1)
    comment = await release.says("/go")
    assert release.said == READY
    assert release.reactions(comment) == ["+1"]
    before = release.head
    desk.later(minutes=1)
    release.pushes()
    await release.happens()
    assert release.said == WAITS
    assert [run.conclusion for run in release.runs(before)] == ["success"]
    assert release.reactions(comment) == ["+1", "confused"]
    (told,) = release.words()
    assert "The `/go` of `alice` does not count. The branch has been pushed to since" in told
    await release.happens()
    assert release.words() == [told]
    desk.later(minutes=1)
    await release.says("/go")
    assert release.said == READY


FROZEN = "[{from: 2026-11-23, to: 2026-11-23, reason: holidays, approvers: [bob]}]"


async def test_g05_a_freeze_begins_and_ends_by_the_clock(desk: Desk) -> None:
    release = await Releasing.begin(desk, freezes=FROZEN)
    assert release.said == READY
    await release.at(NOW.replace(day=23, hour=0))
    assert release.said == ("failure", "Freeze: holidays (until 2026-11-24)")
    await release.at(NOW.replace(day=24, hour=0))
    assert release.said == READY


async def test_g05_an_approver_lets_it_through_nobody_else_does(desk: Desk) -> None:
    release = await Releasing.begin(desk, freezes=FROZEN)
    await release.at(NOW.replace(day=23, hour=0))
    refused = await release.says("/waive freeze it is urgent", by="alice")
    await release.happens()
    assert release.said[0] == "failure"
    assert "confused" in release.reactions(refused)
    assert any("Only `bob` may." in one for one in release.words())
    given = await release.says("/waive freeze the *audit* needs it", by="bob")
    await release.happens()
    assert release.said == READY
    assert "+1" in release.reactions(given)
    assert r"the \*audit\* needs it" in release.run.summary


async def test_g06_opened_during_the_freeze_it_is_checked_too(desk: Desk) -> None:
    desk.github.clock = NOW.replace(day=23)
    release = await Releasing.begin(desk, freezes=FROZEN)
    assert release.said[0] == "failure"


async def test_g07_it_soaks_from_the_last_push_or_since_it_is_ready(desk: Desk) -> None:
    release = await Releasing.begin(desk, "{soak: 24h}", hotfix="{approvers: [bob]}")
    assert release.said == ("", "Soaks until 2026-11-23 12:00 UTC")
    desk.later(hours=1)
    release.pushes()
    await release.happens()
    assert release.said == ("", "Soaks until 2026-11-23 13:00 UTC")
    desk.later(hours=1)
    desk.github.person_changes_pull(HOME, release.number, draft=True)
    await release.happens()
    assert release.said == ("action_required", "Draft")
    desk.github.person_changes_pull(HOME, release.number, draft=False)
    await release.happens()
    assert release.said == ("", "Soaks until 2026-11-23 14:00 UTC")
    await release.at(NOW + timedelta(hours=26))
    assert release.said == READY


async def test_g07_a_hotfix_goes_at_once_with_the_word_of_an_approver(desk: Desk) -> None:
    release = await Releasing.begin(desk, "{soak: 24h}", hotfix="{approvers: [bob]}")
    desk.github.person_changes(HOME, release.number, labels=frozenset({"hotfix"}))
    await release.says("/go", by="alice")
    assert release.said[0] == ""
    await release.says("/go production is down", by="bob")
    assert release.said == READY
    assert "Waived for a hotfix by bob" in release.run.summary


async def test_g08_who_signs_off(desk: Desk) -> None:
    release = await Releasing.begin(desk, SIGNED)
    assert release.said == WAITS
    own = await release.says("/go", by="carol")
    stranger = await release.says("/go", by="bob")
    assert release.said == WAITS
    assert [release.reactions(one) for one in (own, stranger)] == [["confused"], ["confused"]]
    first, second = release.words()
    assert "A release is signed off by others than its author." in first
    assert "This release is signed off by `alice`." in second
    word = await release.says("/go")
    assert release.said == READY
    assert release.reactions(word) == ["+1"]
    assert len(release.words()) == 2


async def test_g08_no_go_until_its_author_says_otherwise(desk: Desk) -> None:
    release = await Releasing.begin(desk, SIGNED)
    await release.says("/go")
    desk.later(minutes=1)
    await release.says("/no-go the `index` is not built")
    assert release.said == ("failure", "No-go by alice")
    assert "is not built" in release.run.summary
    desk.later(minutes=1)
    await release.says("/go")
    assert release.said == READY


@pytest.mark.parametrize("body", ["It looks good", ""], ids=["edited out", "deleted"])
async def test_g08_what_is_taken_back_does_not_count(desk: Desk, body: str) -> None:
    release = await Releasing.begin(desk, SIGNED)
    comment = await release.says("/go")
    assert release.said == READY
    await release.rewrites(comment, body)
    assert release.said == WAITS


async def test_g08_machines_are_not_listened_to(desk: Desk) -> None:
    release = await Releasing.begin(desk, "{sign_off: [captain]}")
    for author in ("renovate[bot]", "ghapp[bot]"):
        desk.github.person_comments(HOME, release.number, author=Login(author), body="/go")
    await release.happens()
    assert release.said == WAITS
    assert release.words() == ["/go"]


async def test_g09_boxes_before_the_release_count_those_after_do_not(desk: Desk) -> None:
    release = await Releasing.begin(desk)
    (issue,) = release_issues(desk).values()
    body = issue.body.replace("- [x] The notes", "- [ ] The notes")
    desk.github.person_changes(HOME, issue.number, body=body.replace("- [x] It does", "- [ ] It"))
    await release.happens(issue.number, "edited")
    assert release.said == ("action_required", "1 of the checklist to do")
    assert "The notes say what people must know" in release.run.summary
    desk.github.person_changes(
        HOME, issue.number, body=desk.issue(issue.number).body.replace("[ ] The", "[x] The")
    )
    await release.happens(issue.number, "edited")
    assert release.said == READY


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        ("{}", READY),
        ("{require_milestone: true}", ("failure", "No milestone")),
    ],
    ids=["G10 a warning", "G10 required"],
)
async def test_g10_without_a_milestone(desk: Desk, gate: str, said: tuple[str, str]) -> None:
    """A hotfix has none until it gets its own."""
    release = await Releasing.begin(desk, gate)
    desk.github.person_changes(HOME, release.number, labels=frozenset({"hotfix"}))
    await release.happens()
    assert release.said == said
    assert "The release has no milestone" in release.run.summary


@pytest.mark.parametrize(
    ("conclusion", "said"),
    [
        pytest.param(None, ("", "ci has not reported"), id="G14 never reported"),
        pytest.param("", ("", "ci is running"), id="G14 running"),
        pytest.param("failure", ("failure", "ci: failure"), id="G14 failed"),
        pytest.param("skipped", ("failure", "ci: skipped"), id="G14 skipped"),
        pytest.param("neutral", READY, id="G14 neutral"),
        pytest.param("success", READY, id="G14 succeeded"),
    ],
)
async def test_g14_a_job_that_must_succeed(
    desk: Desk, conclusion: str | None, said: tuple[str, str]
) -> None:
    release = await Releasing.begin(desk, "{checks: [ci]}")
    if conclusion is not None:
        desk.github.others_check(HOME, release.head, "ci", conclusion)
    await release.happens()
    assert release.said == said


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("pending", ("", "ci is running")),
        ("error", ("failure", "ci: error")),
        ("success", READY),
    ],
)
async def test_g14_a_status_is_a_job_too(desk: Desk, state: str, said: tuple[str, str]) -> None:
    release = await Releasing.begin(desk, "{checks: [ci]}")
    desk.github.set_status(HOME, release.head, "ci", state)
    await release.happens()
    assert release.said == said


async def test_g17_a_branch_that_does_not_require_it_makes_it_advice(desk: Desk) -> None:
    release = await Releasing.begin(desk)
    desk.github.required[HOME, "main"] = RequiredChecks()
    await release.happens()
    assert release.said == ("success", "Advisory: Ready to release")
    desk.github.required[HOME, "main"] = RequiredChecks(known=False)
    await release.happens()
    assert release.said == READY
    assert "GitHub does not let the app see" in release.run.summary


async def test_k02_what_leaves_the_milestone_meanwhile_is_shown(desk: Desk) -> None:
    release = await Releasing.begin(desk)
    number = release.issue("release-blocker")
    await release.happens(number)
    desk.later(hours=1)
    desk.github.person_moves(HOME, number, None, by=Login("bob"))
    await release.happens(number, "demilestoned")
    assert release.said == READY
    told = "was moved away by bob, 2026-11-22 13:00 UTC"
    assert told in release.run.summary
    desk.later(days=2)
    desk.github.taken_out.clear()
    await release.happens()
    assert told in release.run.summary


@pytest.mark.parametrize("what", ["files", "checks", "reviews"])
async def test_a05_what_is_not_listed_in_full_is_not_taken_for_all(desk: Desk, what: str) -> None:
    release = await Releasing.begin(desk, "{checks: [ci], approvals: 1}")
    desk.github.others_check(HOME, release.head, "ci", "success")
    desk.github.person_reviews(HOME, release.number, author=Login("bob"), state="approved")
    await release.happens()
    assert release.said == READY
    if what == "checks":
        desk.github.hidden_checks.add((HOME, release.head))
    else:
        desk.github.hidden_pulls.add((HOME, release.number))
    await release.happens()
    title = {"files": "approvals", "checks": "checks", "reviews": "approvals"}[what]
    assert release.said == ("failure", f"Could not evaluate {title}")


async def test_a05_of_more_files_than_github_lists_any_may_be_touched(desk: Desk) -> None:
    await desk.alert(firing())
    release = await Releasing.begin(desk)
    assert release.said == READY
    desk.github.hidden_pulls.add((HOME, release.number))
    release.pushes()
    await release.happens()
    assert release.said[1].startswith("sev2 #1 in deployment")


async def test_approvals_are_of_the_head_and_by_people(desk: Desk) -> None:
    release = await Releasing.begin(desk, "{approvals: 1}")
    assert release.said == ("action_required", "0 of 1 approvals")
    for who in ("carol", "renovate[bot]"):
        desk.github.person_reviews(HOME, release.number, author=Login(who), state="approved")
    await release.happens()
    assert release.said[1] == "0 of 1 approvals"
    desk.github.person_reviews(HOME, release.number, author=Login("bob"), state="approved")
    await release.happens()
    assert release.said == READY
    release.pushes()
    await release.happens()
    assert release.said[1] == "0 of 1 approvals"


async def test_only_release_pull_requests_are_looked_at(desk: Desk) -> None:
    release = await Releasing.begin(desk)
    other = desk.github.person_proposes(HOME, author=BY, head="feature")
    await release.happens()
    assert release.runs(other.head) == []
    desk.github.person_changes(HOME, other.number, labels=frozenset({"release"}))
    await release.happens()
    assert len(release.runs(other.head)) == 1


@pytest.mark.parametrize("configured", [True, False], ids=["another pull request", "no releases"])
async def test_a_go_where_nothing_is_released_is_answered(desk: Desk, configured: bool) -> None:
    if configured:
        await Releasing.begin(desk)
    other = desk.github.person_proposes(HOME, author=BY, head="feature")
    comment = await desk.says("/go", number=other.number)
    assert desk.github.reactions[comment.id] == ["confused"]
    assert desk.words(other.number) == [
        "`/go` was not carried out. This is no open release pull request."
    ]


async def test_it_is_made_again_when_somebody_asks(desk: Desk) -> None:
    release = await Releasing.begin(desk)
    for name, written in ((CHECK, 1), ("", 1), ("other", 0)):
        event = CheckEvent(repo=HOME, head=release.head, name=name, action="rerequested", sender=BY)
        with desk.spending() as spent:
            await desk.put(CONVERSATION, event)
            await desk.drain()
        assert spent.methods.count("update_check") == written
    assert release.run.external_id == CONVERSATION


async def test_the_verdict_outlives_the_merge_and_the_database(desk: Desk) -> None:
    release = await Releasing.begin(desk)
    blocker = release.issue("release-blocker")
    await release.happens()
    desk.github.merge(HOME, release.number)
    pull = desk.github.pull(HOME, release.number)
    desk.github.person_changes(HOME, blocker, open=False)
    await release.happens()
    found = await desk.gates.verdict(pull)
    assert found is not None
    assert (found.passes, found.title) == (False, f"Blocked by #{blocker}")
    assert [one.name for one in found.reasons].count("milestone") == 1
    await desk.restart(lost_database=True)
    again = await desk.gates.verdict(pull)
    assert again is not None
    assert (again.passes, again.title) == (False, f"Blocked by #{blocker}")
    assert await desk.gates.verdict(replace(pull, head=BY)) is None  # type: ignore[arg-type]


async def test_a_lost_database_doubles_nothing(desk: Desk) -> None:
    release = await Releasing.begin(desk, SIGNED)
    refused = await release.says("/go", by="bob")
    await desk.restart(lost_database=True)
    await release.happens()
    assert release.said == WAITS
    assert len(release.runs()) == 1
    assert len(release.words()) == 1
    assert release.reactions(refused) == ["confused"]


async def test_without_releases_there_is_no_gate(desk: Desk) -> None:
    release = await Releasing.begin(desk)
    desk.github.write_file(HOME, "OWNERS.yaml", owners().partition("release:")[0])
    await desk.models.refresh()
    release.pushes()
    await desk.drain()
    with desk.spending() as spent:
        await release.happens()
    assert release.runs() == []
    assert spent.counted == 0
