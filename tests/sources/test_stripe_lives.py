"""Each trouble of Stripe's from its opening to each of its ends, in any order of arrival."""

import json
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from ghapp.core.decide import on_first_signals, on_signals
from ghapp.core.facts import Fingerprint, Signal
from ghapp.core.incident import Phase
from ghapp.core.source import Accepted
from ghapp.model.names import Severity
from ghapp.sources.stripe import EVENT_TYPES, SOURCE
from tests.support import stripe
from tests.support.builders import HOME, model

NOW = datetime(2026, 3, 2, 9, 31, tzinfo=UTC)
SEV1, SEV2, SEV3, SEV4 = Severity
MODEL = model(
    "version: 1\nfallback_area: a\nareas: {a: {owner: alice}}\n"
    "severities: {sev1: {on_recovery: close}}"
)

SAME = {"invoice": "in_1Acme", "charge": "du_1Acme"}
"""The ids of objects of which the corpus has several."""
LIVES: dict[str, tuple[Severity, str, tuple[str, ...]]] = {
    "dispute": (SEV1, "charge.dispute.created", ("charge.dispute.closed",)),
    "inquiry": (SEV3, "charge.dispute.created-inquiry", ("charge.dispute.closed",)),
    "early fraud warning": (
        SEV2,
        "radar.early_fraud_warning.created",
        ("radar.early_fraud_warning.updated",),
    ),
    "review": (SEV3, "review.opened", ("review.closed",)),
    "failed payment": (
        SEV3,
        "invoice.payment_failed",
        (
            "invoice.paid",
            "invoice.payment_succeeded",
            "invoice.voided",
            "invoice.marked_uncollectible",
        ),
    ),
    "third failed payment": (
        SEV2,
        "invoice.payment_failed-third-attempt",
        ("invoice.paid", "invoice.payment_succeeded"),
    ),
    "last failed payment": (SEV2, "invoice.payment_failed-last-attempt", ("invoice.paid",)),
    "invoice that cannot be finalized": (
        SEV2,
        "invoice.finalization_failed",
        ("invoice.finalized", "invoice.voided", "invoice.deleted"),
    ),
    "overdue invoice": (SEV3, "invoice.overdue", ("invoice.paid", "invoice.voided")),
    "subscription past due": (
        SEV3,
        "customer.subscription.updated",
        ("customer.subscription.updated-active-again", "customer.subscription.deleted"),
    ),
    "unpaid subscription": (
        SEV2,
        "customer.subscription.updated-unpaid",
        ("customer.subscription.updated-active-again", "customer.subscription.deleted"),
    ),
    "payout": (SEV1, "payout.failed", ("payout.paid",)),
    "account": (SEV1, "account.updated", ("account.updated-clear",)),
    "account with requirements": (SEV3, "account.updated-due", ("account.updated-clear",)),
    "capability": (SEV2, "capability.updated", ("capability.updated-active",)),
    "top-up": (SEV2, "topup.failed", ()),
    "refund": (SEV2, "refund.failed", ()),
    "transfer": (SEV3, "transfer.reversed", ()),
    "subscription schedule": (SEV2, "subscription_schedule.aborted", ()),
    "usage alert": (SEV4, "billing.alert.triggered", ()),
    "reserve": (SEV2, "reserve.hold.created", ("reserve.release.created",)),
    "tax settings": (SEV3, "tax.settings.updated", ("tax.settings.updated-active",)),
    "meter": (SEV2, "v1.billing.meter.error_report_triggered", ()),
}
ENDS = [
    pytest.param(opening, end, id=f"{name}: {end}")
    for name, (_, opening, ends) in LIVES.items()
    for end in ends
]
COUNTED = {"payment_intent.payment_failed", "charge.failed"}


def told(name: str, minutes: float) -> tuple[Signal, ...]:
    """What an event of the corpus says, `minutes` after the first."""
    at = NOW + timedelta(minutes=minutes)
    same = SAME.get(name.partition(".")[0])
    changes: dict[str, Any] = {} if same is None else {"id": same}
    thin = name.startswith("v1.")
    message = stripe.event(name, created=int(at.timestamp()), **changes)
    body = json.dumps({**message, **({"created": at.isoformat()} if thin else {})})
    parsed = SOURCE.parse(body.encode(), {}, {}, at)
    assert isinstance(parsed, Accepted)
    return parsed.signals


def state_after(*events: tuple[Signal, ...]) -> Phase | None:
    """How the incident stands when these have come one by one; None when there never was one."""
    incident, before = None, list[Signal]()
    for signals in events:
        key = Fingerprint(signals[0].fingerprint)
        if incident is None:
            before += signals
            decision = on_first_signals(key, HOME, before, MODEL, NOW)
        else:
            decision = on_signals(incident, signals, MODEL, NOW)
        incident = incident if decision is None else decision.incident
    return None if incident is None else incident.phase


def test_every_type_has_its_place_in_a_life() -> None:
    named = {name for _, opening, ends in LIVES.values() for name in (opening, *ends)}
    assert {name.partition("-")[0] for name in named} - {
        "v1.billing.meter.error_report_triggered"
    } == set(EVENT_TYPES) - COUNTED


@pytest.mark.parametrize(("severity", "opening", "ends"), LIVES.values(), ids=LIVES)
def test_it_opens_with_its_severity(
    severity: Severity, opening: str, ends: tuple[str, ...]
) -> None:
    (signal,) = told(opening, 0)
    decision = on_first_signals(signal.fingerprint, HOME, (signal,), MODEL, NOW)
    assert decision is not None
    assert decision.incident.severity == severity


@pytest.mark.parametrize(("opening", "end"), ENDS)
def test_each_of_its_ends_closes_it_in_any_order_and_opens_nothing(opening: str, end: str) -> None:
    happened = (told(opening, 0), told(end, 5))
    assert {one.fingerprint for signals in happened for one in signals} == {
        happened[0][0].fingerprint
    }
    assert state_after(*happened) is Phase.CLOSED
    assert state_after(*reversed(happened)) is None
    assert state_after(happened[1]) is None


@pytest.mark.parametrize(("opening", "end"), ENDS)
def test_an_end_that_is_older_than_the_opening_closes_nothing(opening: str, end: str) -> None:
    for arrived in permutations((told(opening, 0), told(end, -5))):
        assert state_after(*arrived) is Phase.OPEN


@pytest.mark.parametrize(("opening", "end"), ENDS)
def test_after_its_end_it_may_begin_again(opening: str, end: str) -> None:
    again = told(opening, 10)
    assert state_after(told(opening, 0), told(end, 5), again) is Phase.OPEN
    assert state_after(told(opening, 0), again, told(end, 5)) is Phase.OPEN


@pytest.mark.parametrize(
    ("opening", "other"),
    [
        ("invoice.overdue", "invoice.payment_succeeded"),
        ("invoice.overdue", "invoice.marked_uncollectible"),
        ("invoice.overdue", "invoice.finalized"),
        ("invoice.payment_failed", "invoice.finalized"),
        ("invoice.payment_failed", "invoice.deleted"),
        ("invoice.finalization_failed", "invoice.paid"),
    ],
)
def test_the_end_of_another_trouble_of_the_same_invoice_does_not_close_it(
    opening: str, other: str
) -> None:
    assert state_after(told(opening, 0), told(other, 5)) is Phase.OPEN
