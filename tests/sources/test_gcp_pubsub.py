"""The envelope of a Pub/Sub push: what is inside is what the webhook channel sends."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.source import Accepted, Oidc
from ghapp.core.strict_json import Malformed
from ghapp.sources import gcp
from ghapp.sources.gcp_pubsub import SOURCE

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
NOTIFICATION = {"version": "1.2", "incident": {"incident_id": "0.abc", "state": "open"}}


def envelope(data: Any, message_id: object = "1310204412339001") -> bytes:
    text = data if isinstance(data, bytes) else json.dumps(data).encode()
    message = {"data": base64.b64encode(text).decode(), "messageId": message_id}
    pushed = {"message": message, "subscription": "projects/acme-prod/subscriptions/ghapp"}
    return json.dumps(pushed).encode()


def parse(body: bytes) -> Accepted:
    parsed = SOURCE.parse(body, {}, {}, NOW)
    assert isinstance(parsed, Accepted)
    return parsed


def test_it_is_the_signal_of_the_webhook() -> None:
    through_webhook = gcp.parse(json.dumps(NOTIFICATION).encode(), {}, {}, NOW)
    assert isinstance(through_webhook, Accepted)
    parsed = parse(envelope(NOTIFICATION))
    assert parsed.signals == through_webhook.signals
    assert parsed.signals[0].source == "gcp" == SOURCE.sender


def test_a_redelivery_is_no_repeat() -> None:
    parsed = parse(envelope(NOTIFICATION))
    assert (parsed.delivery_id, parsed.repeats) == ("1310204412339001", False)


@pytest.mark.parametrize(
    "message_id", [None, "", " ", [], {}, True, "x" * 129, "é"], ids=lambda value: repr(value)[:9]
)
def test_an_odd_id_costs_no_page_and_is_still_the_same_twice(message_id: object) -> None:
    known = parse(envelope(NOTIFICATION, message_id)).delivery_id
    assert known == parse(envelope(NOTIFICATION, message_id)).delivery_id
    assert known != parse(envelope({**NOTIFICATION, "version": "1.3"}, message_id)).delivery_id


def test_a_number_is_an_id_as_well() -> None:
    assert parse(envelope(NOTIFICATION, 1310204412339001)).delivery_id == "1310204412339001"


def test_what_is_unusable_is_parked_and_identity_is_by_token() -> None:
    assert SOURCE.parks
    assert isinstance(SOURCE.verify, Oidc)


@given(st.binary())
def test_total_on_any_data(data: bytes) -> None:
    with pytest.raises(Malformed):
        SOURCE.parse(envelope(b"\0" + data), {}, {}, NOW)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_total_on_any_text_as_data(data: str) -> None:
    body = json.dumps({"message": {"data": data, "messageId": "1"}}).encode()
    with pytest.raises(Malformed):
        SOURCE.parse(body, {}, {}, NOW)
