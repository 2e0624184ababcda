"""An issue of a kind and a key is opened once for ever; what people write in it stays."""

from datetime import timedelta

import pytest

from ghapp.core import marker
from ghapp.core.facts import Issue
from ghapp.core.marker import Marker
from ghapp.duties.dated import BEGIN, END, Dated, generated, marker_of, rewritten
from ghapp.duties.texts import LONGEST_BODY
from ghapp.github.errors import Unavailable
from ghapp.model.names import Login
from tests.support.builders import HOME
from tests.support.desk import Desk

MARK = Marker("handoff", "platform:2026-11-16T10:00:00Z")
OTHER = Marker("handoff", "platform:2026-11-23T10:00:00Z")


@pytest.fixture
def dated(desk: Desk) -> Dated:
    return anew(desk)


def anew(desk: Desk) -> Dated:
    """As another process has it."""
    return Dated(desk.github, desk.store, HOME, lambda: desk.now)


async def opened(dated: Dated, mark: Marker = MARK) -> Issue:
    issue = await dated.open(mark, title="Handoff", body="What there is to know.")
    assert issue is not None
    return issue


class TestOpen:
    async def test_it_bears_its_kind_as_a_label_and_the_marker_as_its_last_line(
        self, dated: Dated
    ) -> None:
        issue = await dated.open(
            MARK, title="Handoff", body="Words.", labels=["triage"], assignees=[Login("bob")]
        )
        assert issue is not None
        assert issue.labels == {"handoff", "triage"}
        assert issue.assignees == ("bob",)
        assert issue.body.splitlines() == [BEGIN, "Words.", END, "", marker.render(MARK)]

    async def test_what_is_below_is_peoples(self, dated: Dated) -> None:
        made = await dated.open(MARK, title="T", body="Words.", below="## Notes")
        assert made is not None
        assert generated(made.body) == "Words."
        later = await dated.edit(made, "Others.")
        assert later.body == made.body.replace("Words.", "Others.")
        assert "## Notes" in later.body

    async def test_twice_is_once(self, dated: Dated, desk: Desk) -> None:
        await opened(dated)
        with desk.spending() as spent:
            assert await dated.open(MARK, title="Handoff", body="Words.") is None
        assert spent.methods == []

    async def test_another_key_is_another_issue(self, dated: Dated) -> None:
        first, second = await opened(dated), await opened(dated, OTHER)
        assert first.number != second.number

    async def test_a_lost_database_does_not_double_it_even_when_it_was_closed(
        self, dated: Dated, desk: Desk
    ) -> None:
        issue = await opened(dated)
        await desk.github.edit_issue(HOME, issue.number, state="closed")
        await desk.restart(lost_database=True)
        assert await anew(desk).open(MARK, title="Handoff", body="Words.") is None

    async def test_somebody_elses_issue_with_the_same_marker_does_not_count(
        self, dated: Dated, desk: Desk
    ) -> None:
        desk.github.person_opens(
            HOME, author=Login("carol"), body=marker.render(MARK), labels=["handoff"]
        )
        await opened(dated)

    async def test_after_a_crash_it_waits_for_the_request_on_its_way_and_looks(
        self, dated: Dated, desk: Desk
    ) -> None:
        desk.github.lose_answer("create_issue")
        with pytest.raises(Unavailable):
            await opened(dated)
        with pytest.raises(Unavailable, match="on its way") as caught:
            await opened(anew(desk))
        assert caught.value.after == 10
        desk.later(seconds=10)
        assert await anew(desk).open(MARK, title="Handoff", body="Words.") is None
        assert len(await dated.all("handoff")) == 1

    async def test_the_process_itself_looks_at_once(self, dated: Dated, desk: Desk) -> None:
        desk.github.lose_answer("create_issue")
        with pytest.raises(Unavailable):
            await opened(dated)
        assert await dated.open(MARK, title="Handoff", body="Words.") is None

    async def test_what_is_older_than_it_can_be_is_not_looked_through(
        self, dated: Dated, desk: Desk
    ) -> None:
        await opened(dated)
        desk.later(days=7)
        assert await dated.find(MARK, since=desk.now) is None
        assert await dated.find(MARK, since=desk.now - timedelta(days=7)) is not None


class TestEdit:
    async def test_the_apps_words_change_and_peoples_stay(self, dated: Dated, desk: Desk) -> None:
        issue = await opened(dated)
        body = f"From me first.\n\n{issue.body.replace(END, f'{END}' + chr(10) + 'And last.')}"
        issue = desk.github.person_changes(HOME, issue.number, body=body)
        issue = await dated.edit(issue, "Other words.")
        assert generated(issue.body) == "Other words."
        assert issue.body.startswith("From me first.")
        assert "And last." in issue.body
        assert marker_of(issue) == MARK
        assert issue.open

    async def test_closing_is_the_same_call(self, dated: Dated, desk: Desk) -> None:
        issue = await opened(dated)
        with desk.spending() as spent:
            issue = await dated.edit(issue, "Over.", close=True)
        assert not issue.open
        assert spent.methods == ["edit_issue"]

    async def test_nothing_new_costs_nothing(self, dated: Dated, desk: Desk) -> None:
        issue = await opened(dated)
        with desk.spending() as spent:
            assert await dated.edit(issue, "What there is to know.") == issue
        assert spent.methods == []

    async def test_closing_without_new_words(self, dated: Dated) -> None:
        issue = await opened(dated)
        closed = await dated.edit(issue, "What there is to know.", close=True)
        assert (closed.open, closed.body) == (False, issue.body)


class TestRewritten:
    def test_where_somebody_took_the_marks_away_the_words_stand_first(self) -> None:
        body = rewritten(f"Mine.\n\n{marker.render(MARK)}", "Words.", MARK)
        assert body.index("Words.") < body.index("Mine.")
        assert generated(f"Mine.\n\n{marker.render(MARK)}") == ""

    @pytest.mark.parametrize("newline", ["\n", "\r\n"])
    def test_again_changes_nothing(self, newline: str) -> None:
        once = rewritten("Mine.", "Words.", MARK)
        assert rewritten(once.replace("\n", newline), "Words.", MARK) == once

    def test_the_marker_is_there_once(self) -> None:
        body = rewritten(rewritten("", "Words.", MARK), "Others.", MARK)
        assert body.count("<!-- ghapp {") == 1
        assert body.endswith(marker.render(MARK))

    def test_it_is_no_longer_than_github_takes(self) -> None:
        body = rewritten("Mine.", "x" * LONGEST_BODY, MARK)
        assert len(body) <= LONGEST_BODY
        assert marker.find(body) == MARK
        assert "Mine." in body
