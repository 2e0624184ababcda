"""Signatures of Stripe, Standard Webhooks, Sentry and Grafana: who is let in, and why the others are not."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.verify import (
    Unverified,
    bearer,
    github_signature,
    hex_digest,
    standard_webhook,
    stripe_signature,
    webhook_key,
)

NOW = datetime(2026, 3, 2, 9, 30, 0, 500_000, tzinfo=UTC)
T = int(NOW.timestamp())
BODY = b'{"id": "evt_1"}'
KEY = b"k" * 24
SECRET = "whsec_" + base64.b64encode(KEY).decode()
ANYTHING = st.text(st.characters(exclude_categories=()))
"""Headers may hold any byte; those that are no UTF-8 arrive as surrogates."""


def hex_mac(message: bytes, secret: str = "s") -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def stripe(at: int | str = T, secret: str = "s", body: bytes = BODY) -> str:
    return f"t={at},v1={hex_mac(f'{at}.'.encode() + body, secret)}"


def standard(
    at: int | str = T, key: bytes = KEY, message_id: str = "msg_1", body: bytes = BODY
) -> dict[str, str]:
    signed = f"{message_id}.{at}.".encode() + body
    mac = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{mac}",
    }


def reason(check: Callable[[], None]) -> str:
    """Why a check refuses; empty when it does not."""
    try:
        check()
    except Unverified as refused:
        return refused.reason
    return ""


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param(stripe(), "", id="signed"),
        pytest.param(stripe(secret="old"), "", id="signed with the other secret"),
        pytest.param(f"{stripe(secret='x')},v1={stripe()[-64:]}", "", id="the second v1"),
        pytest.param(f"{stripe()},v0={'0' * 64}", "", id="another scheme beside it"),
        pytest.param(f"{stripe()},", "", id="a comma at the end"),
        pytest.param(stripe(T - 299), "", id="299.5 seconds old"),
        pytest.param(stripe(T + 300), "", id="299.5 seconds ahead"),
        pytest.param(stripe(T - 300), "timestamp_stale", id="300.5 seconds old"),
        pytest.param(stripe(T + 301), "timestamp_stale", id="300.5 seconds ahead"),
        pytest.param(stripe(f"{T}000"), "timestamp_malformed", id="milliseconds"),
        pytest.param(stripe(f"{T}.0"), "timestamp_malformed", id="a fraction"),
        pytest.param(stripe(f"-{T}"), "timestamp_malformed", id="negative"),
        pytest.param(stripe("٣"), "timestamp_malformed", id="digits of another script"),
        pytest.param(stripe("9" * 5000), "timestamp_malformed", id="5000 digits"),
        pytest.param(stripe(""), "timestamp_malformed", id="an empty timestamp"),
        pytest.param(None, "signature_missing", id="none"),
        pytest.param("", "signature_missing", id="empty"),
        pytest.param(f"t={T}", "signature_malformed", id="no v1"),
        pytest.param(f"t={T},v0={hex_mac(BODY)}", "signature_malformed", id="only v0"),
        pytest.param(f"v1={hex_mac(BODY)}", "signature_malformed", id="no timestamp"),
        pytest.param("rubbish", "signature_malformed", id="rubbish"),
        pytest.param(stripe(secret="x"), "signature_mismatch", id="another secret"),
        pytest.param(stripe(body=b"{}"), "signature_mismatch", id="another body"),
        pytest.param(stripe(secret=""), "signature_mismatch", id="the empty secret"),
        pytest.param(f"t={T},v1=\udcff\udcfe", "signature_mismatch", id="bytes that are no text"),
        pytest.param(f"t={T},v1=", "signature_mismatch", id="an empty v1"),
        pytest.param(
            f"t={T - 9999},{stripe()}", "timestamp_stale", id="two timestamps: the first counts"
        ),
    ],
)
def test_stripe(header: str | None, expected: str) -> None:
    found = reason(lambda: stripe_signature(BODY, header, ["s", "old", ""], NOW))
    assert found == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param(standard(), "", id="signed"),
        pytest.param(standard(key=b"o" * 32), "", id="signed with the other secret"),
        pytest.param(
            standard() | {"webhook-signature": "v1,AAAA " + standard()["webhook-signature"]},
            "",
            id="the second signature",
        ),
        pytest.param(
            standard() | {"webhook-signature": standard()["webhook-signature"] + " v1a,AAAA"},
            "",
            id="an asymmetric signature beside it",
        ),
        pytest.param(standard(T - 299), "", id="299.5 seconds old"),
        pytest.param(standard(T + 300), "", id="299.5 seconds ahead"),
        pytest.param(standard(T - 300), "timestamp_stale", id="300.5 seconds old"),
        pytest.param(standard(T + 301), "timestamp_stale", id="300.5 seconds ahead"),
        pytest.param(standard(f"{T}000"), "timestamp_malformed", id="milliseconds"),
        pytest.param(standard("nan"), "timestamp_malformed", id="not a number"),
        pytest.param(standard("1e9"), "timestamp_malformed", id="an exponent"),
        pytest.param(standard(message_id="a.b"), "id_malformed", id="a full stop in the id"),
        pytest.param(standard() | {"webhook-id": ""}, "signature_missing", id="empty id"),
        pytest.param(
            standard() | {"webhook-timestamp": ""}, "signature_missing", id="empty timestamp"
        ),
        pytest.param({}, "signature_missing", id="no headers"),
        pytest.param(
            standard() | {"webhook-signature": standard()["webhook-signature"][3:]},
            "signature_malformed",
            id="no version",
        ),
        pytest.param(
            standard() | {"webhook-signature": "v1a,AAAA"},
            "signature_malformed",
            id="only an asymmetric signature",
        ),
        pytest.param(
            standard() | {"webhook-signature": "v1,\udcff"},
            "signature_mismatch",
            id="bytes that are no text",
        ),
        pytest.param(standard(key=b"x"), "signature_mismatch", id="another secret"),
        pytest.param(standard(key=SECRET.encode()), "signature_mismatch", id="secret not decoded"),
        pytest.param(standard(body=b"{}"), "signature_mismatch", id="another body"),
        pytest.param(
            standard() | {"webhook-id": "msg_2"}, "signature_mismatch", id="another message's id"
        ),
        pytest.param(standard(key=b"\0"), "signature_mismatch", id="a guess at a broken secret"),
    ],
)
def test_standard_webhooks(headers: Mapping[str, str], expected: str) -> None:
    secrets = ["whsec_*", "", "whsec_", SECRET, "whsec_" + base64.b64encode(b"o" * 32).decode()]
    assert reason(lambda: standard_webhook(BODY, headers, secrets, NOW)) == expected


@pytest.mark.parametrize(
    ("secret", "key"),
    [
        pytest.param(SECRET, KEY, id="as the specification writes it"),
        pytest.param(SECRET.removeprefix("whsec_"), KEY, id="without the prefix"),
        pytest.param("whsec_a2s=", b"kk", id="padded"),
        pytest.param("whsec_a2s", b"kk", id="not padded"),
        pytest.param("whsec_", None, id="empty"),
        pytest.param("", None, id="nothing at all"),
        pytest.param("whsec_a", None, id="one letter"),
        pytest.param("whsec_a-_a", None, id="the alphabet for addresses"),
        pytest.param("whsec_a2s =", None, id="a blank inside"),
        pytest.param("whsec_é", None, id="not ascii"),
        pytest.param("whsec_\udcff", None, id="a surrogate"),
        pytest.param("whsec_a=2s", None, id="padding inside"),
    ],
)
def test_key_of_a_secret(secret: str, key: bytes | None) -> None:
    assert webhook_key(secret) == key


@pytest.mark.parametrize(
    ("digest", "timestamp", "expected"),
    [
        pytest.param(hex_mac(BODY), None, "", id="of the body"),
        pytest.param(hex_mac(BODY).upper(), None, "", id="upper case"),
        pytest.param(hex_mac(BODY, "old"), None, "", id="with the other secret"),
        pytest.param(hex_mac(f"{T}:".encode() + BODY), f"{T}", "", id="of time and body"),
        pytest.param(None, None, "signature_missing", id="none"),
        pytest.param("", None, "signature_missing", id="empty"),
        pytest.param("sha256=" + hex_mac(BODY), None, "signature_malformed", id="with a method"),
        pytest.param(hex_mac(BODY)[1:], None, "signature_malformed", id="too short"),
        pytest.param("é" * 64, None, "signature_mismatch", id="not ascii"),
        pytest.param("\udcff" * 64, None, "signature_mismatch", id="bytes that are no text"),
        pytest.param(hex_mac(BODY, "x"), None, "signature_mismatch", id="another secret"),
        pytest.param(hex_mac(BODY, ""), None, "signature_mismatch", id="the empty secret"),
        pytest.param(hex_mac(BODY), f"{T}", "signature_mismatch", id="the time is not signed"),
        pytest.param(
            hex_mac(f"{T}:".encode() + BODY), None, "signature_mismatch", id="the time is gone"
        ),
        pytest.param(
            hex_mac(f"{T - 300}:".encode() + BODY), f"{T - 300}", "timestamp_stale", id="too old"
        ),
        pytest.param(
            hex_mac(f"{T + 301}:".encode() + BODY), f"{T + 301}", "timestamp_stale", id="ahead"
        ),
        pytest.param(hex_mac(b":" + BODY), "", "timestamp_malformed", id="an empty time"),
        pytest.param(hex_mac(BODY), "now", "timestamp_malformed", id="no time"),
    ],
)
def test_hexadecimal_digests(digest: str | None, timestamp: str | None, expected: str) -> None:
    found = reason(lambda: hex_digest(BODY, digest, ["s", "", "old"], timestamp=timestamp, now=NOW))
    assert found == expected


def test_a_timestamp_without_a_clock_is_refused() -> None:
    digest = hex_mac(f"{T}:".encode() + BODY)
    assert reason(lambda: hex_digest(BODY, digest, ["s"], timestamp=str(T))) == "timestamp_stale"


@pytest.mark.parametrize(
    ("header", "found"),
    [
        pytest.param(None, None, id="none"),
        pytest.param("", None, id="empty"),
        pytest.param("Bearer t", "t", id="a token"),
        pytest.param("bEARER t", "t", id="scheme in any case"),
        pytest.param("Bearer   t ", "t", id="blanks"),
        pytest.param("Bearer ", None, id="no token"),
        pytest.param("Bearer", None, id="only the scheme"),
        pytest.param("Basic t", None, id="another scheme"),
        pytest.param("t", None, id="no scheme"),
        pytest.param("Bearer \udcff", "\udcff", id="bytes that are no text"),
    ],
)
def test_bearer_tokens(header: str | None, found: str | None) -> None:
    assert bearer(header) == found


@st.composite
def bent(draw: st.DrawFn, text: str) -> str:
    """A text with a slice of it replaced, which may leave it as it was."""
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, len(text)))
    return text[:start] + draw(ANYTHING) + text[end:]


secrets_of_any_kind = st.lists(ANYTHING | st.just(SECRET) | ANYTHING.map("whsec_".__add__))


@given(bent(stripe()) | ANYTHING, secrets_of_any_kind, st.just(BODY) | st.binary())
def test_the_stripe_check_is_total(header: str, secrets: list[str], body: bytes) -> None:
    reason(lambda: stripe_signature(body, header, secrets, NOW))
    if header != stripe():
        changed = reason(lambda: stripe_signature(BODY, header, ["s"], NOW))
        assert changed or header.startswith(stripe())


@given(
    st.fixed_dictionaries({name: bent(value) | ANYTHING for name, value in standard().items()}),
    secrets_of_any_kind,
    st.just(BODY) | st.binary(),
)
def test_the_standard_check_is_total(
    headers: dict[str, str], secrets: list[str], body: bytes
) -> None:
    reason(lambda: standard_webhook(body, headers, secrets, NOW))


@given(
    st.sampled_from(sorted(standard().items())).flatmap(
        lambda item: st.tuples(st.just(item[0]), bent(item[1]))
    )
)
def test_every_header_of_a_standard_webhook_is_signed(changed: tuple[str, str]) -> None:
    name, value = changed
    headers = standard() | {name: value}
    same = value == standard()[name] or standard()["webhook-signature"] in value
    assert same or reason(lambda: standard_webhook(BODY, headers, [SECRET], NOW))


@given(
    bent(hex_mac(BODY)) | ANYTHING,
    st.none() | bent(str(T)) | ANYTHING,
    secrets_of_any_kind,
    st.none() | st.just(NOW),
)
def test_the_digest_check_is_total(
    digest: str, timestamp: str | None, secrets: list[str], now: datetime | None
) -> None:
    reason(lambda: hex_digest(BODY, digest, secrets, timestamp=timestamp, now=now))


@given(ANYTHING | ANYTHING.map("Bearer ".__add__))
def test_reading_a_bearer_token_is_total(header: str) -> None:
    bearer(header)


@given(bent("sha256=" + hex_mac(BODY)) | ANYTHING, secrets_of_any_kind)
def test_the_github_check_is_total(signature: str, secrets: list[str]) -> None:
    reason(lambda: github_signature(BODY, signature, secrets))
