"""`/freeze until fri 18:00 reason`: an owner has nothing released for a while."""

from datetime import datetime, timedelta

import pytest

from ghapp.commands.freeze import run
from ghapp.core.command import Announced, Misused, Refused
from ghapp.core.facts import FreezeEvent
from ghapp.model.names import Login
from ghapp.model.types import Model
from tests.support.builders import OWNERS, model
from tests.support.requests import BOB, LATER, MODEL, request

IN_BERLIN = model(OWNERS.replace("bob: {}", "bob: {timezone: Europe/Berlin}"))


def frozen(line: str, text: Model = MODEL) -> FreezeEvent:
    outcome = run(request(line, None, by=BOB, text=text))
    assert isinstance(outcome, Announced)
    assert isinstance(outcome.event, FreezeEvent)
    say = outcome.answer.say
    assert (say.template, say.key, say.facts["until"]) == (
        "freeze_begun",
        "key",
        outcome.event.until,
    )
    return outcome.event


def test_it_says_until_when_why_and_who() -> None:
    assert frozen("/freeze 2h the database moves") == FreezeEvent(
        name="key",
        until=LATER + timedelta(hours=2),
        reason="the database moves",
        by=BOB,
        at=LATER,
    )


@pytest.mark.parametrize(
    ("line", "until", "reason"),
    [
        pytest.param("/freeze", None, "", id="nothing"),
        pytest.param("/freeze the audit", None, "the audit", id="a reason only"),
        pytest.param("/freeze 30m", "2026-11-22T12:35Z", "", id="a length"),
        pytest.param("/freeze 0m away", None, "0m away", id="no length"),
        pytest.param("/freeze for 2 days", "2026-11-24T12:05Z", "", id="for a length"),
        pytest.param("/freeze until mon 06:00 moving", "2026-11-23T06:00Z", "moving", id="until a time"),
        pytest.param("/freeze UNTIL tomorrow noon", "2026-11-23T12:00Z", "", id="in words"),
    ],
)  # fmt: skip
def test_times(line: str, until: str | None, reason: str) -> None:
    event = frozen(line)
    assert event.until == (None if until is None else datetime.fromisoformat(until))
    assert event.reason == reason


def test_times_are_the_askers_and_are_said_on_every_clock() -> None:
    outcome = run(request("/freeze until fri 18:00", None, by=BOB, text=IN_BERLIN))
    assert isinstance(outcome, Announced)
    assert outcome.answer.say.facts == {
        "until": datetime.fromisoformat("2026-11-27T17:00Z"),
        "yours": "Fri 2026-11-27 18:00 Europe/Berlin",
    }


@pytest.mark.parametrize("line", ["/freeze until", "/freeze until whenever", "/freeze for a while"])
def test_misuse_is_answered_with_the_usage(line: str) -> None:
    assert run(request(line, None, by=BOB)) == Misused()


@pytest.mark.parametrize(
    ("line", "by", "why"),
    [
        pytest.param("/freeze 2h", "alice", "Only owners", id="on call only"),
        pytest.param("/freeze 2h", "dave", "Only owners", id="a stranger"),
        pytest.param("/freeze until 2026-01-01", "bob", "over already", id="in the past"),
        pytest.param("/freeze 91d", "bob", "at most 90 days", id="too long"),
        pytest.param("/freeze 500w", "bob", "at most 90 days", id="far too long"),
    ],
)
def test_what_makes_no_sense_is_refused(line: str, by: str, why: str) -> None:
    outcome = run(request(line, None, by=Login(by)))
    assert isinstance(outcome, Refused)
    assert why in outcome.why
