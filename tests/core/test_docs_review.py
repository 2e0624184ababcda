"""Which documents are due for review, and to whom."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.agenda import mark_of
from ghapp.core.docs_review import (
    Change,
    DocFacts,
    Reviewed,
    State,
    entry_of,
    look,
    names_of,
    owner_in,
    owner_of,
    roll_ups,
    rows,
    used_runbooks,
)
from ghapp.model.interval import parse_interval
from ghapp.model.names import AreaName, Login
from ghapp.model.routines import Doc
from tests.support.builders import model

ALICE, BOB, CAROL = Login("alice"), Login("bob"), Login("carol")
TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)
MODEL = model("""
version: 1
areas:
  deployment: {owner: alice, paths: ["deploy/**"], runbook: docs/runbooks/deployment.md}
  billing: {owner: bob, paths: ["docs/billing/**"], runbook: ./docs/runbooks/billing.md}
  app: {owner: carol}
fallback_area: app
docs:
  - {path: "docs/runbooks/**", owner: alice, review_every: 90d}
  - {path: "docs/**/*.md", owner: bob, review_every: 12mo}
  - {path: README.md, owner: carol}
  - {path: "tests/fixtures/**", owner: carol}
""")
RUNBOOKS, DOCS, README, FIXTURES = MODEL.docs


def stated(day: object, **changes: object) -> DocFacts:
    text = f"---\nreviewed: {day}\n---\n# A\n"
    return DocFacts(**{"path": "docs/runbooks/a.md", "text": text, **changes})  # type: ignore[arg-type]


class TestDates:
    @pytest.mark.parametrize(
        ("today", "state"),
        [
            pytest.param("2026-11-21", State.FRESH, id="D01 the day before"),
            pytest.param("2026-11-22", State.DUE, id="D01 on the day: due, not overdue"),
            pytest.param("2026-11-23", State.OVERDUE, id="D01 the day after"),
        ],
    )
    def test_due(self, today: str, state: State) -> None:
        found = look(stated("2026-08-24"), RUNBOOKS, ALICE, date.fromisoformat(today))
        assert (found.state, found.due, found.last) == (state, TODAY, date(2026, 8, 24))
        assert found.wanted is (state is not State.FRESH)

    def test_d02_months_are_counted_on_the_calendar(self) -> None:
        found = look(stated("2028-02-29"), DOCS, BOB, date(2029, 2, 28))
        assert (found.due, found.state) == (date(2029, 2, 28), State.DUE)

    @pytest.mark.parametrize(
        ("facts", "why"),
        [
            pytest.param(stated("soon"), "is no date", id="D02 malformed"),
            pytest.param(stated(""), "is empty", id="D02 empty"),
            pytest.param(stated("2026-11-23"), "in the future", id="D02 in the future"),
            pytest.param(DocFacts(path="docs/a.md"), "states no date", id="D02 absent"),
            pytest.param(
                DocFacts(path="docs/a.png", text="---\nreviewed: 2026-11-01\n---\n"),
                "states no date",
                id="no Markdown",
            ),
            pytest.param(
                stated("soon", changes=(Change(TODAY, BOB, (ALICE,)),)),
                "is no date",
                id="D02 malformed, though approved",
            ),
            pytest.param(
                DocFacts(path="docs/a.md", changes=(Change(TODAY, BOB, (CAROL,)),)),
                "approved no change",
                id="by others",
            ),
        ],
    )
    def test_d02_what_is_not_known_is_a_problem_and_never_fresh(
        self, facts: DocFacts, why: str
    ) -> None:
        found = look(facts, RUNBOOKS, ALICE, TODAY)
        assert found.state is State.PROBLEM
        assert found.wanted
        assert why in found.why

    @pytest.mark.parametrize(
        ("change", "last"),
        [
            pytest.param(
                Change(date(2026, 10, 1), BOB, (ALICE,)),
                date(2026, 10, 1),
                id="the owner approved a later change",
            ),
            pytest.param(
                Change(date(2026, 10, 1), BOB, (Login("Alice"),)),
                date(2026, 10, 1),
                id="in another case",
            ),
            pytest.param(
                Change(date(2026, 10, 1), ALICE), date(2026, 10, 1), id="the owner wrote it"
            ),
            pytest.param(
                Change(date(2026, 10, 1), None, (BOB,)),
                date(2026, 9, 1),
                id="R10 by a ghost, others approved",
            ),
            pytest.param(
                Change(date(2026, 8, 1), BOB, (ALICE,)), date(2026, 9, 1), id="an earlier one"
            ),
        ],
    )
    def test_an_approved_change_is_a_review(self, change: Change, last: date) -> None:
        assert look(stated("2026-09-01", changes=(change,)), RUNBOOKS, ALICE, TODAY).last == last

    def test_who_is_named_besides_may_have_approved(self) -> None:
        facts = DocFacts(path="docs/a.md", changes=(Change(TODAY, BOB, (CAROL,)),))
        assert look(facts, RUNBOOKS, ALICE, TODAY, named={CAROL}).last == TODAY

    @pytest.mark.parametrize(
        ("used", "due"),
        [
            pytest.param("2026-11-20", date(2026, 12, 4), id="D06 fourteen days after"),
            pytest.param("2026-10-31", date(2027, 1, 30), id="D06 reviewed since then"),
            pytest.param("2027-01-29", date(2027, 1, 30), id="D06 due before that anyway"),
        ],
    )
    def test_d06_an_incident_pulls_its_runbook_forward(self, used: str, due: date) -> None:
        facts = stated("2026-11-01", used=date.fromisoformat(used))
        found = look(facts, RUNBOOKS, ALICE, TODAY)
        assert found.due == due
        assert bool(found.why) is (due == date(2026, 12, 4))


class TestWhich:
    @pytest.mark.parametrize(
        ("path", "doc"),
        [
            pytest.param("docs/runbooks/a.md", RUNBOOKS, id="the first entry decides"),
            pytest.param("docs/a.md", DOCS, id="in the folder itself"),
            pytest.param("docs/deep/er/a.md", DOCS, id="further down"),
            pytest.param("docs/a.rst", None, id="another kind of file"),
            pytest.param("README.md", README, id="a file"),
            pytest.param("lib/README.md", None, id="globs count from the root"),
            pytest.param("docs/vendor/a.md", None, id="D03 vendored"),
            pytest.param("docs/node_modules/x/a.md", None, id="D03 of a package"),
            pytest.param("docs/runbooks/fixtures/a.md", None, id="D03 a fixture"),
            pytest.param("docs/vendor.md", DOCS, id="D03 only folders count"),
            pytest.param("tests/fixtures/a.md", FIXTURES, id="D03 unless the file asks for them"),
        ],
    )
    def test_entry(self, path: str, doc: Doc | None) -> None:
        assert entry_of(path, MODEL.docs) is doc

    @pytest.mark.parametrize(
        ("path", "gone", "owner"),
        [
            pytest.param("docs/runbooks/x.md", set(), ALICE, id="its owner"),
            pytest.param(
                "docs/billing/x.md", {Login("Alice")}, BOB, id="D05 the area by its paths"
            ),
            pytest.param(
                "docs/runbooks/billing.md", {ALICE}, BOB, id="D05 the area whose runbook it is"
            ),
            pytest.param("docs/runbooks/x.md", {ALICE}, CAROL, id="D05 the fallback area"),
            pytest.param("docs/runbooks/x.md", {BOB}, ALICE, id="somebody else left"),
        ],
    )
    def test_owner(self, path: str, gone: set[Login], owner: Login) -> None:
        assert owner_of(path, RUNBOOKS, MODEL, gone) == owner

    def test_d05_a_renamed_file_keeps_its_past(self) -> None:
        renames = [("b.md", "c.md"), ("x.md", "y.md"), ("a.md", "b.md"), ("c.md", "a.md")]
        assert names_of("c.md", renames) == ("c.md", "b.md", "a.md")
        assert names_of("z.md", renames) == ("z.md",)

    def test_d06_which_runbooks_incidents_called_for(self) -> None:
        used = [
            (AreaName("billing"), date(2026, 11, 1)),
            (AreaName("billing"), date(2026, 11, 3)),
            (AreaName("billing"), date(2026, 11, 2)),
            (AreaName("app"), TODAY),
            (AreaName("gone"), TODAY),
        ]
        assert used_runbooks(used, MODEL) == {"docs/runbooks/billing.md": date(2026, 11, 3)}


def one(path: str, owner: str, due: date | None = TODAY, state: State = State.DUE) -> Reviewed:
    return Reviewed(path=path, owner=Login(owner), state=state, due=due)


class TestRollUps:
    def test_d03_thirty_documents_of_four_owners_are_four_issues(self) -> None:
        owners = ["alice", "bob", "carol", "dave"]
        found = [one(f"docs/{number}.md", owners[number % 4]) for number in range(30)]
        made = roll_ups(found)
        assert [(each.owner, len(each.docs)) for each in made] == [
            ("alice", 8),
            ("bob", 8),
            ("carol", 7),
            ("dave", 7),
        ]

    def test_d05_nothing_due_is_no_issue(self) -> None:
        assert roll_ups([one("a.md", "alice", state=State.FRESH)]) == ()

    def test_what_is_wrong_comes_first_then_what_is_longest_overdue(self) -> None:
        found = [
            one("c", "bob"),
            one("b", "Bob", TODAY - DAY),
            one("a", "bob", None, State.PROBLEM),
        ]
        (made,) = roll_ups(found)
        assert [each.path for each in made.docs] == ["a", "b", "c"]
        assert owner_in(made.key) == "bob"

    def test_the_key_stays_until_something_else_is_due(self) -> None:
        def key(*found: Reviewed) -> str:
            (made,) = roll_ups(found)
            return made.key

        first = key(one("a", "bob", TODAY - DAY), one("b", "bob"))
        assert first == "bob:2026-11-22"
        assert key(one("b", "bob")) == first, "one is done"
        assert key(one("b", "bob"), one("c", "bob", TODAY + DAY)) == "bob:2026-11-23"
        problem = one("p", "bob", None, State.PROBLEM)
        assert key(problem).startswith("bob:undated-")
        assert len({key(problem), key(one("q", "bob", None)), key(problem, one("b", "bob"))}) == 3


def test_a_tick_stays_while_the_document_is_due() -> None:
    (made,) = roll_ups([one("docs/a--b c.md", "bob"), one("docs/d.md", "bob")])
    lines = [
        f"- [ ] [{row.doc.path}](https://x.example/) {mark_of(row.key)} · due" for row in rows(made)
    ]
    body = "\n".join([lines[0].replace("[ ]", "[x]"), lines[1]])
    assert [row.ticked for row in rows(made, body)] == [True, False]


@given(
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.integers(0, 2000),
    st.sampled_from(["1d", "90d", "6mo", "1y"]),
)
def test_every_date_is_exactly_one_of_fresh_due_and_overdue(
    day: date, later: int, every: str
) -> None:
    doc = Doc(path="docs/**", owner=ALICE, review_every=parse_interval(every))
    today = day + later * DAY
    found = look(stated(day), doc, ALICE, today)
    assert found.due is not None
    assert found.state is (
        State.FRESH if today < found.due else State.OVERDUE if today > found.due else State.DUE
    )
