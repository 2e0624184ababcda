"""A scripted GitHub for the commands that ask it something."""

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from ghapp.github.auth import Credentials
from tests.support.scripted_github import ScriptedGitHub


@pytest.fixture(scope="session")
def credentials() -> Credentials:
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return Credentials("1", pem.decode())


@pytest.fixture
async def scripted() -> AsyncIterator[ScriptedGitHub]:
    github = ScriptedGitHub()
    async with TestServer(github.app()) as server:
        github.base_url = str(server.make_url("/api/v3"))
        yield github
