"""A pull request that edits OWNERS.yaml has a check that says what is wrong, at the lines."""

import pytest

from ghapp.core.owners_file import FILE
from ghapp.github.errors import Unreadable
from ghapp.github.gateway_checks import Annotation
from ghapp.model.names import Login
from tests.support.builders import HOME, OWNERS
from tests.support.desk import Desk
from tests.support.pulls import PullDesk

CHECK = "ghapp/owners"


@pytest.fixture
def pulls(desk: Desk) -> PullDesk:
    return PullDesk(desk)


async def proposes(pulls: PullDesk, *texts: str) -> None:
    pulls.desk.github.branches[HOME, "topic"] = {FILE: list(texts)}
    await pulls.opens(FILE)


def annotations(pulls: PullDesk) -> list[Annotation]:
    return pulls.desk.github.annotations[pulls.check(CHECK).id]


class TestOwnersCheck:
    async def test_what_is_wrong_stands_at_its_line(self, pulls: PullDesk) -> None:
        await proposes(pulls, OWNERS.replace("owner: carol", "owner: carrol"))
        (remark,) = annotations(pulls)
        line = OWNERS.splitlines().index("    owner: carol") + 1
        assert (remark.path, remark.start_line, remark.level) == (FILE, line, "failure")
        assert "did you mean `carol`?" in remark.message
        assert pulls.check(CHECK).conclusion == "failure"
        assert pulls.conclusion == "action_required"  # the base branch's standard holds meanwhile

    async def test_a_valid_file_says_who_is_on_call(self, pulls: PullDesk) -> None:
        await proposes(pulls, OWNERS.replace("people: [alice, bob], s", "people: [bob, alice], s"))
        run = pulls.check(CHECK)
        assert run.conclusion in {"success", "neutral"}
        assert "instead of" in run.summary

    async def test_new_names_are_checked_against_github(self, pulls: PullDesk) -> None:
        pulls.desk.github.accounts = {Login("erin")}
        pulls.desk.github.teams = {"platform": frozenset({Login("alice")})}
        text = OWNERS.replace("carol: {}}", "carol: {}, erin: {}, zoe: {}}").replace(
            "[alice, bob, carol]", "[alice, bob, carol, erin]"
        )
        with pulls.desk.spending() as spent:
            await proposes(pulls, text)
        assert spent.methods.count("is_known") == 2
        messages = [one.message for one in annotations(pulls)]
        assert any("GitHub knows no `zoe`" in one for one in messages)
        assert any("the team on GitHub has other members" in one for one in messages)
        assert not any("erin`" in one for one in messages)

    async def test_a_mended_file_is_a_new_run_on_its_own_head(self, pulls: PullDesk) -> None:
        await proposes(pulls, OWNERS.replace("owner: carol", "owner: carrol"))
        pulls.desk.github.branches[HOME, "topic"][FILE].append(f"{OWNERS}# better\n")
        await pulls.pushes(FILE)
        assert pulls.check(CHECK).conclusion in {"success", "neutral"}

    async def test_it_is_read_once_for_a_head_unless_asked_again(self, pulls: PullDesk) -> None:
        await proposes(pulls, f"{OWNERS}# more\n")
        with pulls.desk.spending() as spent:
            await pulls.reviews()
            assert "read_file" not in [
                call.method for call in pulls.desk.github.calls[-len(spent.methods or [1]) :]
            ]
            await pulls.asks_again(CHECK)
        assert spent.methods.count("update_check") == 2

    async def test_other_pull_requests_have_none(self, pulls: PullDesk) -> None:
        await pulls.opens("a.py")
        assert pulls.checks(CHECK) == []

    async def test_a_file_that_is_taken_away(self, pulls: PullDesk) -> None:
        await proposes(pulls)
        assert pulls.check(CHECK).title == "OWNERS.yaml is taken away"

    async def test_a_file_that_cannot_be_read(self, pulls: PullDesk) -> None:
        pulls.desk.github.fail("read_file", Unreadable("it is a folder"))
        await proposes(pulls, OWNERS)
        run = pulls.check(CHECK)
        assert (run.conclusion, run.title) == ("failure", "Could not read OWNERS.yaml")
