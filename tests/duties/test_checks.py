"""A verdict is one check run of its name on a head, written only when it says something else."""

from dataclasses import replace
from typing import Any

import pytest

from ghapp.core import marker
from ghapp.core.facts import Sha
from ghapp.core.owners_file import OwnersFile
from ghapp.core.verdict import Reason, State
from ghapp.duties.checks import KIND, LONGEST_SUMMARY, Checks, Verdict, cut
from ghapp.github.errors import NotFound, Unavailable
from ghapp.github.gateway_checks import Annotation, CheckRun
from ghapp.model.names import Login
from tests.duties.test_texts import PAYLOAD
from tests.support.activity import active
from tests.support.builders import HOME, OWNERS
from tests.support.desk import Desk

HEAD = Sha("a" * 40)
FILE = OwnersFile.of(HOME, "c0ffee", OWNERS)
REMARK = Annotation(path="OWNERS.yaml", start_line=3, end_line=3, level="failure", message="No.")


def verdict(**changes: Any) -> Verdict:
    reason = Reason(
        "approvals",
        State.REFUSED,
        "Needs bob",
        "Nobody has approved.",
        (Login("bob"), Login("carol")),
        "areas.billing",
        (Reason("billing", State.PENDING, "", "1 of 2"), Reason("app", State.SATISFIED, "", "")),
    )
    made = Verdict(
        repo=HOME,
        head=HEAD,
        name="ghapp/review",
        conclusion="failure",
        title="Needs bob",
        reasons=(reason,),
        conversation="pull:acme/ops#1",
        file=FILE,
    )
    return replace(made, **changes)


PASSED = verdict(conclusion="success", title="Approved", reasons=())


def runs(desk: Desk) -> list[CheckRun]:
    return list(desk.github.check_runs.values())


def checks(desk: Desk) -> Checks:
    return desk.duties.checks


class TestOneRun:
    async def test_the_usual_case_is_one_write(self, desk: Desk) -> None:
        with desk.spending() as spent:
            assert await checks(desk).publish(verdict(), new_head=True)
        assert spent.methods == ["create_check"]
        (run,) = runs(desk)
        assert (run.name, run.head, run.conclusion) == ("ghapp/review", HEAD, "failure")
        assert (run.title, run.external_id) == ("Needs bob", "pull:acme/ops#1")

    async def test_unchanged_it_costs_nothing(self, desk: Desk) -> None:
        await checks(desk).publish(verdict(), new_head=True)
        with desk.spending() as spent:
            assert not await checks(desk).publish(verdict())
        assert spent.methods == []

    async def test_a_change_is_written_into_the_same_run(self, desk: Desk) -> None:
        await checks(desk).publish(verdict(), new_head=True)
        with desk.spending() as spent:
            assert await checks(desk).publish(PASSED)
        assert spent.methods == ["update_check"]
        (run,) = runs(desk)
        assert run.conclusion == "success"

    async def test_asked_for_again_it_is_written_unchanged(self, desk: Desk) -> None:
        await checks(desk).publish(verdict(), new_head=True)
        with desk.spending() as spent:
            assert await checks(desk).publish(verdict(), again=True)
        assert spent.methods == ["update_check"]

    async def test_another_head_and_another_name_have_their_own(self, desk: Desk) -> None:
        await checks(desk).publish(verdict(), new_head=True)
        await checks(desk).publish(verdict(head=Sha("b" * 40)), new_head=True)
        await checks(desk).publish(verdict(name="ghapp/owners"), new_head=True)
        assert len(runs(desk)) == 3

    async def test_it_may_be_under_way(self, desk: Desk) -> None:
        await checks(desk).publish(verdict(conclusion=None), new_head=True)
        (run,) = runs(desk)
        assert (run.status, run.conclusion) == ("in_progress", "")

    async def test_one_that_is_gone_is_made_anew(self, desk: Desk) -> None:
        await checks(desk).publish(verdict(), new_head=True)
        desk.github.fail("update_check", NotFound())
        assert await checks(desk).publish(PASSED)
        assert [run.conclusion for run in runs(desk)] == ["failure", "success"]
        assert not await checks(desk).publish(PASSED)


class TestLost:
    async def test_after_a_lost_answer_it_is_found_and_not_made_again(self, desk: Desk) -> None:
        desk.github.lose_answer("create_check")
        with pytest.raises(Unavailable):
            await checks(desk).publish(verdict(), new_head=True)
        with desk.spending() as spent:
            assert not await checks(desk).publish(verdict(), new_head=True)
        assert spent.methods == ["own_checks"]
        assert len(runs(desk)) == 1

    async def test_after_a_kill_it_waits_for_what_may_be_on_its_way(self, desk: Desk) -> None:
        desk.github.lose_answer("create_check")
        with pytest.raises(Unavailable):
            await checks(desk).publish(verdict(), new_head=True)
        await desk.restart()
        with pytest.raises(Unavailable, match="on its way"):
            await checks(desk).publish(PASSED, new_head=True)
        desk.later(seconds=10)
        assert await checks(desk).publish(PASSED, new_head=True)
        (run,) = runs(desk)
        assert run.conclusion == "success"

    async def test_a_write_that_never_arrived_is_made(self, desk: Desk) -> None:
        desk.github.fail("create_check", Unavailable("down"))
        with pytest.raises(Unavailable):
            await checks(desk).publish(verdict(), new_head=True)
        assert await checks(desk).publish(verdict(), new_head=True)
        assert len(runs(desk)) == 1

    async def test_a_lost_database_finds_it_and_writes_nothing(self, desk: Desk) -> None:
        await checks(desk).publish(verdict(annotations=(REMARK,)), new_head=True)
        await desk.restart(lost_database=True)
        with desk.spending() as spent:
            assert not await checks(desk).publish(verdict(annotations=(REMARK,)))
        assert spent.methods == ["own_checks"]
        with desk.spending() as spent:
            assert await checks(desk).publish(PASSED)
        assert spent.methods == ["create_check"]

    async def test_without_memory_and_without_a_run_it_is_made(self, desk: Desk) -> None:
        with desk.spending() as spent:
            assert await checks(desk).publish(verdict())
        assert spent.methods == ["own_checks", "create_check"]

    async def test_another_apps_of_that_name_is_left_alone(self, desk: Desk) -> None:
        desk.github.others_check(HOME, HEAD, "ghapp/review", "success")
        await checks(desk).publish(verdict())
        assert [run.conclusion for run in runs(desk)] == ["success", "failure"]


class TestAnnotations:
    async def test_they_are_not_sent_twice(self, desk: Desk) -> None:
        await checks(desk).publish(verdict(annotations=(REMARK,)), new_head=True)
        await checks(desk).publish(verdict(annotations=(REMARK,), title="Other"))
        (run,) = runs(desk)
        assert (run.title, desk.github.annotations[run.id]) == ("Other", [REMARK])

    async def test_where_there_were_none_they_are_added(self, desk: Desk) -> None:
        await checks(desk).publish(verdict(), new_head=True)
        await checks(desk).publish(verdict(annotations=(REMARK,)))
        (run,) = runs(desk)
        assert desk.github.annotations[run.id] == [REMARK]

    async def test_others_need_another_run(self, desk: Desk) -> None:
        await checks(desk).publish(verdict(annotations=(REMARK,)), new_head=True)
        await checks(desk).publish(verdict())
        old, new = runs(desk)
        assert desk.github.annotations == {old.id: [REMARK], new.id: []}
        assert not await checks(desk).publish(verdict())

    async def test_more_than_one_call_takes_may_have_arrived_in_part(self, desk: Desk) -> None:
        many = tuple(replace(REMARK, start_line=n, end_line=n) for n in range(1, 120))
        desk.github.lose_answer("create_check")
        with pytest.raises(Unavailable):
            await checks(desk).publish(verdict(annotations=many), new_head=True)
        assert await checks(desk).publish(verdict(annotations=many), new_head=True)
        assert desk.github.annotations[runs(desk)[-1].id] == list(many)

    async def test_however_many_unchanged_they_cost_nothing(self, desk: Desk) -> None:
        many = tuple(replace(REMARK, start_line=n, end_line=n) for n in range(1, 120))
        await checks(desk).publish(verdict(annotations=many), new_head=True)
        with desk.spending() as spent:
            assert not await checks(desk).publish(verdict(annotations=many))
        assert spent.methods == []


class TestSummary:
    def test_every_reason_says_its_state_who_and_where(self, desk: Desk) -> None:
        who = "Who can change that: `bob`, `carol`."
        assert checks(desk).summary(verdict()).splitlines() == [
            f"- ❌ **approvals** (refused): Nobody has approved. {who} [areas.billing](https://git.example/acme/ops/blob/c0ffee/OWNERS.yaml#L27)",
            "  - 🕓 **billing** (pending): 1 of 2",
            "  - ✅ **app** (satisfied):",
        ]

    def test_without_the_file_there_is_no_link(self, desk: Desk) -> None:
        assert "](" not in checks(desk).summary(verdict(file=None))

    def test_details_come_last(self, desk: Desk) -> None:
        assert checks(desk).summary(verdict(details="| a |")).endswith("\n\n| a |")

    def test_nobody_is_mentioned_whatever_strangers_write(self, desk: Desk) -> None:
        reason = Reason(PAYLOAD, State.PENDING, PAYLOAD, PAYLOAD, (Login("bob"),))
        nested = replace(reason, children=(reason, replace(reason, children=(reason,))))
        assert active(checks(desk).summary(verdict(reasons=(nested,)))) == []

    async def test_it_is_no_longer_than_github_takes_and_still_sealed(self, desk: Desk) -> None:
        rows = tuple(Reason("file", State.PENDING, "", f"ä{n} " * 40) for n in range(900))
        await checks(desk).publish(verdict(reasons=rows), new_head=True)
        (run,) = runs(desk)
        assert len(run.summary.encode()) <= LONGEST_SUMMARY
        assert "left out." in run.summary
        found = marker.find(run.summary)
        assert found is not None
        assert found.kind == KIND

    @pytest.mark.parametrize(
        ("text", "room", "cut_to"),
        [
            pytest.param("a\nb", 3, "a\nb", id="fits"),
            pytest.param(
                "a\n" + "b" * 99, 40, "a\n\n… 1 of 2 lines are left out.", id="whole lines"
            ),
            pytest.param("b" * 99, 40, "\n\n… 1 of 1 lines are left out.", id="one long line"),
        ],
    )
    def test_cut(self, text: str, room: int, cut_to: str) -> None:
        assert cut(text, room) == cut_to
