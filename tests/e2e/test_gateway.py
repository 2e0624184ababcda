"""The gateway over REST keeps the contract, against the emulated GitHub."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import aiohttp
import pytest

from ghapp.demo.github import GitHub
from ghapp.github.auth import Credentials
from ghapp.github.client import GitHubClient
from ghapp.github.rest import RestGateway
from tests.contract.gateway_contract import GatewayContract
from tests.support.limit_store import MemoryLimitStore


class RestWorld:
    """People act on the emulated GitHub over its API."""

    def __init__(self, github: GitHub, session: aiohttp.ClientSession) -> None:
        self.github = github
        client = GitHubClient(
            session,
            credentials=Credentials(str(github.emulator.app_id), github.emulator.private_key_pem),
            store=MemoryLimitStore(),
            base_url=github.proxy.api_url,
        )
        self.gateway = RestGateway(client)

    async def opens(self, login: str, title: str, labels: Sequence[str] = ()) -> int:
        """A person opens an issue."""
        made = await self.github.person(login).open_issue(title, labels=labels)
        return int(made["number"])

    async def comments(self, login: str, number: int, body: str) -> int:
        """A person comments."""
        return int((await self.github.person(login).comment(number, body))["id"])

    async def closes(self, login: str, number: int) -> None:
        """A person closes an issue."""
        await self.github.person(login).close(number)

    async def writes(self, path: str, text: str) -> None:
        """A person commits a file."""
        await self.github.person("alice").put_file(path, text)

    async def later(self) -> None:
        """GitHub's timestamps are whole seconds."""
        await asyncio.sleep(1.1)

    def counted(self) -> int:
        """The calls that GitHub has counted."""
        return len(self.github.proxy.counted())


class TestRestGateway(GatewayContract):
    @pytest.fixture
    def owners(self) -> str:
        return ""

    @pytest.fixture
    async def world(self, github: GitHub) -> AsyncIterator[RestWorld]:
        async with aiohttp.ClientSession() as session:
            yield RestWorld(github, session)
