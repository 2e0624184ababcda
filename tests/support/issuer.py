"""An issuer of OpenID Connect tokens on loopback: makes them, and serves the certificates to check them by."""

import base64
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import jwt as pyjwt
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from google.auth import crypt, jwt

AUDIENCE = "https://ghapp.example.com/webhooks/gcp/pubsub"
EMAIL = "ghapp-push@acme-prod.iam.gserviceaccount.com"
ISSUER = "https://accounts.google.com"


def claims(**changes: Any) -> dict[str, Any]:
    """What Pub/Sub says in its tokens; a value of `...` removes a claim."""
    now = int(time.time())
    said = {
        "aud": AUDIENCE,
        "azp": "113774264463038321964",
        "email": EMAIL,
        "email_verified": True,
        "exp": now + 3600,
        "iat": now,
        "iss": ISSUER,
        "sub": "113774264463038321964",
        **changes,
    }
    return {name: value for name, value in said.items() if value is not ...}


class Key:
    """A key pair with its id and its certificate."""

    def __init__(self, key_id: str = "key-1", *, curve: bool = False) -> None:
        self.id = key_id
        self.private = (
            ec.generate_private_key(ec.SECP256R1())
            if curve
            else rsa.generate_private_key(65537, 2048)
        )
        self.curve = curve

    @property
    def pem(self) -> bytes:
        """The private key."""
        return self.private.private_bytes(
            Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
        )

    @property
    def certificate(self) -> str:
        """A certificate signed by itself, as Google's are."""
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "issuer.example.com")])
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder(
            name, name, self.private.public_key(), 1, now, now + timedelta(days=1)
        )
        return builder.sign(self.private, SHA256()).public_bytes(Encoding.PEM).decode()

    @property
    def jwk(self) -> dict[str, Any]:
        """The public key as a JWK (RFC 7517)."""
        family = pyjwt.algorithms.ECAlgorithm if self.curve else pyjwt.algorithms.RSAAlgorithm
        public = family.to_jwk(self.private.public_key(), as_dict=True)
        return {**public, "kid": self.id, "use": "sig", "alg": "ES256" if self.curve else "RS256"}

    def token(
        self, said: Mapping[str, Any] | None = None, *, key_id: str = "", named: bool = True
    ) -> str:
        """A token signed with this key; its header names `key_id`, the key's own unless given, or none."""
        signer: Any = crypt.EsSigner if self.curve else crypt.RSASigner
        name = key_id or self.id if named else None
        made: bytes = jwt.encode(  # type: ignore[no-untyped-call]
            signer.from_string(self.pem), said or claims(), key_id=name
        )
        return made.decode()


@cache
def key(key_id: str = "key-1", *, curve: bool = False) -> Key:
    """A key that all tests share; making one takes long."""
    return Key(key_id, curve=curve)


def unsigned(header: Any, said: Any, signature: bytes = b"") -> str:
    """A token of any parts whatever."""
    parts = (json.dumps(header).encode(), json.dumps(said).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


class Issuer:
    """Serves certificates, and counts how often it is asked."""

    def __init__(self, *keys: Key) -> None:
        self.keys = list(keys)
        self.jwks = False
        self.status = 200
        self.headers = {"Cache-Control": "public, max-age=21600, must-revalidate"}
        self.body: bytes | None = None
        self.asked = 0
        self.url = ""

    @property
    def document(self) -> dict[str, Any]:
        """What it serves: a map of certificates, or a JWK set."""
        if self.jwks:
            return {"keys": [one.jwk for one in self.keys]}
        return {one.id: one.certificate for one in self.keys}

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Serve at `url`, on loopback."""
        app = web.Application()
        app.router.add_get("/certs", self._answer)
        async with TestServer(app) as server:
            self.url = str(server.make_url("/certs"))
            yield

    async def _answer(self, _request: web.Request) -> web.Response:
        self.asked += 1
        body = json.dumps(self.document).encode() if self.body is None else self.body
        return web.Response(
            status=self.status, body=body, headers=self.headers, content_type="application/json"
        )
