"""Documents: each owner has one list of what is due, until the last is reviewed."""

from datetime import date
from typing import Any

import pytest

from ghapp.core.docs_review import KIND, State
from ghapp.core.facts import Issue, IssueEvent
from ghapp.core.routine_asks import DOCS
from ghapp.duties import doc_facts
from ghapp.duties.dated import marker_of
from ghapp.github.errors import Protected, Refused, Unavailable, Unreadable
from ghapp.model.names import Login
from tests.support.builders import HOME, OWNERS, firing
from tests.support.desk import Desk

MODEL = (
    OWNERS
    + """\
docs:
  - {path: "docs/runbooks/**", owner: alice, review_every: 90d}
  - {path: "docs/**", owner: bob, review_every: 1y}
"""
)
ALICE, BOB, CAROL = Login("alice"), Login("bob"), Login("carol")


@pytest.fixture(autouse=True)
async def _names_documents(desk: Desk) -> None:
    desk.github.write_file(HOME, "OWNERS.yaml", MODEL)
    await desk.push()


def page(reviewed: str, text: str = "Roll back.\n") -> str:
    return f"---\nreviewed: {reviewed}\n---\n{text}"


def commits(desk: Desk, path: str, text: str, *, by: Login = CAROL) -> None:
    """Somebody pushes a document."""
    desk.github.files.setdefault((HOME, path), []).append(text)
    desk.github.push(HOME, "main", path, author=by)


def is_merged(desk: Desk, path: str, text: str, *, by: Login, approved_by: Login) -> None:
    """Somebody's pull request of a document is approved and merged."""
    branch = f"b{len(desk.github.pulls)}"
    desk.github.log[HOME, branch] = [*desk.github.log[HOME, "main"]]
    desk.github.push(HOME, branch, path, author=by)
    number = desk.github.person_proposes(HOME, author=by, head=branch).number
    desk.github.person_reviews(HOME, number, author=approved_by, state="approved")
    desk.github.files.setdefault((HOME, path), []).append(text)
    desk.github.merge(HOME, number)


async def look(desk: Desk) -> None:
    await desk.docs.look()
    await desk.patiently()


def lists(desk: Desk, *, open_only: bool = True) -> list[Issue]:
    found = [one for one in desk.github.issues.values() if KIND in one.labels]
    return sorted((one for one in found if one.open or not open_only), key=lambda one: one.title)


async def standing(desk: Desk) -> dict[str, Any]:
    papers = await desk.docs.papers(desk.models.in_force())
    return {one.path: one for one in papers.documents}


class TestLists:
    async def test_d03_thirty_documents_of_two_owners_are_two_issues(self, desk: Desk) -> None:
        for number in range(30):
            folder = "docs/runbooks" if number % 2 else "docs"
            commits(desk, f"{folder}/{number}.md", page("2020-01-01"))
        for path in ("docs/fixtures/a.md", "docs/vendor/b.md", "src/c.md"):
            commits(desk, path, page("2020-01-01"))
        await look(desk)
        alice, bob = lists(desk)
        assert (alice.title, bob.title) == (
            "Documents to review: alice",
            "Documents to review: bob",
        )
        assert (alice.assignees, bob.assignees) == ((ALICE,), (BOB,))
        assert alice.body.count("- [ ] ") == bob.body.count("- [ ] ") == 15
        assert "fixtures" not in bob.body

    async def test_looking_again_costs_nothing(self, desk: Desk) -> None:
        commits(desk, "docs/a.md", page("2020-01-01"))
        commits(desk, "docs/b.md", page("2026-11-01"))
        await look(desk)
        await look(desk)
        with desk.spending() as spent:
            await look(desk)
        assert spent.methods == []

    async def test_only_what_has_changed_is_read(self, desk: Desk) -> None:
        for name in "abc":
            commits(desk, f"docs/{name}.md", page("2026-11-01"))
        await look(desk)
        commits(desk, "docs/b.md", page("2026-11-02"))
        with desk.spending() as spent:
            await look(desk)
        assert sorted(spent.methods) == ["read_file", "tree"]

    async def test_what_is_reviewed_leaves_and_the_last_closes_it(self, desk: Desk) -> None:
        for name in "ab":
            commits(desk, f"docs/{name}.md", page("2020-01-01"))
        await look(desk)
        commits(desk, "docs/a.md", page("2026-11-22"))
        await look(desk)
        (issue,) = lists(desk)
        assert "docs/a.md" not in issue.body
        commits(desk, "docs/b.md", page("2026-11-22"))
        await look(desk)
        assert lists(desk) == []
        assert "Nothing of `bob` is due" in lists(desk, open_only=False)[0].body

    async def test_ticks_are_kept(self, desk: Desk) -> None:
        for name in "ab":
            commits(desk, f"docs/{name}.md", page("2020-01-01"))
        await look(desk)
        (issue,) = lists(desk)
        desk.github.person_changes(HOME, issue.number, body=issue.body.replace("- [ ]", "- [x]", 1))
        commits(desk, "docs/c.md", page("2020-01-01"))
        await look(desk)
        (issue,) = lists(desk)
        assert (issue.body.count("- [x]"), issue.body.count("- [ ]")) == (1, 2)

    async def test_closed_by_hand_it_comes_back_only_for_something_else(self, desk: Desk) -> None:
        commits(desk, "docs/a.md", page("2020-01-01"))
        await look(desk)
        (issue,) = lists(desk)
        desk.github.person_changes(HOME, issue.number, open=False)
        event = IssueEvent(repo=HOME, number=issue.number, action="closed", sender=BOB, at=desk.now)
        await desk.put(DOCS, event)
        await desk.patiently()
        await desk.restart(lost_database=True)
        await look(desk)
        assert lists(desk) == []
        commits(desk, "docs/b.md", page("2025-11-20"))
        await look(desk)
        assert len(lists(desk)) == 1

    async def test_one_that_the_app_closed_is_opened_again_for_the_same(self, desk: Desk) -> None:
        commits(desk, "docs/a.md", "No date.\n")
        await look(desk)
        commits(desk, "docs/a.md", page("2026-11-22"))
        await look(desk)
        commits(desk, "docs/a.md", "No date again.\n")
        await look(desk)
        (issue,) = lists(desk)
        assert len(lists(desk, open_only=False)) == 1
        assert "docs/a.md" in issue.body

    @pytest.mark.parametrize("lost", [False, True], ids=["answer", "answer and database"])
    async def test_an_answer_that_was_lost_makes_no_second(self, desk: Desk, lost: bool) -> None:
        commits(desk, "docs/a.md", page("2020-01-01"))
        desk.github.lose_answer("create_issue")
        await desk.docs.look()
        await desk.drain()
        await desk.restart(lost_database=lost)
        await look(desk)
        assert len(lists(desk)) == 1

    async def test_when_the_file_names_none_any_more(self, desk: Desk) -> None:
        commits(desk, "docs/a.md", page("2020-01-01"))
        await look(desk)
        desk.github.write_file(HOME, "OWNERS.yaml", OWNERS)
        await desk.push()
        await look(desk)
        assert lists(desk) == []
        with desk.spending() as spent:
            await look(desk)
        assert spent.methods == []
        assert await standing(desk) == {}


class TestDates:
    async def test_d01_on_its_date_it_is_due_and_then_overdue(self, desk: Desk) -> None:
        commits(desk, "docs/runbooks/a.md", page("2026-08-24"))
        await look(desk)
        assert "due today: 2026-11-22" in lists(desk)[0].body
        desk.later(days=1)
        await look(desk)
        (issue,) = lists(desk)
        assert "overdue: 2026-11-22" in issue.body

    @pytest.mark.parametrize("text", [page("soon"), page("2027-01-01"), "+++\nreviewed = 1\n+++\n"])
    async def test_d02_a_date_that_is_none_is_never_fresh(self, desk: Desk, text: str) -> None:
        commits(desk, "docs/a.md", text, by=BOB)
        await look(desk)
        assert (await standing(desk))["docs/a.md"].state is State.PROBLEM
        assert "⚠️" in lists(desk)[0].body

    async def test_d02_without_a_date_nobody_has_reviewed_it(self, desk: Desk) -> None:
        commits(desk, "docs/a.md", "Text.\n")
        await look(desk)
        assert (await standing(desk))["docs/a.md"].state is State.PROBLEM

    @pytest.mark.parametrize(
        ("by", "approved_by", "state"),
        [
            pytest.param(CAROL, BOB, State.FRESH, id="D04 the owner approved it"),
            pytest.param(BOB, CAROL, State.FRESH, id="the owner wrote it"),
            pytest.param(CAROL, ALICE, State.PROBLEM, id="somebody else approved it"),
        ],
    )
    async def test_a_merged_change(
        self, desk: Desk, by: Login, approved_by: Login, state: State
    ) -> None:
        is_merged(desk, "docs/a.md", "Text.\n", by=by, approved_by=approved_by)
        assert (await standing(desk))["docs/a.md"].state is state

    async def test_it_is_found_behind_later_changes(self, desk: Desk) -> None:
        is_merged(desk, "docs/a.md", "Text.\n", by=CAROL, approved_by=BOB)
        commits(desk, "docs/a.md", "Text!\n")
        assert (await standing(desk))["docs/a.md"].last == date(2026, 11, 22)

    async def test_d05_a_rename_is_followed(self, desk: Desk) -> None:
        is_merged(desk, "docs/old.md", "Text.\n", by=CAROL, approved_by=BOB)
        desk.github.rename_file(HOME, "docs/old.md", "docs/new.md", author=CAROL)
        assert (await standing(desk))["docs/new.md"].state is State.FRESH

    async def test_d05_what_is_deleted_leaves_the_list(self, desk: Desk) -> None:
        commits(desk, "docs/a.md", page("2020-01-01"))
        await look(desk)
        del desk.github.files[HOME, "docs/a.md"]
        await look(desk)
        assert lists(desk) == []

    async def test_d05_of_an_owner_who_has_left_the_area_answers(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def is_known(_repo: str, login: Login) -> bool:
            return login != BOB

        monkeypatch.setattr(desk.github, "is_known", is_known)
        commits(desk, "docs/a.md", page("2020-01-01"), by=ALICE)
        await look(desk)
        (issue,) = lists(desk)
        assert issue.assignees == (CAROL,)

    async def test_d06_an_incident_pulls_its_runbook_forward(self, desk: Desk) -> None:
        path = "docs/runbooks/deployment.md"
        commits(desk, path, page("2026-11-01"))
        assert (await standing(desk))[path].due == date(2027, 1, 30)
        await desk.alert(firing())
        assert (await standing(desk))[path].due == date(2026, 12, 6)
        desk.later(days=14)
        await look(desk)
        assert "an incident on 2026-11-22 called for it" in lists(desk)[0].body

    async def test_what_cannot_be_read_or_has_no_place_for_a_date(self, desk: Desk) -> None:
        commits(desk, "docs/a.png", "binary", by=BOB)
        commits(desk, "docs/b.md", "Text.\n", by=BOB)
        desk.github.fail("read_file", Unreadable("it is too large"))
        found = await standing(desk)
        assert [one.state for one in found.values()] == [State.FRESH, State.FRESH]


class TestMany:
    async def test_what_is_too_much_for_one_look_is_read_in_several(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(doc_facts, "PATIENCE", 3)
        for number in range(5):
            commits(desk, f"docs/{number}.md", page("2020-01-01"))
        await look(desk)
        assert lists(desk) == []
        for _ in range(4):
            await look(desk)
        assert lists(desk)[0].body.count("- [ ] ") == 5

    async def test_of_a_tree_that_is_cut_nothing_is_concluded(self, desk: Desk) -> None:
        commits(desk, "docs/a.md", page("2020-01-01"))
        await look(desk)
        desk.github.truncated = True
        del desk.github.files[HOME, "docs/a.md"]
        await look(desk)
        assert len(lists(desk)) == 1


class TestReviewed:
    @pytest.fixture
    def number(self, desk: Desk) -> int:
        commits(desk, "docs/a.md", page("2020-01-01"))
        return desk.github.person_opens(HOME, author=BOB).number

    async def test_a_pull_request_sets_the_date(self, desk: Desk, number: int) -> None:
        comment = await desk.says("/reviewed docs/a.md", number=number, by="carol")
        ((key, pull),) = desk.github.pulls.items()
        written = desk.github.versions(HOME, "docs/a.md", pull.head)[-1]
        assert written == page("2026-11-22")
        assert pull.title == "docs: docs/a.md was reviewed on 2026-11-22"
        assert "@bob approves it" in pull.body
        assert pull.requested == (BOB,)
        assert desk.words(number) == [
            f"#{key[1]} sets the date; `bob` approves it, as the document's owner."
        ]
        assert desk.github.reactions[comment.id] == ["+1"]
        assert len(desk.github.versions(HOME, "docs/a.md")) == 1

    @pytest.mark.parametrize(
        "method",
        ["create_branch", "commit_file", "open_pull", "request_reviewers", "create_comment"],
    )
    @pytest.mark.parametrize("lost", [False, True], ids=["failed", "answer lost"])
    async def test_a_crash_between_any_two_writes(
        self, desk: Desk, number: int, method: str, lost: bool
    ) -> None:
        if lost:
            desk.github.lose_answer(method)
        else:
            desk.github.fail(method, Unavailable("down"))
        await desk.says("/reviewed docs/a.md", number=number)
        await desk.restart()
        desk.later(minutes=1)
        await desk.recall()
        await desk.patiently()
        assert len(desk.github.pulls) == 1
        assert len(desk.words(number)) == 1

    @pytest.mark.parametrize(
        ("error", "why"),
        [
            pytest.param(Protected(409, "rules"), "may not write files", id="no permission"),
            pytest.param(Refused(403, "not accessible"), "may not write files", id="none at all"),
        ],
    )
    async def test_without_permission_it_says_so(
        self, desk: Desk, number: int, error: Refused, why: str
    ) -> None:
        desk.github.fail("commit_file", error)
        await desk.says("/reviewed docs/a.md", number=number)
        assert why in desk.words(number)[0]

    async def test_an_owner_who_cannot_be_asked_is_called_in_the_text(
        self, desk: Desk, number: int
    ) -> None:
        desk.github.fail("request_reviewers", Refused(422, "not a collaborator"))
        await desk.says("/reviewed docs/a.md", number=number)
        assert "sets the date" in desk.words(number)[0]

    @pytest.mark.parametrize(
        ("line", "why"),
        [
            ("/reviewed docs/no.md", "There is no such file"),
            ("/reviewed src/a.md", "takes in no such file"),
            ("/reviewed", "/reviewed path"),
            ("/reviewed docs/today.md", "It bears that date already."),
            ("/reviewed docs/toml.md", "The date cannot be set: its front matter is TOML"),
        ],
    )
    async def test_refused(self, desk: Desk, number: int, line: str, why: str) -> None:
        commits(desk, "docs/today.md", page("2026-11-22"))
        commits(desk, "docs/toml.md", "+++\n+++\n")
        await desk.says(line, number=number)
        assert why in desk.words(number)[0]
        assert desk.github.pulls == {}

    async def test_what_cannot_be_read_is_refused(self, desk: Desk, number: int) -> None:
        desk.github.fail("read_file", Unreadable("it is too large"))
        await desk.says("/reviewed docs/a.md", number=number)
        assert "The file cannot be read: it is too large." in desk.words(number)[0]


async def test_the_list_of_an_owner_is_known_by_its_marker(desk: Desk) -> None:
    commits(desk, "docs/a.md", page("2020-01-01"))
    await look(desk)
    mark = marker_of(lists(desk)[0])
    assert mark is not None
    assert (mark.kind, mark.key) == ("docs-review", "bob:2021-01-01")
