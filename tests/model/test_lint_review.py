"""Lints of reviews: ambiguous paths, and approvals that nobody can give."""

import pytest

from ghapp.model.load import load

HEAD = """\
version: 1
people: {alice: {notify: [env:A]}, bob: {notify: [env:B]}, carol: {notify: [env:C]}}
fallback_area: app
"""


def said(text: str) -> list[str]:
    return [str(one).removeprefix("OWNERS.yaml:") for one in load(HEAD + text).problems]


def paths(one: str, other: str) -> list[str]:
    return said(
        f"areas:\n  app: {{owner: alice, backup: bob, paths: {one}}}\n"
        f"  web: {{owner: bob, backup: alice, paths: {other}}}\n"
    )


def test_one_path_in_two_areas_is_an_error() -> None:
    (problem,) = paths("['docs/**']", "['*.md', 'docs/**']")
    assert problem == (
        "6:52: error: this path is ambiguous: `areas.app.paths[0]` is the same and comes first"
        " (keep it in the area that owns these files)"
    )


def test_paths_that_may_match_the_same_files_are_warned_of() -> None:
    (problem,) = paths("['docs/*.m']", "['docs/a.*']")
    assert problem == (
        "6:44: warning: this path and `areas.app.paths[0]`, `docs/*.m`, may match the same files:"
        " `app` comes first and gets them (make one of them more specific)"
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("['docs/**', 'docs/**']", "[]", id="V07 repeated in its own area"),
        pytest.param("['*']", "['docs/**']", id="V07 a more specific one"),
        pytest.param("['docs/*.md']", "['docs/*.py']", id="V07 no file in common"),
        pytest.param("['*.md', '!docs/']", "['*.md']", id="V07 with files taken out"),
    ],
)
def test_no_ambiguity(one: str, other: str) -> None:
    assert paths(one, other) == []


def test_a_later_path_is_told_of_once() -> None:
    assert len(paths("['a/*b', 'a/*c']", "['a/d*']")) == 1


AREA = "areas: {app: {owner: alice%s}}\n"
HINT = "(add a backup or a team there, or a `fallback` under `review`)"
FEW = f"4:9: error: nobody can satisfy `approvals: %d` in `app`: it has %d {HINT}"
OWN = f"4:9: warning: nobody can approve what `alice` changes in `app` {HINT}"


@pytest.mark.parametrize(
    ("more", "review", "problems"),
    [
        pytest.param("", "review: {approvals: 2}", [FEW % (2, 1)], id="V08 too few"),
        pytest.param(
            ", backup: bob", "review: {approvals: 3}", [FEW % (3, 2)], id="V08 still too few"
        ),
        pytest.param("", "review: {approvals: 1}", [OWN], id="V08 the owner alone"),
        pytest.param(", backup: bob", "review: {approvals: 2}", [OWN], id="V08 both are needed"),
        pytest.param("", "review: {fallback: alice}", [OWN], id="V08 a fallback to the owner"),
        pytest.param("", "review: {fallback: bob}", [], id="V08 a fallback"),
        pytest.param(
            "",
            "review: {fallback: 'team:t'}\nteams: {t: [bob]}",
            [],
            id="V08 a fallback to a team",
        ),
        pytest.param(
            "",
            "review: {fallback: 'rotation:r'}\nrotations: {r: {people: [bob], start: 2026-01-05}}",
            [],
            id="V08 a fallback to a rotation",
        ),
        pytest.param(", backup: bob", "review: {approvals: 1}", [], id="V08 a backup"),
        pytest.param("", "review: {approvals: 0}", [], id="V08 no approvals are asked for"),
        pytest.param("", "triage: {}", [], id="V08 nothing is said of reviews"),
    ],
)
def test_who_can_approve(more: str, review: str, problems: list[str]) -> None:
    everyone = "escalation: {default: {levels: [{notify: [alice, bob]}]}}\n"
    assert said(AREA % more + everyone + review) == problems
