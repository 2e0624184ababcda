"""Runbooks: what changes how the product is run is described."""

from typing import Any

import pytest

from ghapp.core.verdict import State, Unread
from ghapp.rules.runbook import RULE, Runbook
from tests.support.reviews import DAVE, OWNERS, changed, facts, model

OPS = "deploy/app.yaml"


def state_of(*paths: str, **settings: Any) -> State | None:
    reason = RULE.check(facts(files=tuple(map(changed, paths))), Runbook(**settings))
    return None if reason is None else reason.state


@pytest.mark.parametrize(
    ("paths", "state"),
    [
        pytest.param([OPS], State.REFUSED, id="operations alone"),
        pytest.param([OPS, "docs/deploy.txt"], State.SATISFIED, id="with a document"),
        pytest.param(["src/a.py"], None, id="no operations"),
        pytest.param(["README.md"], None, id="a document alone"),
        pytest.param(["deploy/README.md"], None, id="a document among operations"),
        pytest.param([OPS, "deploy/README.md"], State.SATISFIED, id="and what it describes"),
    ],
)
def test_what_changes(paths: list[str], state: State | None) -> None:
    assert state_of(*paths) is state


def test_both_are_the_teams() -> None:
    own = {"ops": ("cron/",), "docs": ("wiki/",)}
    assert state_of("cron/daily", **own) is State.REFUSED
    assert state_of("cron/daily", "wiki/daily", **own) is State.SATISFIED
    assert state_of(OPS, **own) is None


RUN = model(text=OWNERS.replace("{owner: alice,", "{owner: alice, runbook: deploy/runbook.txt,"))


def test_an_areas_runbook_is_a_document_wherever_it_lies() -> None:
    reason = RULE.check(facts(files=(changed(OPS),), model=RUN), Runbook())
    assert reason is not None
    assert reason.text == (
        "deploy/app.yaml says how the product is run, and no runbook or document changes."
        " Its runbook: deploy/runbook.txt."
    )
    assert reason.who == (DAVE,)
    both = (changed(OPS), changed("deploy/runbook.txt"))
    described = RULE.check(facts(files=both, model=RUN), Runbook())
    assert described is not None
    assert described.state is State.SATISFIED


def test_what_could_not_be_read() -> None:
    for made in (
        facts(files=Unread("GitHub is down")),
        facts(files=(changed(OPS),), files_complete=False),
    ):
        reason = RULE.check(made, Runbook())
        assert reason is not None
        assert reason.state is State.UNKNOWN
