"""Only a sender that knows a secret gets in, and nothing that it sends can break the check."""

import base64
import hashlib
import hmac

import pytest
from gidgethub import ValidationFailure
from gidgethub.sansio import validate_event
from hypothesis import given
from hypothesis import strategies as st

from ghapp.core.verify import Unverified, basic_password, github_signature, token

BODY = b'{"action": "opened"}'
texts = st.text()
secrets = st.lists(st.text(min_size=1), max_size=3)


def signed(body: bytes, secret: str) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@given(st.binary(), st.lists(st.text(st.characters(codec="utf-8"), min_size=1), min_size=1))
def test_a_signature_by_any_of_the_secrets_is_proof(body: bytes, known: list[str]) -> None:
    for secret in known:
        github_signature(body, signed(body, secret), known)


@given(
    st.binary(),
    st.text(st.characters(codec="utf-8"), min_size=1),
    st.text(st.characters(codec="utf-8"), min_size=1),
)
def test_agrees_with_gidgethub_on_sha256(body: bytes, ours: str, theirs: str) -> None:
    signature = signed(body, theirs)
    try:
        validate_event(body, signature=signature, secret=ours)
        expected = True
    except ValidationFailure:
        expected = False
    try:
        github_signature(body, signature, [ours])
        accepted = True
    except Unverified:
        accepted = False
    assert accepted == expected


@pytest.mark.parametrize(
    ("signature", "known", "reason"),
    [
        pytest.param(None, ["s"], "signature_missing", id="none"),
        pytest.param("", ["s"], "signature_missing", id="empty"),
        pytest.param(signed(BODY, "s")[7:], ["s"], "signature_malformed", id="no method"),
        pytest.param("sha1=" + "0" * 40, ["s"], "signature_malformed", id="sha-1"),
        pytest.param(signed(BODY, "s") + "0", ["s"], "signature_malformed", id="too long"),
        pytest.param(signed(BODY, "s").upper(), ["s"], "signature_malformed", id="upper case"),
        pytest.param(signed(BODY, "x"), ["s"], "signature_mismatch", id="another secret"),
        pytest.param(signed(BODY + b" ", "s"), ["s"], "signature_mismatch", id="another body"),
        pytest.param("sha256=" + "é" * 64, ["s"], "signature_mismatch", id="not ascii"),
        pytest.param(signed(BODY, "s"), [], "signature_mismatch", id="no secret known"),
        pytest.param(signed(BODY, ""), [""], "signature_mismatch", id="empty secret"),
    ],
)
def test_refused_signatures(signature: str | None, known: list[str], reason: str) -> None:
    with pytest.raises(Unverified) as refused:
        github_signature(BODY, signature, known)
    assert refused.value.reason == reason


@given(st.binary(), st.none() | texts | texts.map("sha256=".__add__), secrets)
def test_signature_check_is_total(body: bytes, signature: str | None, known: list[str]) -> None:
    with pytest.raises(Unverified):
        github_signature(body, signature, known)


@given(st.lists(st.none() | texts), secrets)
def test_token_check_is_total(given_: list[str | None], known: list[str]) -> None:
    if set(given_) & set(known):
        token(given_, known)
    else:
        with pytest.raises(Unverified):
            token(given_, known)


@pytest.mark.parametrize(
    ("given_", "known", "reason"),
    [
        pytest.param([None, ""], ["s"], "token_missing", id="nothing given"),
        pytest.param(["x"], ["s"], "token_mismatch", id="wrong"),
        pytest.param([""], [""], "token_missing", id="empty is no token"),
        pytest.param(["x"], [], "token_mismatch", id="none known"),
    ],
)
def test_refused_tokens(given_: list[str | None], known: list[str], reason: str) -> None:
    with pytest.raises(Unverified) as refused:
        token(given_, known)
    assert refused.value.reason == reason


def basic(credentials: bytes, scheme: str = "Basic") -> str:
    return f"{scheme} {base64.b64encode(credentials).decode()}"


@pytest.mark.parametrize(
    ("header", "password"),
    [
        pytest.param(None, None, id="none"),
        pytest.param("", None, id="empty"),
        pytest.param(basic(b"u:p"), "p", id="user and password"),
        pytest.param(basic(b"u:p", "bASIC"), "p", id="scheme in any case"),
        pytest.param(basic(b"u:p:q"), "p:q", id="colon in the password"),
        pytest.param(basic(b":p"), "p", id="no user"),
        pytest.param(basic(b"u:"), None, id="no password"),
        pytest.param(basic(b"u"), None, id="no colon"),
        pytest.param(basic("u:é".encode()), "é", id="utf-8"),
        pytest.param(basic(b"u:\xff"), None, id="not utf-8"),
        pytest.param("Basic", None, id="no credentials"),
        pytest.param("Basic ***", None, id="not base64"),
        pytest.param("Basic dTp", None, id="wrong padding"),
        pytest.param("Basic é", None, id="not ascii"),
        pytest.param("Bearer p", None, id="another scheme"),
    ],
)
def test_password_of_http_basic(header: str | None, password: str | None) -> None:
    assert basic_password(header) == password


@given(texts | texts.map("Basic ".__add__) | st.binary().map(basic))
def test_reading_a_password_is_total(header: str) -> None:
    basic_password(header)
