"""Lint: a sev1 that wakes nobody is said, where there is something to say, and once where it is all the same."""

import pytest

from ghapp.model.load import load

AREAS = """\
version: 1
fallback_area: app
areas:
  app: {owner: alice, backup: bob}
  web: {owner: bob, backup: alice}
"""
HINT = "(add `notify: [env:NAME]` to people; docs/paging.md says how)"


def said(people: str, more: str = "") -> list[str]:
    """What it says below a file of five lines."""
    problems = load(f"{AREAS}{people}\n{more}").problems
    return [f"{one.line}: {one.level}: {one.message} ({one.hint})" for one in problems]


@pytest.mark.parametrize(
    "people",
    [
        pytest.param("", id="nobody is described"),
        pytest.param("people: {alice: {notify: [env:A]}, bob: {}}", id="one of each policy"),
        pytest.param("people: {Alice: {notify: [env:A]}, bob: {}}", id="in whatever case"),
    ],
)
def test_it_is_silent(people: str) -> None:
    assert said(people) == []


def test_once_where_nobody_has_a_channel() -> None:
    message = "a sev1 wakes nobody: no person here can be reached outside GitHub"
    assert said("people: {alice: {}, bob: {}}") == [f"6: warning: {message} {HINT}"]


def test_a_channel_of_an_area_is_no_person() -> None:
    text = AREAS.replace("owner: alice,", "owner: alice, notify: [env:ROOM],")
    problems = load(f"{text}people: {{alice: {{}}, bob: {{}}}}\n").problems
    assert ["wakes nobody" in one.message for one in problems] == [True]


def test_each_area_whose_policy_has_nobody() -> None:
    people = "people: {alice: {}, bob: {}, carol: {notify: [env:C]}}"
    message = "a sev1 in `{}` wakes nobody: its policy has no person with `notify`"
    assert said(people) == [
        f"{line}: warning: {message.format(area)} {HINT}" for line, area in ((4, "app"), (5, "web"))
    ]


@pytest.mark.parametrize("word", ["carol", "team:all", "rotation:night"])
def test_any_level_will_do(word: str) -> None:
    people = "people: {alice: {}, bob: {}, carol: {notify: [env:C]}}"
    more = f"""\
teams: {{all: [alice, carol]}}
rotations: {{night: {{people: [bob, carol], start: 2026-01-05}}}}
escalation: {{default: {{levels: [{{notify: [owner]}}, {{notify: ["{word}"]}}]}}}}
"""
    assert not any("wakes" in line for line in said(people, more))
