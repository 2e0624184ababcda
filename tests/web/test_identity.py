"""Whose token is let in: what google-auth accepts and is of the right account, and no other."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.auth import jwt
from google.auth.exceptions import GoogleAuthError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ghapp.core.source import Oidc
from ghapp.core.verify import Unverified
from ghapp.settings import Settings
from ghapp.sources.gcp_pubsub import SOURCE
from ghapp.web.certificates import Certificates, Fetched
from ghapp.web.identity import Connected, OpenIdConnect
from tests.support.issuer import AUDIENCE, EMAIL, ISSUER, claims, key, unsigned

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ISSUERS = ("accounts.google.com", ISSUER)


def identity(*keys: Any, audiences: tuple[str, ...] = (AUDIENCE,)) -> OpenIdConnect:
    known = {one.id: one.certificate for one in keys or (key(),)}

    async def fetch() -> Fetched:
        return Fetched(known, timedelta(hours=1))

    return OpenIdConnect(Certificates(fetch), audiences=audiences, emails=(EMAIL,), issuers=ISSUERS)


async def refusal(token: str | None, who: OpenIdConnect | None = None) -> str | None:
    """The reason of the refusal; None when it is let in."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    try:
        await (who or identity()).check(headers, NOW)
    except Unverified as unverified:
        return unverified.reason
    return None


def now() -> int:
    return int(time.time())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({}, None, id="as Pub/Sub makes it"),
        pytest.param({"iss": "accounts.google.com"}, None, id="the issuer's older name"),
        pytest.param({"azp": ..., "sub": ...}, None, id="without what is not asked for"),
        pytest.param({"aud": "https://other.example.com"}, "audience_mismatch", id="for another"),
        pytest.param({"aud": f"{AUDIENCE}/"}, "audience_mismatch", id="for nearly us"),
        pytest.param({"aud": [AUDIENCE]}, "audience_mismatch", id="for a list"),
        pytest.param({"aud": ...}, "audience_mismatch", id="for nobody"),
        pytest.param({"iss": "https://accounts.example.com"}, "issuer_mismatch", id="of another"),
        pytest.param({"iss": ...}, "issuer_mismatch", id="of nobody"),
        pytest.param({"email": "bob@example.com"}, "email_mismatch", id="another account"),
        pytest.param({"email": EMAIL.upper()}, "email_mismatch", id="in capitals"),
        pytest.param({"email": [EMAIL]}, "email_mismatch", id="a list of accounts"),
        pytest.param({"email": ...}, "email_mismatch", id="no account"),
        pytest.param({"email_verified": False}, "email_unverified", id="unverified"),
        pytest.param({"email_verified": "true"}, "email_unverified", id="verified in words"),
        pytest.param({"email_verified": 1}, "email_unverified", id="verified as a number"),
        pytest.param({"email_verified": ...}, "email_unverified", id="verified unsaid"),
        pytest.param({"exp": ...}, "token_mismatch", id="no end"),
        pytest.param({"iat": ...}, "token_mismatch", id="no beginning"),
        pytest.param({"exp": "tomorrow"}, "token_mismatch", id="end in words"),
        pytest.param({"exp": None}, "token_mismatch", id="null end"),
        pytest.param({"iat": []}, "token_mismatch", id="list as beginning"),
    ],
)
async def test_claims(changes: dict[str, Any], reason: str | None) -> None:
    assert await refusal(key().token(claims(**changes))) == reason


@pytest.mark.parametrize(
    ("name", "seconds", "reason"),
    [
        pytest.param("exp", -5, None, id="just over, within the skew"),
        pytest.param("exp", -60, "token_out_of_date", id="over"),
        pytest.param("iat", 5, None, id="just ahead, within the skew"),
        pytest.param("iat", 60, "token_out_of_date", id="ahead"),
    ],
)
async def test_clocks_may_differ_by_ten_seconds(
    name: str, seconds: int, reason: str | None
) -> None:
    assert await refusal(key().token(claims(**{name: now() + seconds}))) == reason


async def test_the_second_of_several_audiences() -> None:
    who = identity(audiences=("https://old.example.com", AUDIENCE))
    assert await refusal(key().token(), who) is None


async def test_a_key_on_a_curve() -> None:
    curved = key("curved", curve=True)
    assert await refusal(curved.token(), identity(key(), curved)) is None


def hs256(secret: bytes) -> str:
    """A token "signed" with what everybody can read."""
    content = unsigned({"alg": "HS256", "kid": "key-1", "typ": "JWT"}, claims()).rpartition(".")[0]
    digest = hmac.digest(secret, content.encode(), hashlib.sha256)
    return f"{content}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        pytest.param(None, "token_missing", id="none"),
        pytest.param("", "token_missing", id="empty"),
        pytest.param("x", "token_malformed", id="no token"),
        pytest.param("a.b.c", "token_malformed", id="three parts"),
        pytest.param("..", "token_malformed", id="empty parts"),
        pytest.param("é.é.é", "token_malformed", id="not ASCII"),
        pytest.param("\ud800.a.b", "token_malformed", id="broken text"),
        pytest.param(unsigned([], {}), "token_malformed", id="header is a list"),
        pytest.param(unsigned({"alg": "RS256"}, []), "token_malformed", id="claims are a list"),
        pytest.param(unsigned({}, claims()), "algorithm_refused", id="no algorithm"),
        pytest.param(unsigned({"alg": "none"}, claims()), "algorithm_refused", id="unsigned"),
        pytest.param(unsigned({"alg": ["RS256"]}, claims()), "algorithm_refused", id="a list"),
        pytest.param(unsigned({"alg": "ES384"}, claims()), "algorithm_refused", id="ES384"),
        pytest.param(hs256(key().certificate.encode()), "algorithm_refused", id="HS256"),
        pytest.param(
            unsigned({"alg": "RS256", "kid": {}}, claims()),
            "token_malformed",
            id="key id is no text",
        ),
        pytest.param(
            unsigned({"alg": "RS256", "kid": "key-1"}, claims()),
            "token_mismatch",
            id="no signature",
        ),
        pytest.param(
            unsigned({"alg": "ES256", "kid": "key-1"}, claims(), b"\1" * 64),
            "token_mismatch",
            id="a curve's algorithm for another key",
        ),
        pytest.param(key("other").token(key_id="key-1"), "token_mismatch", id="another's key"),
        pytest.param(key("other").token(), "token_mismatch", id="an unknown key"),
        pytest.param(key().token()[:-4] + "AAAA", "token_mismatch", id="another signature"),
        pytest.param("[" * 20_000 + ".a.b", "token_malformed", id="endless"),
    ],
)
async def test_tokens_that_prove_nothing(token: str | None, reason: str) -> None:
    assert await refusal(token) == reason


def swapped(token: str) -> str:
    """The token with other claims under its signature."""
    head, _, signature = token.split(".")
    said = base64.urlsafe_b64encode(json.dumps(claims(sub="1")).encode()).rstrip(b"=").decode()
    return f"{head}.{said}.{signature}"


async def test_other_claims_under_a_good_signature() -> None:
    assert await refusal(swapped(key().token())) == "token_mismatch"


async def test_a_token_that_names_no_key_is_tried_with_all() -> None:
    token = key().token(named=False)
    assert "kid" not in jwt.decode_header(token)
    assert await refusal(token, identity(key("other"), key())) is None
    assert await refusal(token, identity(key("other"))) == "token_mismatch"


@pytest.mark.parametrize(
    "authorization", ["Basic eDp5", "Bearer", "Bearer ", "token", "Digest x", ""]
)
async def test_other_schemes_are_no_token(authorization: str) -> None:
    with pytest.raises(Unverified, match="token_missing"):
        await identity().check({"Authorization": authorization}, NOW)


values = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([AUDIENCE, EMAIL, ISSUER, "accounts.google.com", [AUDIENCE], {}, "true"])
    | st.integers(-20, 20).map(lambda seconds: now() + seconds)
    | st.text(max_size=5)
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.sampled_from(["aud", "email", "email_verified", "exp", "iat", "iss"]), values
    )
)
def test_google_auth_is_the_oracle(changes: dict[str, Any]) -> None:
    token = key().token(claims(**changes))
    certificates = {"key-1": key().certificate}
    try:
        said = jwt.decode(token, certs=certificates, audience=AUDIENCE, clock_skew_in_seconds=10)
    except (GoogleAuthError, ValueError, TypeError):
        good = False
    else:
        account = said.get("email") == EMAIL and said.get("email_verified") is True
        good = account and said.get("iss") in ISSUERS
    assert (asyncio.run(refusal(token)) is None) is good


@settings(deadline=None)
@given(
    st.text(st.characters(codec="utf-8")) | st.from_regex(r"[\w-]{0,40}\.[\w-]{0,40}\.[\w-]{0,9}")
)
def test_nothing_else_is_ever_raised(token: str) -> None:
    assert asyncio.run(refusal(token)) is not None


SOME = {"GHAPP_GCP_PUBSUB_AUDIENCE": AUDIENCE, "GHAPP_GCP_PUBSUB_EMAIL": EMAIL}


@pytest.mark.parametrize(
    ("variables", "there"),
    [
        pytest.param(SOME, True, id="both"),
        pytest.param({"GHAPP_GCP_PUBSUB_AUDIENCE": AUDIENCE}, False, id="no account"),
        pytest.param({"GHAPP_GCP_PUBSUB_EMAIL": EMAIL}, False, id="no audience"),
        pytest.param({**SOME, "GHAPP_GCP_PUBSUB_EMAIL": " , "}, False, id="blank account"),
        pytest.param({}, False, id="neither"),
    ],
)
async def test_audience_and_account_are_both_needed(variables: dict[str, str], there: bool) -> None:
    connected = Connected()
    settings_ = Settings(app_id="1", private_key="", home_repo="acme/ops", variables=variables)  # type: ignore[arg-type]
    assert isinstance(SOURCE.verify, Oidc)
    assert (connected.identity(SOURCE.verify, settings_) is not None) is there
    await connected.close()
