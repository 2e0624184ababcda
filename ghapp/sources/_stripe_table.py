"""What each type of event means: one row a type, which is all that there is to say about Stripe.

A type that is not here asks for nothing. What the types are: https://docs.stripe.com/api/events/types
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from ghapp.core.facts import Status
from ghapp.model.names import Severity
from ghapp.sources import _stripe_family as of
from ghapp.sources._stripe_family import Family
from ghapp.sources._stripe_shape import Seen

SEV1, SEV2, SEV3, SEV4 = Severity
OVER: Final = Status.RESOLVED

Judgement = Severity | Literal[Status.RESOLVED] | None
Judge = Callable[[Seen, Seen], Judgement]
"""judge(object, what its changed members were): how bad it is, that it is over, or None: nothing new."""

DECLINE_RATE = "stripe.decline_rate"
_MANY_ATTEMPTS = 3
_ACCOUNT_STATE = frozenset(
    {
        "charges_enabled",
        "payouts_enabled",
        "requirements.currently_due",
        "requirements.disabled_reason",
        "requirements.past_due",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one type of event means.

    `episodes` are the troubles of that object that it begins or ends; the issue of the object is over when all are.
    `says` is the title: a `[part]` is left out when a `{member}` in it is not known, `{money}` is the amount.
    With a `rate` the event is only counted.
    """

    family: Family
    judge: Judge
    says: str = ""
    episodes: tuple[str, ...]
    rate: str = ""


def _opens(family: Family, how: Severity | Judge, says: str, episode: str = "") -> Row:
    judge = _always(how) if isinstance(how, Severity) else how
    return Row(family=family, judge=judge, says=says, episodes=(episode or family.name,))


def _ends(family: Family, *episodes: str) -> Row:
    return Row(family=family, judge=_always(OVER), episodes=episodes or (family.name,))


def _counts(rate: str, told_by: str, says: str) -> Row:
    """Stripe tells of one decline by events of two types; `told_by` says which, so that it counts once."""
    return Row(family=of.DECLINES, judge=_always(SEV3), says=says, episodes=(told_by,), rate=rate)


def _always(judgement: Judgement) -> Judge:
    return lambda _thing, _before: judgement


def _by_status(**judgements: Judgement) -> Judge:
    return lambda thing, _before: judgements.get(thing.text("status"))


def _dispute(thing: Seen, _before: Seen) -> Judgement:
    """Money is gone unless evidence is given in time; an inquiry, or what others decide now, can wait."""
    can_wait = {
        "lost",
        "prevented",
        "under_review",
        "appeal_under_review",
        "warning_closed",
        "warning_needs_response",
        "warning_under_review",
        "won",
    }
    return SEV3 if thing.text("status") in can_wait else SEV1


def _new_warning(thing: Seen, _before: Seen) -> Judgement:
    """A refund can still prevent the dispute, unless Stripe says that it cannot."""
    return None if thing.get("actionable") is False else SEV2


def _changed_warning(thing: Seen, _before: Seen) -> Judgement:
    return OVER if thing.get("actionable") is False else None


def _failed_payment(thing: Seen, _before: Seen) -> Judgement:
    """Stripe tries again by itself, up to a point."""
    attempts = thing.get("attempt_count")
    was_last = thing.values.get("next_payment_attempt", 0) is None
    many = isinstance(attempts, int) and attempts >= _MANY_ATTEMPTS
    return SEV2 if was_last or many else SEV3


def _subscription(thing: Seen, before: Seen) -> Judgement:
    """Only a change of the status counts: these events tell of every other change as well."""
    if "status" not in before.values:
        return None
    return _by_status(past_due=SEV3, unpaid=SEV2, active=OVER, trialing=OVER, canceled=OVER)(
        thing, before
    )


def _account(thing: Seen, _before: Seen) -> Judgement:
    """Clear is only what could be read and is clear."""
    stops = (
        thing.get("requirements.disabled_reason"),
        thing.get("requirements.past_due"),
        thing.get("charges_enabled") is False,
        thing.get("payouts_enabled") is False,
    )
    if any(stops):
        return SEV1
    if thing.get("requirements.currently_due"):
        return SEV3
    return None if _ACCOUNT_STATE.intersection(thing.unreadable) else OVER


_TABLE: dict[str, Row] = {
    "charge.dispute.created": _opens(
        of.DISPUTE, _dispute, "Dispute[ over {money}][: {reason}][ ({status})]"
    ),
    "charge.dispute.closed": _ends(of.DISPUTE),
    "radar.early_fraud_warning.created": _opens(
        of.FRAUD_WARNING, _new_warning, "Early fraud warning[ for {charge}][: {fraud_type}]"
    ),
    "radar.early_fraud_warning.updated": Row(
        family=of.FRAUD_WARNING, judge=_changed_warning, episodes=(of.FRAUD_WARNING.name,)
    ),
    "review.opened": _opens(of.REVIEW, SEV3, "Payment to review[: {payment_intent}][ ({reason})]"),
    "review.closed": _ends(of.REVIEW),
    "invoice.payment_failed": _opens(
        of.INVOICE,
        _failed_payment,
        "Payment of invoice[ {number}] failed[: {money}][, attempt {attempt_count}]",
        "payment",
    ),
    "invoice.finalization_failed": _opens(
        of.INVOICE,
        SEV2,
        "Invoice[ {number}] cannot be finalized[: {last_finalization_error.code}]",
        "finalization",
    ),
    "invoice.overdue": _opens(
        of.INVOICE, SEV3, "Invoice[ {number}] is overdue[: {money}]", "overdue"
    ),
    "invoice.paid": _ends(of.INVOICE, "payment", "overdue"),
    "invoice.payment_succeeded": _ends(of.INVOICE, "payment"),
    "invoice.marked_uncollectible": _ends(of.INVOICE, "payment"),
    "invoice.voided": _ends(of.INVOICE, "payment", "overdue", "finalization"),
    "invoice.finalized": _ends(of.INVOICE, "finalization"),
    "invoice.deleted": _ends(of.INVOICE, "finalization"),
    "customer.subscription.updated": _opens(
        of.SUBSCRIPTION, _subscription, "Subscription[ {id}] is[ {status}]"
    ),
    "customer.subscription.deleted": _ends(of.SUBSCRIPTION),
    "payout.failed": _opens(of.PAYOUT, SEV1, "Payout[ of {money}] failed[: {failure_code}]"),
    "payout.paid": _ends(of.PAYOUT),
    "account.updated": _opens(
        of.ACCOUNT, _account, "Account[ {id}] needs attention[: {requirements.disabled_reason}]"
    ),
    "capability.updated": _opens(
        of.CAPABILITY,
        _by_status(inactive=SEV2, active=OVER),
        "Capability[ {id}] is inactive[: {requirements.disabled_reason}]",
    ),
    "topup.failed": _opens(of.TOPUP, SEV2, "Top-up[ of {money}] failed[: {failure_code}]"),
    "refund.failed": _opens(of.REFUND, SEV2, "Refund[ of {money}] failed[: {failure_reason}]"),
    "transfer.reversed": _opens(
        of.TRANSFER, SEV3, "Transfer[ to {destination}] was reversed[: {money}]"
    ),
    "subscription_schedule.aborted": _opens(
        of.SCHEDULE, SEV2, "Subscription schedule[ of {subscription}] was aborted"
    ),
    "billing.alert.triggered": _opens(
        of.BILLING_ALERT, SEV4, "Usage alert[ for {customer}][: {value}]"
    ),
    "reserve.hold.created": _opens(
        of.RESERVE_HOLD, SEV2, "Stripe holds[ {money}] in reserve[: {reason}]"
    ),
    "reserve.release.created": _ends(of.RESERVE_RELEASE),
    "tax.settings.updated": _opens(
        of.TAX_SETTINGS,
        _by_status(pending=SEV3, active=OVER),
        "Tax settings are incomplete",
    ),
    "v1.billing.meter.error_report_triggered": _opens(
        of.METER, SEV2, "Usage events of meter[ {id}] are invalid"
    ),
    "payment_intent.payment_failed": _counts(
        DECLINE_RATE,
        "payment",
        "Payments are being declined[, the latest for {last_payment_error.code}]",
    ),
    "charge.failed": _counts(
        DECLINE_RATE, "charge", "Payments are being declined[, the latest for {failure_code}]"
    ),
}
TABLE: Mapping[str, Row] = MappingProxyType(_TABLE)
