"""The kinds of Stripe's objects that can be in trouble: which is which, what may be shown, where it is found.

Field names are those of https://docs.stripe.com/api.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ghapp.sources._stripe_event import Event, identity
from ghapp.sources._stripe_shape import (
    Shape,
    amount,
    an_id,
    code,
    currency,
    flag,
    number,
    word,
    words,
)

Identify = Callable[[Event, Mapping[str, Any]], str]
"""identify(event, object): what stays the same while the trouble lasts; raises `Malformed`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One kind of object.

    `shows` are the members that may be seen, by dotted path. `amount` and `due` are the paths of the amount and of the
    deadline. `pages` are addresses in the dashboard, the first that is complete counts.
    """

    name: str
    shows: Mapping[str, Shape]
    identify: Identify
    amount: str = "amount"
    due: str = ""
    pages: tuple[str, ...] = ()


def own_id(_event: Event, thing: Mapping[str, Any]) -> str:
    """The object's own id."""
    return identity(thing.get("id"), "the object's id")


def _named_by(member: str) -> Identify:
    """The id of the object that a member names; the object's own where it names none."""

    def identify(event: Event, thing: Mapping[str, Any]) -> str:
        own, found = own_id(event, thing), thing.get(member)
        found = found.get("id") if isinstance(found, Mapping) else found
        return own if found is None else identity(found, member)

    return identify


def _of_account(event: Event, thing: Mapping[str, Any]) -> str:
    """A capability is called alike in every account."""
    return f"{_named_by('account')(event, thing)}/{own_id(event, thing)}"


def _alert_and_customer(_event: Event, thing: Mapping[str, Any]) -> str:
    """An alert that was triggered has no id: it is known by the alert's and whom it is about."""
    alert = thing.get("alert")
    alert = alert.get("id") if isinstance(alert, Mapping) else alert
    customer = thing.get("customer") or ""
    return f"{identity(alert, 'alert')}/{customer and identity(customer, 'customer')}"


def _only_one(_event: Event, _thing: Mapping[str, Any]) -> str:
    """There is one of it in an account."""
    return "only"


_BASIC: Mapping[str, Shape] = {
    "id": an_id,
    "object": word,
    "amount": amount,
    "currency": currency,
    "customer": an_id,
    "customer_account": an_id,
    "status": word,
}
_PAYMENT: Mapping[str, Shape] = {"charge": an_id, "payment_intent": an_id}
_REQUIREMENTS: Mapping[str, Shape] = {
    "requirements.current_deadline": amount,
    "requirements.currently_due": words,
    "requirements.disabled_reason": word,
    "requirements.past_due": words,
}
_PAYMENT_PAGES = ("payments/{payment_intent}", "payments/{charge}")

DISPUTE = Family(
    name="dispute",
    identify=own_id,
    shows={
        **_BASIC,
        **_PAYMENT,
        "reason": word,
        "network_reason_code": code,
        "is_charge_refundable": flag,
        "evidence_details.due_by": amount,
        "evidence_details.has_evidence": flag,
        "evidence_details.past_due": flag,
        "evidence_details.submission_count": amount,
    },
    due="evidence_details.due_by",
    pages=("disputes/{id}",),
)
FRAUD_WARNING = Family(
    name="early fraud warning",
    identify=own_id,
    shows={**_BASIC, **_PAYMENT, "actionable": flag, "fraud_type": word},
    pages=_PAYMENT_PAGES,
)
REVIEW = Family(
    name="review",
    identify=own_id,
    shows={
        **_BASIC,
        **_PAYMENT,
        "open": flag,
        "reason": word,
        "opened_reason": word,
        "closed_reason": word,
    },
    pages=_PAYMENT_PAGES,
)
INVOICE = Family(
    name="invoice",
    identify=own_id,
    shows={
        **_BASIC,
        "number": number,
        "amount_due": amount,
        "amount_remaining": amount,
        "attempt_count": amount,
        "auto_advance": flag,
        "billing_reason": word,
        "collection_method": word,
        "due_date": amount,
        "last_finalization_error.code": word,
        "last_finalization_error.type": word,
        "next_payment_attempt": amount,
        "parent.subscription_details.subscription": an_id,
        "subscription": an_id,
    },
    amount="amount_due",
    pages=("invoices/{id}",),
)
SUBSCRIPTION = Family(
    name="subscription",
    identify=own_id,
    shows={
        **_BASIC,
        "cancel_at_period_end": flag,
        "collection_method": word,
        "latest_invoice": an_id,
    },
    pages=("subscriptions/{id}",),
)
PAYOUT = Family(
    name="payout",
    identify=_named_by("destination"),
    shows={
        **_BASIC,
        "automatic": flag,
        "destination": an_id,
        "failure_code": word,
        "method": word,
        "original_payout": an_id,
        "type": word,
    },
    pages=("payouts/{id}",),
)
ACCOUNT = Family(
    name="account",
    identify=own_id,
    shows={
        "id": an_id,
        "object": word,
        "charges_enabled": flag,
        "details_submitted": flag,
        "payouts_enabled": flag,
        "type": word,
        **_REQUIREMENTS,
    },
    due="requirements.current_deadline",
    pages=("connect/accounts/{id}",),
)
CAPABILITY = Family(
    name="capability",
    identify=_of_account,
    shows={
        "id": word,
        "object": word,
        "account": an_id,
        "requested": flag,
        "status": word,
        **_REQUIREMENTS,
    },
    due="requirements.current_deadline",
    pages=("connect/accounts/{account}",),
)
TOPUP = Family(
    name="top-up",
    identify=own_id,
    shows={**_BASIC, "failure_code": word, "initiated_by": word},
    pages=("topups/{id}",),
)
REFUND = Family(
    name="refund",
    identify=own_id,
    shows={**_BASIC, **_PAYMENT, "failure_reason": word, "reason": word},
    pages=_PAYMENT_PAGES,
)
TRANSFER = Family(
    name="transfer",
    identify=own_id,
    shows={
        **_BASIC,
        "amount_reversed": amount,
        "destination": an_id,
        "reversed": flag,
        "source_type": word,
    },
    amount="amount_reversed",
    pages=("connect/transfers/{id}",),
)
SCHEDULE = Family(
    name="subscription schedule",
    identify=own_id,
    shows={**_BASIC, "end_behavior": word, "subscription": an_id},
    pages=("subscriptions/{subscription}",),
)
BILLING_ALERT = Family(
    name="billing alert",
    identify=_alert_and_customer,
    shows={
        "object": word,
        "alert.id": an_id,
        "alert.alert_type": word,
        "alert.usage_threshold.gte": amount,
        "alert.usage_threshold.meter": an_id,
        "customer": an_id,
        "value": amount,
    },
)
RESERVE_HOLD = Family(
    name="reserve hold",
    identify=own_id,
    shows={
        **_BASIC,
        "created_by": word,
        "is_releasable": flag,
        "reason": word,
        "source_charge": an_id,
    },
)
RESERVE_RELEASE = Family(
    name=RESERVE_HOLD.name,
    identify=_named_by("reserve_hold"),
    shows={**_BASIC, "created_by": word, "reason": word, "reserve_hold": an_id},
)
TAX_SETTINGS = Family(
    name="tax settings",
    identify=_only_one,
    shows={"object": word, "status": word, "status_details.pending.missing_fields": words},
    pages=("settings/tax",),
)
METER = Family(
    name="billing meter",
    identify=own_id,
    shows={"id": an_id, "type": word},
)
DECLINES = Family(
    name="declined payments",
    identify=_only_one,
    shows={
        **_BASIC,
        "payment_intent": an_id,
        "latest_charge": an_id,
        "failure_code": word,
        "last_payment_error.code": word,
        "last_payment_error.decline_code": word,
        "last_payment_error.type": word,
        "outcome.reason": word,
        "outcome.risk_level": word,
        "outcome.type": word,
    },
    pages=("payments",),
)
