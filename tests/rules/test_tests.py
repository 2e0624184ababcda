"""Tests: where code changes, one does as well."""

from typing import Any

import pytest

from ghapp.core.pull_request import ChangedFile
from ghapp.core.verdict import State, Unread
from ghapp.rules.tests import RULE, CodeAndTests
from tests.support.reviews import DAVE, changed, facts

CODE, TEST, DOC = changed("src/a.py"), changed("tests/test_a.py"), changed("docs/a.md")


def state_of(*files: ChangedFile, **settings: Any) -> State | None:
    reason = RULE.check(facts(files=files), CodeAndTests(**settings))
    return None if reason is None else reason.state


@pytest.mark.parametrize(
    ("files", "state"),
    [
        pytest.param([CODE, TEST], State.SATISFIED, id="both"),
        pytest.param([CODE], State.REFUSED, id="code alone"),
        pytest.param([CODE, DOC], State.REFUSED, id="a document is no test"),
        pytest.param([TEST], State.SATISFIED, id="tests alone"),
        pytest.param([DOC], None, id="neither"),
        pytest.param([changed("src/a.py", status="removed")], None, id="code goes"),
        pytest.param(
            [CODE, changed("tests/test_a.py", status="removed")], State.REFUSED, id="a test goes"
        ),
        pytest.param(
            [changed("src/b.py", previous="src/a.py", status="renamed", additions=0, deletions=0)],
            None,
            id="code is only moved",
        ),
        pytest.param([changed("web/button.test.tsx")], State.SATISFIED, id="beside the code"),
    ],
)
def test_what_changes(files: list[ChangedFile], state: State | None) -> None:
    assert state_of(*files) is state


def test_what_is_code_and_what_is_a_test_are_the_teams() -> None:
    own = {"code": ("*.sql", "!seed/"), "tests": ("checks/",)}
    assert state_of(changed("a.sql"), **own) is State.REFUSED
    assert state_of(changed("seed/a.sql"), **own) is None
    assert state_of(changed("a.sql"), changed("checks/a.sql"), **own) is State.SATISFIED


def test_what_it_says() -> None:
    reason = RULE.check(facts(files=(CODE, changed("src/b.py"))), CodeAndTests())
    assert reason is not None
    assert reason.text == "Code changes and no test does: src/a.py and 1 more."
    assert reason.who == (DAVE,)


def test_what_could_not_be_read() -> None:
    for made in (facts(files=Unread("GitHub is down")), facts(files=(DOC,), files_complete=False)):
        reason = RULE.check(made, CodeAndTests())
        assert reason is not None
        assert reason.state is State.UNKNOWN
