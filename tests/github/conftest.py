"""A client of the app against a scripted server, on a clock of the test's."""

from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from ghapp.core.facts import RepoName
from ghapp.github.auth import Credentials
from ghapp.github.client import GitHubClient
from tests.support.limit_store import FakeClock, MemoryLimitStore
from tests.support.scripted_github import ScriptedGitHub

REPO = RepoName("acme/api")


@pytest.fixture(scope="session")
def credentials() -> Credentials:
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Credentials("1", pem.decode())


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store() -> MemoryLimitStore:
    return MemoryLimitStore()


@pytest.fixture
async def scripted() -> AsyncIterator[ScriptedGitHub]:
    github = ScriptedGitHub()
    async with TestServer(github.app()) as server:
        github.base_url = str(server.make_url("/api/v3"))
        yield github


@pytest.fixture
async def new_client(
    scripted: ScriptedGitHub, credentials: Credentials, clock: FakeClock, store: MemoryLimitStore
) -> AsyncIterator[Callable[[], GitHubClient]]:
    """Makes clients that share the database, as a restarted process does."""
    async with aiohttp.ClientSession() as session:
        yield lambda: GitHubClient(
            session,
            credentials=credentials,
            store=store,
            base_url=scripted.base_url,
            now=clock.now,
            sleep=clock.sleep,
            jitter=lambda: 0.5,
            timeout=aiohttp.ClientTimeout(total=2),
        )


@pytest.fixture
def client(new_client: Callable[[], GitHubClient]) -> GitHubClient:
    return new_client()
