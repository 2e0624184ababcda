"""Stripe's events as they come, and what each becomes."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ghapp.core.facts import Link, Signal, Status
from ghapp.core.routing import route
from ghapp.core.source import MIB, Accepted, Nothing, Parsed
from ghapp.core.strict_json import Malformed
from ghapp.core.verify import Unverified
from ghapp.model.names import Severity
from ghapp.sources.stripe import EVENT_TYPES, SOURCE, THIN_EVENT_TYPES
from tests.support import stripe
from tests.support.builders import model

NOW = datetime(2026, 3, 2, 9, 31, tzinfo=UTC)
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SEV1, SEV2, SEV3, SEV4 = Severity
FIRES, ENDS = Status.FIRING, Status.RESOLVED


class Fires(NamedTuple):
    """One trouble begins, or goes on."""

    severity: Severity
    summary: str
    episode: str
    due: datetime | None = None
    rate: str = ""


class Ends(NamedTuple):
    """Troubles end."""

    episodes: tuple[str, ...]


OUTCOMES: dict[str, Fires | Ends | Nothing | str] = {
    "charge.dispute.created": Fires(
        SEV1,
        "Dispute over 45.00 USD: fraudulent (needs_response)",
        "dispute",
        datetime(2026, 3, 9, 23, 59, 59, tzinfo=UTC),
    ),
    "charge.dispute.created-inquiry": Fires(
        SEV3,
        "Dispute over 5,000 JPY: general (warning_needs_response)",
        "dispute",
        datetime(2026, 3, 9, 23, 59, 59, tzinfo=UTC),
    ),
    "charge.dispute.closed": Ends(("dispute",)),
    "radar.early_fraud_warning.created": Fires(
        SEV2,
        "Early fraud warning for ch_3QxAcmeCharge1: unauthorized_use_of_card",
        "early fraud warning",
    ),
    "radar.early_fraud_warning.created-not-actionable": Nothing("nothing new in it"),
    "radar.early_fraud_warning.updated": Ends(("early fraud warning",)),
    "radar.early_fraud_warning.updated-still-actionable": Nothing("nothing new in it"),
    "review.opened": Fires(SEV3, "Payment to review: pi_3QxAcmeIntent2 (rule)", "review"),
    "review.closed": Ends(("review",)),
    "invoice.payment_failed": Fires(
        SEV3, "Payment of invoice ACME-0042 failed: 1,234.50 EUR, attempt 1", "payment"
    ),
    "invoice.payment_failed-third-attempt": Fires(
        SEV2, "Payment of invoice ACME-0042 failed: 1,234.50 EUR, attempt 3", "payment"
    ),
    "invoice.payment_failed-last-attempt": Fires(
        SEV2, "Payment of invoice ACME-0042 failed: 1,234.50 EUR, attempt 2", "payment"
    ),
    "invoice.paid": Ends(("payment", "overdue")),
    "invoice.payment_succeeded": Ends(("payment",)),
    "invoice.voided": Ends(("payment", "overdue", "finalization")),
    "invoice.marked_uncollectible": Ends(("payment",)),
    "invoice.finalization_failed": Fires(
        SEV2, "Invoice cannot be finalized: customer_tax_location_invalid", "finalization"
    ),
    "invoice.finalized": Ends(("finalization",)),
    "invoice.deleted": Ends(("finalization",)),
    "invoice.overdue": Fires(SEV3, "Invoice ACME-0044 is overdue: 1,234.50 EUR", "overdue"),
    "customer.subscription.updated": Fires(
        SEV3, "Subscription sub_1QxAcmeSub1 is past_due", "subscription"
    ),
    "customer.subscription.updated-unpaid": Fires(
        SEV2, "Subscription sub_1QxAcmeSub1 is unpaid", "subscription"
    ),
    "customer.subscription.updated-active-again": Ends(("subscription",)),
    "customer.subscription.updated-metadata": Nothing("nothing new in it"),
    "customer.subscription.deleted": Ends(("subscription",)),
    "payout.failed": Fires(SEV1, "Payout of 12,345.67 USD failed: account_closed", "payout"),
    "payout.failed-expanded-destination": Fires(
        SEV1, "Payout of 12,345.67 USD failed: account_closed", "payout"
    ),
    "payout.paid": Ends(("payout",)),
    "account.updated": Fires(
        SEV1, "Account acct_1QxAcmeShop needs attention: requirements.past_due", "account"
    ),
    "account.updated-due": Fires(
        SEV3,
        "Account acct_1QxAcmeShop needs attention",
        "account",
        datetime(2026, 3, 16, 9, 30, tzinfo=UTC),
    ),
    "account.updated-clear": Ends(("account",)),
    "capability.updated": Fires(
        SEV2,
        "Capability card_payments is inactive: requirements.fields_needed",
        "capability",
        datetime(2026, 3, 12, 9, 30, tzinfo=UTC),
    ),
    "capability.updated-active": Ends(("capability",)),
    "capability.updated-pending": Nothing("nothing new in it"),
    "topup.failed": Fires(SEV2, "Top-up of 20,000.00 USD failed: insufficient_funds", "top-up"),
    "refund.failed": Fires(SEV2, "Refund of 4.500 KWD failed: expired_or_canceled_card", "refund"),
    "transfer.reversed": Fires(
        SEV3, "Transfer to acct_1QxAcmeShop was reversed: 300.00 USD", "transfer"
    ),
    "subscription_schedule.aborted": Fires(
        SEV2, "Subscription schedule of sub_1QxAcmeSub1 was aborted", "subscription schedule"
    ),
    "billing.alert.triggered": Fires(
        SEV4, "Usage alert for cus_QxAcmeCustomer: 10004", "billing alert"
    ),
    "reserve.hold.created": Fires(
        SEV2, "Stripe holds 5,000.00 USD in reserve: charge", "reserve hold"
    ),
    "reserve.release.created": Ends(("reserve hold",)),
    "tax.settings.updated": Fires(SEV3, "Tax settings are incomplete", "tax settings"),
    "tax.settings.updated-active": Ends(("tax settings",)),
    "v1.billing.meter.error_report_triggered": Fires(
        SEV2, "Usage events of meter mtr_61QxAcmeMeter1 are invalid", "billing meter"
    ),
    "payment_intent.payment_failed": Fires(
        SEV3,
        "Payments are being declined, the latest for card_declined",
        "ch_3QxAcmeCharge5\npayment",
        rate="stripe.decline_rate",
    ),
    "charge.failed": Fires(
        SEV3,
        "Payments are being declined, the latest for card_declined",
        "ch_3QxAcmeCharge5\ncharge",
        rate="stripe.decline_rate",
    ),
    "customer.created": Nothing("not a type that means trouble"),
    "v2.core.event_destination.ping": Nothing("not a type that means trouble"),
    "test-mode": Nothing("test mode"),
    # What of the wrong type is left out costs no page.
    "hostile-types": Fires(SEV3, "Payment of invoice failed", "payment"),
    "hostile-nulls": Fires(SEV1, "Dispute", "dispute"),
    "hostile-text": Fires(
        SEV1,
        "Dispute",
        "dispute",
        datetime(2026, 3, 9, 23, 59, 59, tzinfo=UTC),
    ),
    "hostile-card-number": Fires(
        SEV1, "Dispute", "dispute", datetime(2026, 3, 9, 23, 59, 59, tzinfo=UTC)
    ),
    "hostile-no-deadline": Fires(
        SEV1, "Dispute over 45.00 USD: fraudulent (needs_response)", "dispute"
    ),
    "malformed-object-without-id": "the object's id is not a text",
    "malformed-object-with-empty-id": "the object's id is not a text",
    "malformed-object-is-a-list": "data.object is not an object",
    "malformed-no-event-id": "id is not a text",
    "malformed-created-later": "created is not a time of the past",
    "malformed-type-is-a-number": "type is not a text",
    "malformed-account-is-an-object": "account is not a text",
}


def parse(message: Any, now: datetime = NOW) -> Parsed:
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return SOURCE.parse(body, {}, {}, now)


def signals_of(message: Any, now: datetime | None = None) -> tuple[Signal, ...]:
    late = datetime.fromtimestamp(message.get("created") or 0, UTC) if now is None else now
    parsed = parse(message, max(NOW, late))
    assert isinstance(parsed, Accepted)
    return parsed.signals


def event_of(name: str, **changes: Any) -> stripe.JsonObject:
    return stripe.event(name, created=int(AT.timestamp()), **changes)


def signal_of(name: str, **changes: Any) -> Signal:
    (signal,) = signals_of(event_of(name, **changes))
    return signal


class TestTheCorpus:
    @pytest.mark.parametrize("name", OUTCOMES)
    def test_what_each_payload_becomes(self, name: str) -> None:
        message, outcome = stripe.payload(name), OUTCOMES[name]
        now = NOW if "later" in name else NOW + timedelta(days=100)
        if isinstance(outcome, str):
            with pytest.raises(Malformed, match=outcome):
                parse(message, now)
        elif isinstance(outcome, Nothing):
            assert parse(message, now) == outcome
        else:
            _is_as_expected(parse(message, now), message, outcome)

    def test_it_has_every_type_and_every_payload_has_an_outcome(self) -> None:
        assert stripe.corpus() == sorted(OUTCOMES)
        assert set(OUTCOMES) >= {*EVENT_TYPES, *THIN_EVENT_TYPES}

    def test_it_reads_nothing_but_what_may_be_seen(self) -> None:
        private = ("bob@", "alice@", "Buyer", "Owner", "Main Street", "555", "4242", "6789", "192.")
        for name in OUTCOMES:
            try:
                parsed = parse(stripe.payload(name), NOW + timedelta(days=100))
            except Malformed:
                continue
            shown = repr(parsed.signals) if isinstance(parsed, Accepted) else ""
            assert not [word for word in private if word in shown], name


def _is_as_expected(parsed: Parsed, message: Any, outcome: Fires | Ends) -> None:
    assert isinstance(parsed, Accepted)
    assert (parsed.delivery_id, parsed.repeats) == (message["id"], False)
    created = message["created"]
    at = (
        datetime.fromtimestamp(created, UTC)
        if isinstance(created, int)
        else datetime.fromisoformat(created)
    )
    assert {(signal.source, signal.at) for signal in parsed.signals} == {("stripe", at)}
    assert len({signal.fingerprint for signal in parsed.signals}) == 1
    assert all(signal.fields["type"] == message["type"] for signal in parsed.signals)
    if isinstance(outcome, Ends):
        assert {signal.status for signal in parsed.signals} == {ENDS}
        assert tuple(signal.occurrence for signal in parsed.signals) == outcome.episodes
        return
    (signal,) = parsed.signals
    assert (signal.status, signal.started_at) == (FIRES, at)
    assert outcome == Fires(
        signal.severity or SEV4, signal.summary, signal.occurrence, signal.due_at, signal.rate
    )


def test_a_complete_event() -> None:
    message = stripe.payload("invoice.payment_failed")
    (signal,) = signals_of(message)
    event_id = message["id"]
    assert signal == Signal(
        source="stripe",
        fingerprint=signal.fingerprint,
        occurrence="payment",
        status=FIRES,
        at=AT,
        summary="Payment of invoice ACME-0042 failed: 1,234.50 EUR, attempt 1",
        severity=SEV3,
        started_at=AT,
        links=(
            Link("Invoice in Stripe", "https://dashboard.stripe.com/invoices/in_1QxAcmeInvoice1"),
            Link("Customer in Stripe", "https://dashboard.stripe.com/customers/cus_QxAcmeCustomer"),
            Link("Event in Stripe", f"https://dashboard.stripe.com/events/{event_id}"),
        ),
        where={
            "invoice": "in_1QxAcmeInvoice1",
            "amount": "1,234.50 EUR",
            "customer": "cus_QxAcmeCustomer",
            "subscription": "sub_1QxAcmeSub1",
        },
        fields={
            "id": event_id,
            "type": "invoice.payment_failed",
            "data": {
                "object": {
                    "id": "in_1QxAcmeInvoice1",
                    "object": "invoice",
                    "currency": "eur",
                    "customer": "cus_QxAcmeCustomer",
                    "status": "open",
                    "number": "ACME-0042",
                    "amount_due": 123450,
                    "amount_remaining": 123450,
                    "attempt_count": 1,
                    "auto_advance": True,
                    "billing_reason": "subscription_cycle",
                    "collection_method": "charge_automatically",
                    "due_date": None,
                    "next_payment_attempt": 1772703000,
                    "parent": {"subscription_details": {"subscription": "sub_1QxAcmeSub1"}},
                }
            },
        },
    )
    assert signal.fingerprint.startswith("stripe:")
    assert len(signal.fingerprint) == len("stripe:") + 24


def test_what_could_not_be_read_is_named() -> None:
    (signal,) = signals_of(stripe.payload("hostile-types"))
    assert signal.fields["unreadable"] == [
        "currency",
        "customer",
        "status",
        "number",
        "amount_due",
        "attempt_count",
        "next_payment_attempt",
    ]


def test_all_of_a_dispute_that_matters_is_read() -> None:
    (signal,) = signals_of(stripe.payload("charge.dispute.created"))
    assert signal.fields["data"]["object"]["network_reason_code"] == "10.4"
    assert "unreadable" not in signal.fields


def test_nothing_that_stripe_really_sends_is_unreadable() -> None:
    real = [name for name in OUTCOMES if isinstance(OUTCOMES[name], Fires | Ends)]
    late = NOW + timedelta(days=100)
    odd = [n for n in real if "unreadable" in signals_of(stripe.payload(n), late)[0].fields]
    assert odd == ["hostile-types", "hostile-text", "hostile-card-number", "hostile-no-deadline"]


class TestWhichTroubleItIs:
    """The key is the account, the family of the object, and its id."""

    @pytest.mark.parametrize(
        ("begins", "ends"),
        [
            ("charge.dispute.created", "charge.dispute.closed"),
            ("radar.early_fraud_warning.created", "radar.early_fraud_warning.updated"),
            ("review.opened", "review.closed"),
            ("invoice.payment_failed", "invoice.paid"),
            ("invoice.payment_failed", "invoice.voided"),
            ("invoice.finalization_failed", "invoice.finalized"),
            ("customer.subscription.updated", "customer.subscription.deleted"),
            ("payout.failed", "payout.paid"),
            ("account.updated", "account.updated-clear"),
            ("capability.updated", "capability.updated-active"),
            ("reserve.hold.created", "reserve.release.created"),
            ("tax.settings.updated", "tax.settings.updated-active"),
            ("payment_intent.payment_failed", "charge.failed"),
        ],
    )
    def test_one_trouble(self, begins: str, ends: str) -> None:
        found = {
            signal.fingerprint
            for name in (begins, ends)
            for signal in signals_of(stripe.payload(name))
        }
        assert len(found) == 1

    @pytest.mark.parametrize("name", sorted({*EVENT_TYPES}))
    def test_another_account_is_another_trouble(self, name: str) -> None:
        mine, theirs = stripe.payload(name), stripe.payload(name)
        mine["account"], theirs["account"] = None, "acct_1Another"
        assert signals_of(mine)[0].fingerprint != signals_of(theirs)[0].fingerprint

    @pytest.mark.parametrize(
        ("name", "changes"),
        [
            ("charge.dispute.created", {"id": "du_other"}),
            ("invoice.payment_failed", {"id": "in_other"}),
            ("payout.failed", {"destination": "ba_other"}),
            ("capability.updated", {"id": "transfers"}),
            ("capability.updated", {"account": "acct_other"}),
            ("billing.alert.triggered", {"alert__id": "alrt_other"}),
            ("billing.alert.triggered", {"customer": "cus_other"}),
        ],
    )
    def test_another_object_is_another_trouble(self, name: str, changes: Any) -> None:
        assert signal_of(name, **changes).fingerprint != signal_of(name).fingerprint

    @pytest.mark.parametrize(
        ("name", "changes"),
        [
            pytest.param("payout.failed", {"id": "po_other"}, id="payouts to one destination"),
            pytest.param(
                "payout.failed", {"destination": {"id": "ba_1QxAcmeBank1"}}, id="expanded"
            ),
            pytest.param("charge.failed", {"id": "ch_other"}, id="declines"),
            pytest.param("invoice.payment_failed", {"amount_due": 1, "number": "B"}, id="amounts"),
            pytest.param("billing.alert.triggered", {"value": 20000}, id="values"),
        ],
    )
    def test_is_the_same_trouble(self, name: str, changes: Any) -> None:
        assert signal_of(name, **changes).fingerprint == signal_of(name).fingerprint

    def test_a_payout_without_a_destination_is_known_by_its_own_id(self) -> None:
        one = signal_of("payout.failed", destination=None)
        other = signal_of("payout.failed", destination=None, id="po_other")
        assert one.fingerprint != other.fingerprint

    def test_a_usage_alert_may_be_about_nobody(self) -> None:
        (signal,) = signals_of(event_of("billing.alert.triggered", customer=None))
        assert signal.summary == "Usage alert: 10004"

    @pytest.mark.parametrize("alert", [None, "", [], {"id": None}, {}])
    def test_a_usage_alert_without_an_alert_is_malformed(self, alert: object) -> None:
        with pytest.raises(Malformed, match="alert"):
            parse(event_of("billing.alert.triggered", alert=alert))


class TestSeverity:
    @pytest.mark.parametrize(
        ("status", "severity"),
        [
            ("needs_response", SEV1),
            ("appeal_needs_response", SEV1),
            ("something_new", SEV1),
            (None, SEV1),
            (..., SEV1),
            ("warning_needs_response", SEV3),
            ("warning_under_review", SEV3),
            ("under_review", SEV3),
            ("lost", SEV3),
        ],
    )
    def test_of_a_dispute(self, status: object, severity: Severity) -> None:
        assert signal_of("charge.dispute.created", status=status).severity == severity

    @pytest.mark.parametrize(
        ("attempts", "next_attempt", "severity"),
        [
            (1, 1772703000, SEV3),
            (2, 1772703000, SEV3),
            (3, 1772703000, SEV2),
            (4, None, SEV2),
            (1, None, SEV2),
            (1, ..., SEV3),
            ("9", "soon", SEV3),
            (None, 1772703000, SEV3),
        ],
    )
    def test_of_a_failed_payment(
        self, attempts: object, next_attempt: object, severity: Severity
    ) -> None:
        signal = signal_of(
            "invoice.payment_failed", attempt_count=attempts, next_payment_attempt=next_attempt
        )
        assert signal.severity == severity

    @pytest.mark.parametrize(
        ("changes", "severity"),
        [
            ({}, SEV1),
            ({"requirements__disabled_reason": None, "requirements__past_due": []}, SEV1),
            ({"charges_enabled": True, "payouts_enabled": True}, SEV1),
            ({"charges_enabled": True, "requirements": None}, SEV1),
            ({"payouts_enabled": True, "requirements": ...}, SEV1),
            ({"details_submitted": False}, SEV1),
        ],
    )
    def test_of_an_account(self, changes: Any, severity: Severity) -> None:
        assert signal_of("account.updated", **changes).severity == severity

    def test_of_an_account_that_is_still_being_set_up_a_rule_may_say_otherwise(self) -> None:
        rule = '{source: stripe, match: {data.object.details_submitted: "false"}, severity: sev4}'
        alerts = f"{{owner: alice, alerts: [{rule}]}}"
        rules = model(f"version: 1\nfallback_area: a\nareas: {{a: {alerts}}}")
        new = signal_of("account.updated", details_submitted=False)
        known = signal_of("account.updated", details_submitted=True)
        assert [route(one, rules).severity for one in (new, known)] == [SEV4, SEV1]

    def test_an_account_is_clear_only_when_that_could_be_read(self) -> None:
        broken = event_of("account.updated-clear", requirements="none")
        assert parse(broken, NOW) == Nothing("nothing new in it")
        silent = event_of("account.updated-clear", requirements=...)
        assert signals_of(silent)[0].status is ENDS

    def test_a_requirement_that_is_unreadable_hides_no_other(self) -> None:
        due = ["company.tax_id", "Bob's tax id", 7]
        signal = signal_of("account.updated-due", requirements__currently_due=due)
        assert signal.severity == SEV3
        shown = signal.fields["data"]["object"]["requirements"]["currently_due"]
        assert shown == ["company.tax_id"]

    def test_requirements_none_of_which_is_readable_are_not_none(self) -> None:
        message = event_of("account.updated-due", requirements__currently_due=["Bob's tax id"])
        assert parse(message) == Nothing("nothing new in it")

    def test_a_warning_that_does_not_say_whether_it_is_actionable_is(self) -> None:
        assert signal_of("radar.early_fraud_warning.created", actionable=...).severity == SEV2


class TestSubscriptions:
    @pytest.mark.parametrize(
        ("status", "previous", "outcome"),
        [
            ("past_due", {"status": "active"}, SEV3),
            ("unpaid", {"status": "past_due"}, SEV2),
            ("active", {"status": "unpaid"}, ENDS),
            ("trialing", {"status": "past_due"}, ENDS),
            ("canceled", {"status": "past_due"}, ENDS),
            ("paused", {"status": "active"}, None),
            ("incomplete", {"status": None}, None),
            ("past_due", {"items": {}}, None),
            ("active", {}, None),
            ("unpaid", None, None),
            ("unpaid", ["status"], None),
        ],
    )
    def test_only_a_change_of_the_status_counts(
        self, status: str, previous: object, outcome: object
    ) -> None:
        message = event_of("customer.subscription.updated", status=status)
        message["data"]["previous_attributes"] = previous
        parsed = parse(message, NOW)
        if outcome is None:
            assert parsed == Nothing("nothing new in it")
        else:
            assert isinstance(parsed, Accepted)
            assert outcome in {parsed.signals[0].severity, parsed.signals[0].status}

    def test_rules_can_match_the_status_before(self) -> None:
        (signal,) = signals_of(stripe.payload("customer.subscription.updated"))
        assert signal.fields["data"]["previous_attributes"] == {"status": "active"}


class TestLinks:
    def test_of_a_connected_account(self) -> None:
        message = stripe.payload("payout.failed-expanded-destination")
        (signal,) = signals_of(message)
        assert [link.url for link in signal.links] == [
            "https://dashboard.stripe.com/acct_1QxAcmeShop/payouts/po_1QxAcmePayout1",
            f"https://dashboard.stripe.com/acct_1QxAcmeShop/events/{message['id']}",
        ]
        assert signal.where["connected account"] == "acct_1QxAcmeShop"
        assert signal.fields["account"] == "acct_1QxAcmeShop"

    def test_the_platform_looks_at_a_connected_account(self) -> None:
        assert signals_of(stripe.payload("account.updated"))[0].links[0] == Link(
            "Account in Stripe", "https://dashboard.stripe.com/connect/accounts/acct_1QxAcmeShop"
        )

    def test_without_its_own_page_the_payment_is_shown(self) -> None:
        url = "https://dashboard.stripe.com/payments"
        assert signal_of("review.opened").links[0].url == f"{url}/pi_3QxAcmeIntent2"
        only_charge = signal_of("review.opened", payment_intent=None)
        assert only_charge.links[0].url == f"{url}/ch_3QxAcmeCharge2"

    def test_what_is_no_id_is_not_linked(self) -> None:
        message = stripe.payload("hostile-text")
        message |= {"id": "evt/../1", "account": "acct 1/.."}
        (signal,) = signals_of(message)
        assert [link.url for link in signal.links] == [
            "https://dashboard.stripe.com/disputes/du_1QxAcmeHtml"
        ]


class TestTheEnvelope:
    @pytest.mark.parametrize("livemode", [True, None, ..., "false", 0])
    def test_what_does_not_say_that_it_is_of_test_mode_is_live(self, livemode: object) -> None:
        message = stripe.payload("charge.dispute.created")
        if livemode is ...:
            del message["livemode"]
        else:
            message["livemode"] = livemode
        assert isinstance(parse(message), Accepted)

    @pytest.mark.parametrize(
        "created",
        [None, 0, -1, "soon", True, [], 10**30, "2026-03-02T09:30:00Z", 1e12],
    )
    def test_a_snapshot_is_of_a_time_in_seconds(self, created: object) -> None:
        with pytest.raises(Malformed, match="created"):
            parse(stripe.payload("charge.dispute.created") | {"created": created})

    @pytest.mark.parametrize(
        "created",
        [
            *(None, 1772443800, "", "soon", "2026-03-02", "2026-03-02T09:30:00"),
            *("2027-03-02T09:30:00Z", "0001-01-01T00:00:00+14:00", []),
        ],
    )
    def test_a_thin_event_is_of_a_time_in_words(self, created: object) -> None:
        thin = stripe.payload("v1.billing.meter.error_report_triggered")
        with pytest.raises(Malformed, match="created"):
            parse(thin | {"created": created})

    def test_a_thin_event_names_its_account_and_its_object(self) -> None:
        thin = stripe.payload("v1.billing.meter.error_report_triggered")
        parsed = parse(thin | {"context": "acct_1QxAcmeShop"})
        assert isinstance(parsed, Accepted)
        (signal,) = parsed.signals
        assert signal.fields == {
            "id": thin["id"],
            "type": thin["type"],
            "account": "acct_1QxAcmeShop",
            "related_object": {"id": "mtr_61QxAcmeMeter1", "type": "billing.meter"},
        }
        with pytest.raises(Malformed, match="related_object"):
            parse(thin | {"related_object": None})

    @pytest.mark.parametrize("message", [None, [], "x", 5, b"{", b'{"id": NaN}'])
    def test_anything_else_is_malformed(self, message: object) -> None:
        with pytest.raises(Malformed):
            parse(message)

    @pytest.mark.parametrize("data", [None, [], {}, {"object": None}])
    def test_without_its_object_it_is_malformed(self, data: object) -> None:
        with pytest.raises(Malformed, match=r"data\.object"):
            parse(stripe.payload("charge.dispute.created") | {"data": data})

    def test_a_mebibyte_is_read(self) -> None:
        message = stripe.payload("charge.dispute.created")
        message["data"]["object"]["metadata"] = {"note": "x" * (MIB - 5000)}
        body = json.dumps(message).encode()
        assert MIB - 5000 < len(body) <= SOURCE.max_bytes
        assert isinstance(parse(body), Accepted)


class TestTheSignature:
    def test_of_any_secret_in_force(self) -> None:
        body = json.dumps(stripe.payload("charge.dispute.created")).encode()
        for secret in ("whsec_old", "whsec_new"):
            header = stripe.signature(body, secret=secret, at=NOW.timestamp())
            headers = {"Stripe-Signature": header}
            SOURCE.verify(body, headers, {}, ["whsec_old", "whsec_new"], NOW)  # type: ignore[operator]

    @pytest.mark.parametrize(
        ("header", "reason"),
        [
            (None, "signature_missing"),
            ("t=1", "signature_malformed"),
            (stripe.signature(b"{}", secret="whsec_other", at=NOW.timestamp()), "mismatch"),
            (stripe.signature(b"{ }", at=NOW.timestamp()), "mismatch"),
            (stripe.signature(b"{}", at=NOW.timestamp() - 301), "stale"),
            (stripe.signature(b"{}", at=NOW.timestamp() + 301), "stale"),
        ],
    )
    def test_of_nobody_else(self, header: str | None, reason: str) -> None:
        headers = {} if header is None else {"Stripe-Signature": header}
        with pytest.raises(Unverified) as caught:
            SOURCE.verify(b"{}", headers, {}, [stripe.SECRET], NOW)  # type: ignore[operator]
        assert reason in caught.value.reason


def test_the_documentation_names_exactly_these_types() -> None:
    words = re.findall(r"`([^`\s]+)`", Path("docs/stripe.md").read_text())
    kinds = {name.partition(".")[0] for name in EVENT_TYPES} | {"v1"}
    named = {word for word in words if "." in word and word.partition(".")[0] in kinds}
    assert named == {*EVENT_TYPES, *THIN_EVENT_TYPES}
