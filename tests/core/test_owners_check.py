"""What an edit of OWNERS.yaml brings: problems at their lines, and who is on call before and after."""

from datetime import UTC, datetime

import pytest

from ghapp.core.owners_check import (
    OwnersCheck,
    looked_at,
    new_people,
    new_teams,
    nobody,
    other_members,
)
from ghapp.core.verdict import State
from ghapp.model.load import load
from ghapp.model.names import Login, TeamName
from ghapp.model.problem import dotted
from ghapp.model.types import Model
from ghapp.plugins import known_rules

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
BEFORE = """\
version: 1
people: {alice: {notify: [env:ALICE]}, bob: {}}
teams: {platform: [alice, bob]}
rotations:
  platform: {people: [alice, bob], start: 2026-01-05T10:00}
areas:
  app: {owner: alice, team: platform, rotation: platform}
fallback_area: app
"""
ZOE = Login("zoe")
PLATFORM = TeamName("platform")


def model(text: str = BEFORE) -> Model:
    found = load(text, rules=known_rules()).model
    assert found is not None
    return found


def check(text: str, *names: Login) -> OwnersCheck:
    loaded = load(text, rules=known_rules())
    unknown = [nobody(one, loaded.model) for one in names if loaded.model is not None]
    return looked_at(text, loaded, unknown, model(), NOW)


def test_a_valid_file_that_changes_nothing() -> None:
    found = check(BEFORE)
    assert (found.conclusion, found.title) == ("success", "Valid, on call as before")
    assert [one.state for one in found.reasons] == [State.SATISFIED, State.SKIPPED]


def test_a_broken_file_fails_at_its_line() -> None:
    found = check(BEFORE.replace("owner: alice", "owner: alcie"))
    assert found.conclusion == "failure"
    assert found.title.startswith("1 error: ")
    assert len(found.title) <= 50
    (problem,) = found.problems
    assert (problem.line, problem.key) == (7, "areas.app.owner")
    assert found.reasons[0].state is State.REFUSED
    assert "line 7" in found.reasons[0].children[0].text
    assert "did you mean" in found.reasons[0].children[0].text


def test_warnings_alone_hold_nothing_up() -> None:
    away = BEFORE.replace("bob: {}", "bob: {away: [{from: 2026-11-01, to: 2026-12-31}]}").replace(
        "alice: {", "alice: {away: [{from: 2026-12-07, to: 2026-12-08}], "
    )
    found = check(away)
    assert found.errors == 0
    assert found.conclusion == "neutral"
    assert "warning" in found.title
    assert "on call changes" in found.title


def test_somebody_whom_github_does_not_know() -> None:
    text = BEFORE.replace("bob: {}}", "bob: {}, zoe: {}}")
    found = check(text, ZOE)
    (problem,) = found.problems
    assert (problem.line, problem.message, problem.level) == (2, "GitHub knows no `zoe`", "error")
    assert found.conclusion == "failure"


def test_who_is_on_call_before_and_after() -> None:
    found = check(BEFORE.replace("people: [alice, bob]", "people: [bob, alice]"))
    said = [one.text for one in found.reasons[1].children]
    assert said[0] == (
        "platform, Tue 2026-11-24 09:00 UTC to Mon 2026-11-30 10:00 UTC: bob instead of alice"
    ) or said[0].endswith("alice instead of bob")
    assert found.title == "Valid, on call changes"


def test_of_very_many_changes_only_some_are_shown() -> None:
    text = BEFORE.replace("start: 2026", "shift: hourly, start: 2026")
    found = check(text)
    assert len(found.changes) > 50
    assert found.reasons[1].children[-1].text == f"… and {len(found.changes) - 50} more."


def test_nobody_is_on_call_where_there_was_somebody() -> None:
    text = BEFORE.replace(", rotation: platform", "").replace(
        "rotations:\n  platform: {people: [alice, bob], start: 2026-01-05T10:00}\n", ""
    )
    assert "nobody instead of" in check(text).reasons[1].children[0].text


@pytest.mark.parametrize(
    ("found", "conclusion", "title"),
    [
        pytest.param(
            OwnersCheck(unread="It is a folder."), "failure", "Could not read OWNERS.yaml", id="unread"
        ),
        pytest.param(OwnersCheck(gone=True), "neutral", "OWNERS.yaml is taken away", id="gone"),
    ],
)  # fmt: skip
def test_no_file(found: OwnersCheck, conclusion: str, title: str) -> None:
    assert (found.conclusion, found.title) == (conclusion, title)
    assert len(found.reasons) == 1


class TestNames:
    def test_of_people_only_the_new_ones_are_asked_about(self) -> None:
        after = model(
            BEFORE.replace("bob: {}}", "bob: {}, zoe: {}}").replace("owner: alice", "owner: Alice")
        )
        assert new_people(after, model()) == (ZOE,)

    def test_of_teams_those_that_have_changed(self) -> None:
        assert new_teams(model(), model()) == ()
        after = model(BEFORE.replace("[alice, bob]}\nrot", "[alice], other: [bob]}\nrot"))
        assert new_teams(after, model()) == ("platform", "other")

    @pytest.mark.parametrize(
        ("text", "key"),
        [
            pytest.param(BEFORE.replace("bob: {}}", "bob: {}, zoe: {}}"), "people.zoe", id="person"),
            pytest.param(
                BEFORE.replace("teams: {platform: [alice, bob]", "teams: {platform: [alice, zoe]"),
                "teams.platform[1]",
                id="team",
            ),
            pytest.param(BEFORE.replace("owner: alice", "owner: zoe"), "areas.app.owner", id="owner"),
            pytest.param(
                BEFORE.replace("owner: alice", "owner: bob, backup: zoe"), "areas.app.backup", id="backup"
            ),
            pytest.param(
                BEFORE.replace("people: [alice, bob], start", "people: [zoe, bob], start"),
                "rotations",
                id="rotation",
            ),
        ],
    )  # fmt: skip
    def test_where_a_name_stands(self, text: str, key: str) -> None:
        found = load(
            text.replace("people: {alice: {notify: [env:ALICE]}, bob: {}}\n", ""),
            rules=known_rules(),
        ).model
        found = found or load(text, rules=known_rules()).model
        assert found is not None
        assert dotted(nobody(ZOE, found).path) == key

    @pytest.mark.parametrize(
        ("there", "said"),
        [
            pytest.param(None, None, id="no such team on GitHub"),
            pytest.param(frozenset({"Alice", "bob"}), None, id="the same"),
            pytest.param(frozenset({"alice"}), "here it is with bob", id="one more here"),
            pytest.param(
                frozenset({"alice", "bob", "zoe"}), "here it is without zoe", id="one less here"
            ),
            pytest.param(
                frozenset({"alice", "zoe"}), "here it is without zoe and with bob", id="others"
            ),
        ],
    )
    def test_teams_of_the_same_name(self, there: frozenset[Login] | None, said: str | None) -> None:
        found = other_members(PLATFORM, model(), {PLATFORM: there})
        assert (found is None) == (said is None)
        if found is not None and said is not None:
            assert found.message.endswith(said)
            assert found.level == "warning"
