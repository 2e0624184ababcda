"""OWNERS.yaml in force: read, kept when it breaks, and complained about in one issue."""

from collections.abc import Awaitable, Callable

import pytest

from ghapp.core.facts import Issue
from ghapp.core.owners_file import FILE
from ghapp.duties.models import KIND
from ghapp.github.errors import Unavailable, Unreadable
from ghapp.model.types import Model
from tests.support.builders import HOME, OWNERS, firing
from tests.support.desk import Desk
from tests.support.fake_repositories import sha_of

BROKEN = OWNERS.replace("owner: carol", "owner: carrol")
MENDED = OWNERS.replace("sev2: {acknowledge: 15m}", "sev2: {acknowledge: 7m}")
WORSE = BROKEN.replace("rotation: platform\n", "rotation: plattform\n")


def complaints(desk: Desk) -> list[Issue]:
    return [issue for issue in desk.github.issues.values() if KIND in issue.labels]


async def push(desk: Desk, text: str) -> None:
    desk.github.write_file(HOME, FILE, text)
    await desk.models.refresh()


def minutes(desk: Desk) -> float:
    acknowledge = desk.models.in_force().severities[2].acknowledge
    assert acknowledge is not None
    return acknowledge.total_seconds() / 60


async def test_a_good_file_is_taken_and_asking_again_is_free(desk: Desk) -> None:
    await push(desk, MENDED)
    assert minutes(desk) == 7
    with desk.spending() as spent:
        await desk.models.refresh()
    assert spent.methods == []


async def test_a_push_is_noticed(desk: Desk) -> None:
    desk.github.write_file(HOME, FILE, MENDED)
    await desk.push()
    assert minutes(desk) == 7


class TestBroken:
    async def test_the_last_good_one_stays_and_one_issue_says_what_is_wrong(
        self, desk: Desk
    ) -> None:
        await push(desk, BROKEN)
        assert minutes(desk) == 15
        (issue,) = complaints(desk)
        assert issue.title == "OWNERS.yaml has 1 problem"
        line = BROKEN[: BROKEN.index("carrol")].count("\n") + 1
        assert f"| {line} | `areas.deployment.owner`" in issue.body
        assert "carol" in issue.body
        assert "**The last good version stays in force**" in issue.body

    async def test_alerts_are_handled_as_before(self, desk: Desk) -> None:
        await push(desk, BROKEN)
        await desk.alert(firing())
        assert len(desk.incidents_on_github()) == 1

    async def test_the_issue_follows_the_file(self, desk: Desk) -> None:
        await push(desk, BROKEN)
        with desk.spending() as spent:
            await desk.models.refresh()
        assert spent.methods.count("create_issue") + spent.methods.count("edit_issue") == 0
        await push(desk, WORSE)
        (issue,) = complaints(desk)
        assert "plattform" in issue.body
        assert "carrol" in issue.body

    async def test_the_fix_closes_it(self, desk: Desk) -> None:
        await push(desk, BROKEN)
        await push(desk, MENDED)
        assert [issue.open for issue in complaints(desk)] == [False]
        assert minutes(desk) == 7
        with desk.spending() as spent:
            await desk.models.refresh()
        assert spent.methods == []

    async def test_broken_again_it_gets_another(self, desk: Desk) -> None:
        for text in (BROKEN, MENDED, WORSE):
            await push(desk, text)
        assert [issue.open for issue in complaints(desk)] == [False, True]

    async def test_a_lost_answer_doubles_nothing(self, desk: Desk) -> None:
        desk.github.lose_answer("create_issue")
        with pytest.raises(Unavailable):
            await push(desk, BROKEN)
        await desk.models.refresh()
        assert len(complaints(desk)) == 1

    async def test_a_person_s_issue_of_that_label_is_not_ours(self, desk: Desk) -> None:
        await push(desk, BROKEN)
        (ours,) = complaints(desk)
        desk.github.person_opens(HOME, author="dave", body=ours.body, labels=[KIND])
        await push(desk, MENDED)
        assert [issue.open for issue in complaints(desk)] == [False, True]

    @pytest.mark.parametrize(
        "arrange",
        [
            pytest.param(lambda desk: desk.github.files.clear(), id="gone"),
            pytest.param(
                lambda desk: desk.github.fail("read_file", Unreadable("it is a folder")),
                id="unreadable",
            ),
            pytest.param(lambda desk: desk.github.write_file(HOME, FILE, ""), id="empty"),
            pytest.param(lambda desk: desk.github.write_file(HOME, FILE, "{"), id="no YAML"),
        ],
    )
    async def test_however_it_is_broken(self, desk: Desk, arrange: Callable[[Desk], None]) -> None:
        arrange(desk)
        await desk.models.refresh()
        assert minutes(desk) == 15
        assert len(complaints(desk)) == 1

    async def test_a_thousand_problems_fit_into_an_issue(self, desk: Desk) -> None:
        areas = "".join(f"  area{n}: {{owner: {'nobody' * 20}{n}}}\n" for n in range(1_000))
        await push(desk, OWNERS.replace("areas:\n", f"areas:\n{areas}"))
        (issue,) = complaints(desk)
        assert len(issue.body) <= 65_536
        assert "more." in issue.body


class TestOutages:
    async def test_what_is_in_force_stays(self, desk: Desk) -> None:
        desk.github.fail("read_file", Unavailable("502"))
        with pytest.raises(Unavailable):
            await desk.models.refresh()
        assert minutes(desk) == 15
        assert desk.models.trouble is None

    async def test_the_push_is_not_forgotten(self, desk: Desk) -> None:
        desk.github.write_file(HOME, FILE, MENDED)
        desk.github.fail("read_file", Unavailable("502"))
        await desk.push()
        await desk.patiently()
        assert minutes(desk) == 7
        assert not await desk.parked()


class TestNewProcess:
    async def test_remembers_the_last_good_one(self, desk: Desk) -> None:
        await push(desk, MENDED)
        await push(desk, BROKEN)
        await desk.restart()
        assert minutes(desk) == 7
        assert len(complaints(desk)) == 1

    async def test_without_its_memory_the_history_of_the_file_has_it(self, desk: Desk) -> None:
        await push(desk, MENDED)
        await push(desk, BROKEN)
        await push(desk, WORSE)
        await desk.restart(lost_database=True)
        assert minutes(desk) == 7
        assert len(complaints(desk)) == 1
        assert "**The last good version stays in force**" in complaints(desk)[0].body

    async def test_where_no_version_was_ever_good_alerts_wait(self, desk: Desk) -> None:
        desk.github.files.clear()
        desk.github.write_file(HOME, FILE, BROKEN)
        await desk.restart(lost_database=True)
        assert desk.models.current is None
        assert "**Alerts are stored and wait**" in complaints(desk)[0].body
        await desk.alert(firing())
        assert desk.incidents_on_github() == []
        desk.github.write_file(HOME, FILE, OWNERS)
        await desk.models.refresh()
        await desk.patiently()
        assert len(desk.incidents_on_github()) == 1

    async def test_a_version_that_cannot_be_read_is_passed_over(self, desk: Desk) -> None:
        await push(desk, BROKEN)
        desk.github.fail_after(1, "read_file", Unreadable("it is a folder"))
        await desk.restart(lost_database=True)
        assert minutes(desk) == 15


class TestOtherInstances:
    async def test_follow_what_one_has_read_without_asking_github(self, desk: Desk) -> None:
        await desk.store.memory_put(KIND, "good", MENDED)
        with desk.spending() as spent:
            await desk.models.follow()
        assert spent.methods == []
        assert minutes(desk) == 7

    @pytest.mark.parametrize("text", [OWNERS, BROKEN])
    async def test_follow_nothing_that_is_known_or_bad(self, desk: Desk, text: str) -> None:
        await desk.store.memory_put(KIND, "good", text)
        await desk.models.follow()
        assert minutes(desk) == 15


async def test_whoever_depends_on_it_is_told_when_it_changes_and_only_then(desk: Desk) -> None:
    told: list[Model] = []

    async def tell(model: Model) -> None:
        told.append(model)

    listener: Callable[[Model], Awaitable[None]] = tell
    desk.models._changed = listener
    await desk.models.refresh()
    await push(desk, MENDED)
    await push(desk, MENDED + "# a comment\n")
    assert told == [desk.models.current]


class TestFile:
    async def test_it_stands_at_the_commit_that_wrote_it(self, desk: Desk) -> None:
        with desk.spending() as spent:
            file = await desk.models.file()
            assert await desk.models.file() is file
        assert spent.methods == ["file_history"]
        assert (file.repo, file.commit) == (HOME, sha_of(1))
        assert file.line("areas.billing") == OWNERS.splitlines().index("  billing:") + 1

    async def test_another_text_is_another_commit(self, desk: Desk) -> None:
        await desk.models.file()
        await push(desk, MENDED)
        assert (await desk.models.file()).commit == sha_of(2)

    async def test_while_the_file_is_broken_it_is_the_last_good_commit(self, desk: Desk) -> None:
        await push(desk, MENDED)
        await push(desk, BROKEN)
        assert (await desk.models.file()).commit == sha_of(2)

    async def test_where_no_commit_is_known_to_have_it_it_is_the_branch(self, desk: Desk) -> None:
        await push(desk, BROKEN)
        desk.github.fail_after(0, "read_file", Unreadable("it is a folder"))
        desk.github.files[HOME, FILE][0] = MENDED
        assert (await desk.models.file()).commit == "HEAD"
