"""The official verifiers as oracles: whatever they accept of well-formed input, ours accepts.

Where theirs accept more, or break, a test says so: those are why the checks are our own.
"""

import base64
import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
import stripe
from gidgethub import ValidationFailure
from gidgethub.sansio import validate_event
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from ghapp.core.verify import Unverified, github_signature, standard_webhook, stripe_signature

_T = TypeVar("_T")


def two(secrets: st.SearchStrategy[_T]) -> st.SearchStrategy[tuple[_T, _T]]:
    """The signer's and the known one, the same as often as not."""
    return st.tuples(secrets, secrets) | secrets.map(lambda one: (one, one))


text = st.text(st.characters(codec="utf-8"))
secret_texts = text.filter(str.strip)
keys = st.binary(min_size=1, max_size=64)
two_secrets = two(secret_texts)
ids = st.text(
    st.characters(codec="ascii", exclude_categories=["C"], exclude_characters="."), min_size=1
)
seconds_off = st.integers(-400, 400) | st.sampled_from([-301, -300, -299, 0, 299, 300, 301])


def accepts(check: Callable[[], object], refusal: type[Exception] = Unverified) -> bool:
    """Whether a check lets it in; any error but its refusal is a failure."""
    try:
        check()
    except refusal:
        return False
    return True


def theirs_stripe(body: str, header: str, secret: str) -> bool:
    verify = stripe.WebhookSignature.verify_header
    return accepts(
        lambda: verify(body, header, secret, stripe.Webhook.DEFAULT_TOLERANCE),
        stripe.SignatureVerificationError,
    )


def written(key: bytes) -> str:
    return "whsec_" + base64.b64encode(key).decode()


@given(text, two_secrets, seconds_off)
def test_stripe_accepts_no_more_than_ours_but_the_future(
    body: str, secrets: tuple[str, str], off: int
) -> None:
    signer, known = secrets
    now = datetime.now(UTC)
    at = int(now.timestamp()) + off
    header = stripe.WebhookSignature.generate_signature_header(body, signer, at)
    mine = accepts(lambda: stripe_signature(body.encode(), header, [known], now))
    theirs = theirs_stripe(body, header, known)
    if theirs:
        assert mine or at > now.timestamp() + 300
    if off > -299:  # nearer to the edge their later look at the clock may differ
        assert theirs or not mine


@given(text, st.lists(secret_texts, min_size=2, unique=True))
def test_several_secrets_of_stripe_are_valid_at_once(body: str, secrets: list[str]) -> None:
    now = datetime.now(UTC)
    sign = stripe.WebhookSignature.generate_signature_header
    for secret in secrets:
        stripe_signature(body.encode(), sign(body, secret, int(now.timestamp())), secrets, now)


def test_stripe_accepts_a_time_far_ahead_and_ours_does_not() -> None:
    now = datetime.now(UTC)
    header = stripe.WebhookSignature.generate_signature_header(
        "{}", "s", int(now.timestamp()) + 9999
    )
    assert theirs_stripe("{}", header, "s")
    assert not accepts(lambda: stripe_signature(b"{}", header, ["s"], now))


def test_stripe_breaks_on_bytes_that_are_no_text_and_ours_does_not() -> None:
    now = datetime.now(UTC)
    header = f"t={int(now.timestamp())},v1=00"
    with pytest.raises(UnicodeDecodeError):
        stripe.WebhookSignature.verify_header(b"\xff", header, "s", 300)
    assert not accepts(lambda: stripe_signature(b"\xff", header, ["s"], now))


@given(text, ids, two(keys), seconds_off)
def test_standardwebhooks_accepts_no_more_than_ours(
    body: str, message_id: str, both: tuple[bytes, bytes], off: int
) -> None:
    signer, known = both
    now = datetime.now(UTC)
    sent = (now + timedelta(seconds=off)).replace(microsecond=0)
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(sent.timestamp())),
        "webhook-signature": Webhook(written(signer)).sign(message_id, sent, body),
    }
    mine = accepts(lambda: standard_webhook(body.encode(), headers, [written(known)], now))
    verify = Webhook(written(known)).verify
    theirs = accepts(
        lambda: verify(body, headers, json_parse=False),
        WebhookVerificationError,
    )
    if abs(off) not in {299, 300, 301}:  # their clock is read a moment later than ours
        assert mine == theirs
    if off <= 0:
        assert mine or not theirs


def test_the_example_of_the_reference_implementations() -> None:
    """https://github.com/standard-webhooks/standard-webhooks/tree/main/libraries, their common test vector."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    standard_webhook(
        b'{"test": 2432232314}', headers, [secret], datetime.fromtimestamp(1614265330, UTC)
    )


@pytest.mark.parametrize(
    "header",
    [
        pytest.param({"webhook-timestamp": "{}.5"}, id="a fraction of a second"),
        pytest.param({"webhook-signature": "v1,!{}"}, id="a sign that is not base64"),
    ],
)
def test_standardwebhooks_is_laxer(header: dict[str, str]) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    signature = Webhook(written(b"k")).sign("m", now, "{}")
    right = {
        "webhook-id": "m",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }
    bent = {name: value.format(right[name].removeprefix("v1,")) for name, value in header.items()}
    headers = right | bent
    Webhook(written(b"k")).verify("{}", headers)
    assert not accepts(lambda: standard_webhook(b"{}", headers, [written(b"k")], now))


def test_standardwebhooks_breaks_on_a_signature_without_a_version_and_ours_does_not() -> None:
    now = datetime.now(UTC)
    headers = {
        "webhook-id": "m",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": "rubbish",
    }
    with pytest.raises(ValueError, match="not enough values"):
        Webhook(written(b"k")).verify("{}", headers)
    assert not accepts(lambda: standard_webhook(b"{}", headers, [written(b"k")], now))


@given(st.binary(), two_secrets)
def test_gidgethub_accepts_no_more_than_ours(body: bytes, secrets: tuple[str, str]) -> None:
    signer, known = secrets
    signature = "sha256=" + hmac.new(signer.encode(), body, "sha256").hexdigest()
    theirs = accepts(
        lambda: validate_event(body, signature=signature, secret=known),
        ValidationFailure,
    )
    assert theirs == accepts(lambda: github_signature(body, signature, [known]))


def test_gidgethub_breaks_on_a_signature_that_is_not_ascii_and_ours_does_not() -> None:
    with pytest.raises(TypeError):
        validate_event(b"{}", signature="sha256=é", secret="s")
    assert not accepts(lambda: github_signature(b"{}", "sha256=é", ["s"]))


def test_gidgethub_accepts_sha1_and_ours_does_not() -> None:
    signature = "sha1=" + hmac.new(b"s", b"{}", "sha1").hexdigest()
    validate_event(b"{}", signature=signature, secret="s")
    assert not accepts(lambda: github_signature(b"{}", signature, ["s"]))
