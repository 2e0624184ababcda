"""Commits that are not finished."""

import pytest

from ghapp.core.verdict import State, Unread
from ghapp.rules.fixup import RULE, Fixup
from tests.support.reviews import DAVE, OLD, commit, facts


@pytest.mark.parametrize(
    ("message", "state"),
    [
        ("Round prices half up", State.SATISFIED),
        ("fixup! Round prices", State.REFUSED),
        ("squash! Round prices", State.REFUSED),
        ("amend! Round prices", State.REFUSED),
        ("WIP", State.REFUSED),
        ("wip: round prices", State.REFUSED),
        ("[WIP] round prices", State.REFUSED),
        ("Wipe the cache", State.SATISFIED),
        ("Round prices\n\nfixup! nothing", State.SATISFIED),
        ("", State.SATISFIED),
    ],
)
def test_a_commit(message: str, state: State) -> None:
    reason = RULE.check(facts(commits=(commit(message=message),)), Fixup())
    assert reason is not None
    assert reason.state is state


def test_what_it_says() -> None:
    commits = (commit(), commit(OLD, message="fixup! x\n\nmore"), commit(message="wip"))
    reason = RULE.check(facts(commits=commits), Fixup())
    assert reason is not None
    assert reason.short == "2 unfinished commits"
    assert reason.text == "To be folded into another commit: bbbbbbb fixup! x, and 1 more."
    assert reason.who == (DAVE,)


def test_commits_that_could_not_be_read() -> None:
    for made in (facts(commits=Unread("GitHub is down")), facts(commits_complete=False)):
        reason = RULE.check(made, Fixup())
        assert reason is not None
        assert reason.state is State.UNKNOWN
