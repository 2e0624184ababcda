"""Stripe on the real process: a dispute from its opening to its end, and declines that become too many."""

import io
import json
import time
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from ghapp.demo.server import Server
from tests.support import stripe
from tests.support.e2e import Answer, handled, incidents, labels, marker, said, the_incident

OWNERS = """\
version: 1
people: {alice: {}, bob: {}, carol: {}}
severities:
  sev1: {acknowledge: 1h, resolve: 30d, on_recovery: close}
areas:
  deployment: {owner: alice}
  billing:
    owner: carol
    backup: alice
    alerts:
      - {source: stripe, match: {type: invoice.*}, severity: sev2}
      - {source: stripe}
fallback_area: deployment
stripe: {decline_rate: {count: 5, window: 10m, severity: sev1}}
"""


@pytest.fixture
def owners():
    return OWNERS


@pytest.fixture
async def server(github, ghapp_server):
    server = ghapp_server(GHAPP_STRIPE_WEBHOOK_SECRET=f"whsec_old,{stripe.SECRET}")
    await server.start()
    return server


async def post(server: Server, message: Any, *, secret: str = stripe.SECRET) -> Answer:
    body = json.dumps(message).encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": stripe.signature(body, secret=secret),
    }
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{server.url}/webhooks/stripe", data=io.BytesIO(body), headers=headers
        ) as answer,
    ):
        return Answer(answer.status, await answer.text())


async def happens(server: Server, *messages: Any) -> None:
    """Events arrive in this order, are accepted and handled."""
    for message in messages:
        assert (await post(server, message)).status == 202
    await handled(server)


async def test_a_dispute_has_a_deadline_and_ends_whatever_comes_late(github, server):
    now = int(time.time())
    due = now + 7 * 86400
    opened = stripe.event(
        "charge.dispute.created", created=now - 600, evidence_details__due_by=due, id="du_1Acme"
    )
    await happens(server, opened)
    issue = await the_incident(github)
    assert issue["title"] == "[sev1] Dispute over 45.00 USD: fraudulent (needs_response)"
    assert labels(issue) == {"incident", "sev1", "area/billing", "source/stripe"}
    assert marker(issue["body"])["key"].startswith("stripe:")
    assert f"{datetime.fromtimestamp(due, UTC):%Y-%m-%d}" in issue["body"]
    assert "https://dashboard.stripe.com/disputes/du_1Acme" in issue["body"]
    assert "bob@example.com" not in issue["body"]
    assert (await post(server, opened)).status == 200, "the same event was taken twice"

    closed = stripe.event("charge.dispute.closed", created=now - 60, id="du_1Acme")
    late = stripe.event("charge.dispute.created", created=now - 500, id="du_1Acme")
    await happens(server, closed, late)
    issue = await the_incident(github)
    assert (issue["state"], issue["state_reason"]) == ("closed", "completed")
    assert len(await said(github, issue["number"])) == 1


async def test_an_older_payout_does_not_close_a_newer_failure(github, server):
    now = int(time.time())
    await happens(
        server,
        stripe.event("payout.failed", created=now - 300, id="po_1"),
        stripe.event("payout.paid", created=now - 900, id="po_1"),
    )
    assert (await the_incident(github))["state"] == "open"
    await happens(server, stripe.event("payout.paid", created=now - 10, id="po_2"))
    assert (await the_incident(github))["state"] == "closed"


async def test_an_invoice_is_one_issue_until_all_its_troubles_are_over(github, server):
    now = int(time.time())
    await happens(
        server,
        stripe.event("invoice.payment_failed", created=now - 300, id="in_1"),
        stripe.event("invoice.overdue", created=now - 200, id="in_1"),
    )
    issue = await the_incident(github)
    assert {"sev2", "area/billing"} <= labels(issue)
    assert "https://dashboard.stripe.com/customers/cus_QxAcmeCustomer" in issue["body"]
    assert "1,234.50 EUR" in issue["body"]
    await happens(server, stripe.event("invoice.payment_succeeded", created=now - 100, id="in_1"))
    assert (await the_incident(github))["state"] == "open"
    await happens(server, stripe.event("invoice.paid", created=now - 100, id="in_1"))
    assert (await the_incident(github))["state"] == "closed"


async def test_declines_are_an_incident_once_there_are_too_many(github, server):
    names = ("payment_intent.payment_failed", "charge.failed")
    declines = [stripe.event(names[n % 2], id=f"pi_{n}") for n in range(7)]
    await happens(server, *declines[:4])
    assert await incidents(github) == []
    await happens(server, *declines[4:])
    issue = await the_incident(github)
    assert issue["title"] == "[sev1] Payments are being declined, the latest for card_declined"
    assert {"sev1", "area/billing"} <= labels(issue)


async def test_what_asks_for_nothing_and_who_is_nobody(server):
    unknown, of_tests = stripe.payload("customer.created"), stripe.payload("test-mode")
    broken = stripe.payload("malformed-object-without-id")
    assert await post(server, unknown) == Answer(200, "not a type that means trouble\n")
    assert await post(server, of_tests) == Answer(200, "test mode\n")
    assert (await post(server, broken)).status == 400
    assert (await post(server, broken, secret="whsec_guessed")).status == 401
