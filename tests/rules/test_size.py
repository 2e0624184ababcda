"""Sizes: what is too large to be read, and which lines count."""

from dataclasses import replace
from typing import Any

import pytest

from ghapp.core.review_facts import ReviewFacts
from ghapp.core.verdict import Reason, State, Unread
from ghapp.rules.size import RULE, Size
from tests.support.reviews import DAVE, changed, facts


def said(of: ReviewFacts, **settings: Any) -> Reason:
    reason = RULE.check(of, Size(**settings))
    assert reason is not None
    return reason


@pytest.mark.parametrize(
    ("lines", "state"), [(399, State.SATISFIED), (400, State.SATISFIED), (401, State.REFUSED)]
)
def test_lines_added_and_removed_count_together(lines: int, state: State) -> None:
    files = (changed("a.py", additions=100, deletions=0), changed("b.py", additions=0, deletions=0))
    rest = changed("c.py", additions=1, deletions=lines - 101)
    assert said(facts(files=(*files, rest))).state is state


@pytest.mark.parametrize("path", ["uv.lock", "web/package-lock.json", "go.sum", "vendor/x/y.go"])
def test_what_nobody_reads_does_not_count(path: str) -> None:
    files = (changed("a.py"), changed(path, additions=9_000))
    assert said(facts(files=files)).short == "2 of at most 400 lines"


def test_a_team_has_its_own_limit_and_exemptions() -> None:
    files = (changed("a.py"), changed("data/x.csv", additions=9_000))
    reason = said(facts(files=files), lines=1, exempt=("data/",))
    assert reason.short == "Too large: 2 of 1 lines"
    assert reason.text == "2 of at most 1 lines: split it."
    assert reason.who == (DAVE,)


def test_files_that_could_not_be_read_are_not_small() -> None:
    assert said(facts(files=Unread("GitHub is down"))).state is State.UNKNOWN
    some = replace(facts(), files_complete=False)
    assert said(some).state is State.UNKNOWN
    assert said(some, lines=1).state is State.REFUSED
