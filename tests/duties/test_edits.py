"""What commands change in OWNERS.yaml: one commit each, or a pull request, whatever is lost on the way."""

import pytest

from ghapp.core import marker
from ghapp.core.facts import RepoName
from ghapp.core.marker import Marker
from ghapp.core.owners_file import FILE
from ghapp.core.routing import support_fingerprint
from ghapp.duties.edits import NOT_ALLOWED, TRIES
from ghapp.github.errors import Refused, Stale, Unavailable, Unreadable
from ghapp.model.load import load
from ghapp.model.types import Override
from tests.support.builders import HOME, OWNERS, firing
from tests.support.desk import Desk

LINE = "      - {person: carol, from: 2026-11-22T12:00, to: 2026-11-22T16:00}"
ADDED = "[{person: carol, from: 2026-11-22T12:00, to: 2026-11-22T16:00}]"
OVERRIDE = "/override @carol for 4h"


@pytest.fixture(autouse=True)
def a_question(desk: Desk) -> None:
    desk.github.person_opens(HOME, author="alice", title="I am away")  # type: ignore[arg-type]


def versions(desk: Desk, branch: str | None = None) -> list[str]:
    return desk.github.versions(HOME, FILE, branch)


def overrides(text: str) -> tuple[Override, ...]:
    model = load(text).model
    assert model is not None
    return model.rotations["platform"].overrides  # type: ignore[index]


def calls(desk: Desk, method: str) -> list[dict[str, object]]:
    return [dict(call.args) for call in desk.github.calls if call.method == method]


class TestCommit:
    async def test_one_commit_with_nothing_else_changed(self, desk: Desk) -> None:
        await desk.says(OVERRIDE)
        before, after = versions(desk)
        assert before == OWNERS
        assert after == OWNERS.replace("timezone: UTC}", f"timezone: UTC, overrides: {ADDED}}}")

    async def test_its_message_names_who_asked_and_where_and_notifies_nobody(
        self, desk: Desk
    ) -> None:
        await desk.says(OVERRIDE)
        (commit,) = calls(desk, "commit_file")
        assert commit["message"] == (
            "Override: carol is on call for platform"
            " from 2026-11-22 12:00 to 2026-11-22 16:00 UTC\n\n"
            "Asked for by alice in acme/ops#1\n"
        )

    async def test_the_answer_tells_when_on_every_clock_and_where_it_is_written(
        self, desk: Desk
    ) -> None:
        asked = await desk.says(OVERRIDE)
        (words,) = desk.words()
        assert words == (
            "OWNERS.yaml now says who is on call for `platform`"
            " (0000000000000000000000000000000000000002):\n\n"
            "| On call | By the clock of | From | Until |\n|---|---|---|---|\n"
            "| `carol` | UTC | Sun 2026-11-22 12:00 | Sun 2026-11-22 16:00 |"
        )
        assert desk.github.reactions[asked.id] == ["+1"]

    async def test_the_next_alert_goes_to_the_one_who_covers(self, desk: Desk) -> None:
        await desk.says(OVERRIDE)
        await desk.alert(firing())
        assert desk.issue(2).assignees == ("carol",)

    async def test_on_an_incident(self, desk: Desk) -> None:
        await desk.alert(firing())
        asked = await desk.says("/ack\n/override @carol for 4h", number=2, by="bob")
        assert "acknowledged" in desk.issue(2).labels
        assert "`carol`" in desk.words(2)[0]
        assert desk.github.reactions[asked.id] == ["+1"]
        assert len(overrides(versions(desk)[-1])) == 1

    async def test_a_swap(self, desk: Desk) -> None:
        await desk.says("/swap @bob")
        found = [(one.person, f"{one.from_:%m-%d}") for one in overrides(versions(desk)[-1])]
        assert found == [("bob", "11-23"), ("alice", "11-30")]
        assert "| `alice` | UTC | Mon 2026-11-30 10:00 | Mon 2026-12-07 10:00 |" in desk.words()[0]

    async def test_what_it_costs(self, desk: Desk) -> None:
        with desk.spending() as spent:
            await desk.says(OVERRIDE)
        assert spent.methods == [
            "get_issue",
            "commit_file",
            "create_comment",
            "react",
            "read_file",
        ]

    async def test_nobody_else_may(self, desk: Desk) -> None:
        await desk.says(OVERRIDE, by="dave")
        assert versions(desk) == [OWNERS]


class TestTrouble:
    @pytest.mark.parametrize("method", ["read_file", "commit_file", "create_comment", "react"])
    async def test_nothing_is_doubled_when_an_answer_is_lost(self, desk: Desk, method: str) -> None:
        desk.github.lose_answer(method)
        await desk.says(OVERRIDE)
        await desk.patiently()
        assert len(overrides(versions(desk)[-1])) == 1
        assert len(versions(desk)) == 2
        assert len(desk.words()) == 1
        assert "Sun 2026-11-22 16:00" in desk.words()[0]

    @pytest.mark.parametrize("method", ["commit_file", "create_comment"])
    async def test_a_swap_that_was_interrupted_goes_on_as_it_was_meant(
        self, desk: Desk, method: str
    ) -> None:
        """With the new file in force, the next turns of both are others."""
        desk.github.lose_answer(method)
        await desk.says("/swap @bob")
        await desk.push()
        await desk.patiently()
        assert len(overrides(versions(desk)[-1])) == 2
        assert len(desk.words()) == 1

    async def test_a_delivery_that_comes_again_undoes_nothing(self, desk: Desk) -> None:
        asked = await desk.says(OVERRIDE)
        desk.github.write_file(HOME, FILE, OWNERS)
        await desk.push()
        await desk.says(OVERRIDE, comment=asked)
        assert versions(desk)[-1] == OWNERS
        assert len(desk.words()) == 1

    async def test_somebody_else_writes_the_file_meanwhile(self, desk: Desk) -> None:
        desk.github.fail("commit_file", Stale(409, "it does not match"))
        theirs = OWNERS.replace("timezone: UTC}", "timezone: UTC, description: All day}")
        desk.github.write_file(HOME, FILE, theirs)
        await desk.says(OVERRIDE)
        assert "description: All day" in versions(desk)[-1]
        assert len(overrides(versions(desk)[-1])) == 1

    async def test_somebody_writes_it_all_the_time(self, desk: Desk) -> None:
        commit = desk.github.commit_file

        async def racing(*args: object, **more: object) -> object:
            desk.github.write_file(HOME, FILE, f"{versions(desk)[-1]}# again\n")
            return await commit(*args, **more)  # type: ignore[arg-type]

        desk.github.commit_file = racing  # type: ignore[method-assign,assignment]
        await desk.says(OVERRIDE)
        assert len(calls(desk, "commit_file")) == TRIES
        assert desk.words() == []
        desk.github.commit_file = commit  # type: ignore[method-assign]
        await desk.patiently()
        assert len(overrides(versions(desk)[-1])) == 1
        assert versions(desk)[-1].count("# again") == TRIES
        assert len(desk.words()) == 1


class TestProtected:
    @pytest.fixture(autouse=True)
    def protected(self, desk: Desk) -> None:
        desk.github.protected.add(HOME)

    async def test_it_is_proposed(self, desk: Desk) -> None:
        asked = await desk.says(OVERRIDE)
        assert versions(desk) == [OWNERS]
        ((number, pull),) = ((n, pull) for (_, n), pull in desk.github.pulls.items())
        assert pull.base == "main"
        assert pull.title == (
            "Override: carol is on call for platform from 2026-11-22 12:00 to 2026-11-22 16:00 UTC"
        )
        assert pull.head.startswith("ghapp/override-")
        assert len(overrides(versions(desk, pull.head)[-1])) == 1
        assert pull.body.startswith("`alice` asked for this in acme/ops#1.")
        (key,) = await desk.store.memory_all("edit")
        assert marker.find(pull.body) == Marker("edit", key)
        assert f"this counts once #{number} is merged" in desk.words()[0]
        assert desk.github.reactions[asked.id] == ["+1"]

    @pytest.mark.parametrize(
        "method", ["create_branch", "commit_file", "open_pull", "create_comment"]
    )
    async def test_once(self, desk: Desk, method: str) -> None:
        desk.github.lose_answer(method)
        await desk.says(OVERRIDE)
        await desk.patiently()
        assert len(desk.github.pulls) == 1
        assert len(desk.github.branches) == 1
        assert len(desk.words()) == 1

    async def test_two_commands_two_proposals(self, desk: Desk) -> None:
        await desk.says(f"{OVERRIDE}\n/override @bob for 1h")
        assert len(desk.github.pulls) == 2
        assert len(desk.words()) == 2

    async def test_a_rule_that_we_do_not_know_is_one_too(self, desk: Desk) -> None:
        desk.github.protected.clear()
        desk.github.fail("commit_file", Stale(409, "Not on a Friday."), times=TRIES)
        await desk.says(OVERRIDE)
        assert len(desk.github.pulls) == 1

    async def test_no_branch_takes_it(self, desk: Desk) -> None:
        desk.github.fail("create_branch", Refused(403, "Resource not accessible by integration"))
        asked = await desk.says(OVERRIDE)
        assert_by_hand(desk, asked.id, NOT_ALLOWED)


def assert_by_hand(desk: Desk, asked: int, why: str) -> None:
    (words,) = desk.words()
    assert words.startswith(f"`/override` was not carried out. {why}")
    assert LINE in words
    assert desk.github.reactions[asked] == ["confused"]
    assert versions(desk) == [OWNERS]


class TestRefused:
    async def test_the_app_may_not_write(self, desk: Desk) -> None:
        desk.github.fail("commit_file", Refused(403, "Resource not accessible by integration"))
        asked = await desk.says(OVERRIDE)
        assert_by_hand(desk, asked.id, NOT_ALLOWED)

    async def test_other_refusals_are_ours(self, desk: Desk) -> None:
        desk.github.fail("commit_file", Refused(422, "sha is not a string"), times=100)
        await desk.says(OVERRIDE)
        await desk.patiently()
        assert [row.reason for row in await desk.parked()] != []
        assert desk.words() == []

    async def test_the_file_is_broken_now(self, desk: Desk) -> None:
        desk.github.write_file(HOME, FILE, OWNERS.replace("fallback_area", "fallbackarea"))
        await desk.says(OVERRIDE)
        (words,) = desk.words()
        assert "OWNERS.yaml is not changed: the file has problems" in words
        assert LINE in words
        assert len(versions(desk)) == 2

    async def test_the_file_is_gone(self, desk: Desk) -> None:
        desk.github.files.clear()
        await desk.says(OVERRIDE)
        assert "there is no such file" in desk.words()[0]

    async def test_the_file_cannot_be_read(self, desk: Desk) -> None:
        desk.github.fail("read_file", Unreadable("OWNERS.yaml is larger than 1 MB"))
        await desk.says(OVERRIDE)
        assert "OWNERS.yaml is larger than 1 MB" in desk.words()[0]

    async def test_in_another_repository(self, desk: Desk) -> None:
        """Whoever may write there need not be allowed to write here."""
        shop = RepoName("acme/shop")
        desk.github.person_opens(shop, author="alice")  # type: ignore[arg-type]
        await desk.says(OVERRIDE, repo=shop)
        assert "Write it on an issue of `acme/ops`" in desk.github.bodies(shop, 1)[-1]
        assert versions(desk) == [OWNERS]

    async def test_an_outage_is_waited_for_and_the_time_stays(self, desk: Desk) -> None:
        desk.github.fail("commit_file", Unavailable("502", after=3600))
        await desk.says(OVERRIDE)
        assert versions(desk) == [OWNERS]
        await desk.patiently()
        assert ADDED in versions(desk)[-1]


async def test_what_it_meant_is_remembered_whole(desk: Desk) -> None:
    await desk.says(OVERRIDE)
    (key,) = await desk.store.memory_all("edit")
    assert key.startswith(support_fingerprint(HOME, 1))
    edited = await desk.edits.begun(key)
    assert edited is not None
    assert edited.new.overrides == overrides(versions(desk)[-1])
    assert await desk.edits.begun("another") is None
