"""Which review standard a branch has, and what it costs to know."""

from datetime import timedelta

import pytest

from ghapp.core.facts import PushEvent, RepoName
from ghapp.core.github_event import conversation_of_standard
from ghapp.core.owners_file import FILE
from ghapp.core.verdict import Unread
from ghapp.duties.models import Models
from ghapp.duties.standards import EVERY, TEMPLATES, Standard, Standards
from ghapp.github.errors import Unreadable
from ghapp.model.names import AreaName, Login
from tests.support.builders import HOME, OWNERS
from tests.support.desk import Desk
from tests.support.pulls import PullDesk

APP = RepoName("acme/app")
OWN = OWNERS.replace("owner: carol", "owner: bob")
BROKEN = OWNERS.replace("owner: carol", "owner: carrol")
DEPLOYMENT = AreaName("deployment")


@pytest.fixture
def standards(desk: Desk) -> Standards:
    return anew(desk)


def anew(desk: Desk) -> Standards:
    """As another process has it."""
    models: Models = desk.models
    return Standards(desk.github, desk.store, models, HOME, lambda: desk.now)


async def owner(standards: Standards, repo: RepoName = APP, branch: str = "main") -> str:
    found = await standards.of(repo, branch)
    assert isinstance(found, Standard)
    return found.model.areas[DEPLOYMENT].owner


class TestWhichFile:
    async def test_the_homes_default_branch_is_the_model_in_force(
        self, desk: Desk, standards: Standards
    ) -> None:
        found = await standards.of(HOME, "main")
        assert isinstance(found, Standard)
        assert found.model is desk.models.current

    async def test_another_branch_of_the_home_has_its_own(
        self, desk: Desk, standards: Standards
    ) -> None:
        desk.github.branches[HOME, "release/1"] = {FILE: [OWN]}
        desk.github.push(HOME, "release/1", FILE)
        assert await owner(standards, HOME, "release/1") == "bob"

    async def test_another_repository_has_its_own(self, desk: Desk, standards: Standards) -> None:
        desk.github.write_file(APP, FILE, OWN)
        found = await standards.of(APP, "main")
        assert isinstance(found, Standard)
        assert found.model.areas[DEPLOYMENT].owner == "bob"
        assert (found.file.repo, len(found.file.commit)) == (APP, 40)

    async def test_without_one_the_homes_counts(self, desk: Desk, standards: Standards) -> None:
        desk.github.push(APP, "main", "a.py")
        assert await owner(standards) == "carol"

    async def test_a_broken_one_leaves_the_last_good_one_in_force(
        self, desk: Desk, standards: Standards
    ) -> None:
        desk.github.write_file(APP, FILE, OWN)
        assert await owner(standards) == "bob"
        desk.github.write_file(APP, FILE, BROKEN)
        await standards.pushed(APP, "main")
        assert await owner(standards) == "bob"
        assert await owner(anew(desk)) == "bob"

    async def test_one_that_was_never_good_says_what_is_wrong(
        self, desk: Desk, standards: Standards
    ) -> None:
        desk.github.write_file(APP, FILE, BROKEN)
        found = await standards.of(APP, "main")
        assert isinstance(found, Unread)
        assert "carrol" in found.why
        assert await standards.remembered(APP, "main") is not None

    async def test_what_is_no_text_is_broken(self, desk: Desk, standards: Standards) -> None:
        desk.github.write_file(APP, FILE, OWN)
        desk.github.fail("read_file", Unreadable("not UTF-8"))
        assert isinstance(await standards.of(APP, "main"), Unread)


class TestCost:
    async def test_known_it_costs_nothing(self, desk: Desk, standards: Standards) -> None:
        desk.github.write_file(APP, FILE, OWN)
        with desk.spending() as spent:
            await owner(standards)
        assert spent.methods == ["branch_head", "read_file"]
        before = len(desk.github.calls)
        await owner(anew(desk))
        assert len(desk.github.calls) == before

    async def test_after_an_hour_it_is_asked_again(self, desk: Desk, standards: Standards) -> None:
        desk.github.write_file(APP, FILE, OWN)
        await owner(standards)
        desk.github.write_file(APP, FILE, OWNERS)
        assert await owner(standards) == "bob"
        desk.later(seconds=EVERY.total_seconds())
        assert await owner(standards) == "carol"

    async def test_remembered_asks_nothing(self, desk: Desk, standards: Standards) -> None:
        desk.github.write_file(APP, FILE, OWN)
        await owner(standards)
        before = len(desk.github.calls)
        found = await standards.remembered(APP, "main")
        assert found is not None
        assert found.model.areas[DEPLOYMENT].owner == "bob"
        assert len(desk.github.calls) == before

    async def test_a_push_has_the_pull_requests_looked_at(self, desk: Desk) -> None:
        desk.github.write_file(APP, FILE, OWN)
        pulls = PullDesk(desk, APP)
        await pulls.opens()
        assert "bob" in pulls.check().title
        desk.github.write_file(APP, FILE, OWNERS)
        event = PushEvent(repo=APP, sender=Login("carol"), branch="main")
        await desk.put(conversation_of_standard(APP), event)
        await desk.drain()
        assert "carol" in pulls.check().title


class TestTemplate:
    @pytest.mark.parametrize("path", TEMPLATES)
    async def test_it_is_read_once_an_hour(
        self, desk: Desk, standards: Standards, path: str
    ) -> None:
        desk.github.write_file(APP, path, "## Why")
        assert await standards.template(APP) == "## Why"
        desk.github.write_file(APP, path, "## What")
        assert await standards.template(APP) == "## Why"
        desk.later(seconds=timedelta(hours=1).total_seconds())
        assert await standards.template(APP) == "## What"

    async def test_there_need_be_none(self, standards: Standards) -> None:
        assert await standards.template(APP) is None

    async def test_what_is_no_text_is_none(self, desk: Desk, standards: Standards) -> None:
        desk.github.fail("read_file", Unreadable("it is a folder"), times=2)
        assert await standards.template(APP) is None
