"""What happened in an incident, in order."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.facts import Comment, Paged
from ghapp.core.incident import Ack, Incident, Phase, Tried
from ghapp.core.timeline import Moment, What, timeline
from ghapp.model.names import Login
from tests.support.builders import NOW, opened

BASE = opened()
ALICE, BOB = Login("alice"), Login("bob")


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def comment(body: str, minutes: float, by: Login = ALICE, *, app: bool = False) -> Comment:
    return Comment(id=1, body=body, author=by, author_is_app=app, created_at=at(minutes))


def incident(**changes: object) -> Incident:
    base = BASE
    clock = replace(base.clock, tried=(Tried(ALICE, at(0)), Tried(BOB, at(5))))
    return replace(base, **{"clock": clock, **changes})  # type: ignore[arg-type]


def whole() -> Incident:
    return incident(
        pages=(
            Paged(ALICE, at(0.2), "env:PAGER"),
            Paged(BOB, at(5.2), "", ("env:BOB",)),
            Paged(BOB, at(5.3)),
        ),
        ack=Ack(BOB, at(7.1)),
        phase=Phase.CLOSED,
        closed_at=at(60),
        note="Rolled back",
    )


def test_all_of_it() -> None:
    told = [
        comment("/ack", 7, BOB),
        comment("/sev 1 customers are locked out", 10, BOB),
        comment("/update we roll back\n/escalate need help", 20, BOB),
        comment("/handoff @alice knows it", 30, BOB),
        comment("looks fine", 40),
    ]
    assert timeline(whole(), told) == (
        Moment(at(0), What.OPENED, None, "Latency is high"),
        Moment(at(0), What.CALLED, ALICE),
        Moment(at(0.2), What.PAGED, ALICE, "env:PAGER"),
        Moment(at(5), What.CALLED, BOB),
        Moment(at(5.2), What.NOT_REACHED, BOB, "env:BOB"),
        Moment(at(7), What.ACKNOWLEDGED, BOB),
        Moment(at(10), What.SEVERITY, BOB, "sev1: customers are locked out"),
        Moment(at(20), What.ESCALATED, BOB, "need help"),
        Moment(at(20), What.UPDATE, BOB, "we roll back"),
        Moment(at(30), What.HANDED_OVER, BOB, "@alice knows it"),
        Moment(at(60), What.CLOSED, None, "Rolled back"),
    )


def test_the_incident_alone() -> None:
    assert Moment(at(7.1), What.ACKNOWLEDGED, BOB) in timeline(whole())
    assert [one.what for one in timeline(incident(clock=BASE.clock))] == [
        What.OPENED,
        What.CALLED,
    ]


def test_what_a_command_brought_about_is_told_once_and_another_persons_is_not_it() -> None:
    told = [comment("/ack", 7, ALICE), comment("/resolve flag off", 59.9), comment("/ack", 50, BOB)]
    acks = [one for one in timeline(whole(), told) if one.what is What.ACKNOWLEDGED]
    assert [(one.who, one.at) for one in acks] == [(ALICE, at(7)), (BOB, at(7.1)), (BOB, at(50))]
    assert timeline(whole(), told)[-1] == Moment(at(59.9), What.RESOLVED, ALICE, "flag off")


def test_it_begins_when_the_issue_was_first_opened() -> None:
    again = incident(opened_at=at(0))
    moments = timeline(again, began=at(-300))
    assert [(one.what, one.at) for one in moments[:2]] == [
        (What.OPENED, at(-300)),
        (What.REOPENED, at(0)),
    ]
    assert timeline(again, began=at(3)) == timeline(again)


def test_what_is_no_command_of_a_person_is_left_out() -> None:
    others = [
        comment("/ack", 1, app=True),
        comment("/sev", 1),
        comment("/sev high", 1),
        comment("    /ack", 1),
        comment("/runbook", 1),
    ]
    assert timeline(incident(), others) == timeline(incident())


def test_a_severity_without_a_reason_and_a_long_text() -> None:
    moments = timeline(incident(), [comment("/sev 2", 1), comment("/update " + "x" * 900, 2)])
    assert [one.text for one in moments if one.who and one.text] == ["sev2", "x" * 500]


@given(st.lists(st.integers(-50, 50), max_size=8))
def test_it_is_in_order_and_each_once(minutes: list[int]) -> None:
    told = [comment(f"/update {number}", number) for number in minutes]
    moments = timeline(whole(), told)
    assert list(moments) == sorted(set(moments), key=lambda one: (one.at, moments.index(one)))
    assert len([one for one in moments if one.what is What.UPDATE]) == len(set(minutes))
