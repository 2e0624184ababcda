"""The emulated GitHub as a whole: emulator and proxy, its people, and what the app needs to know."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from secrets import token_hex
from typing import Self

import aiohttp

from ghapp.demo import cast
from ghapp.demo.emulator import Emulator
from ghapp.demo.people import Person
from ghapp.demo.proxy import Proxy


@dataclass(slots=True)
class GitHub:
    """A running emulated GitHub."""

    emulator: Emulator
    proxy: Proxy
    _session: aiohttp.ClientSession

    @classmethod
    @asynccontextmanager
    async def running(
        cls, owners: str = "", *, private_key_pem: str = "", base_path: str = ""
    ) -> AsyncIterator[Self]:
        """Start it with `owners` as OWNERS.yaml of the home repository, none if empty; stop it.

        Raises:
            MissingToolError: Node.js or the emulator is not installed.
            EmulatorError: It did not start.
        """
        secret = token_hex(16)
        proxy = Proxy(webhook_secret=secret, base_path=base_path)
        try:
            await proxy.start()
            emulator = await Emulator.start(
                base_url=proxy.api_url,
                webhook_url=proxy.webhook_url,
                webhook_secret=secret,
                private_key_pem=private_key_pem,
            )
            proxy.upstream = emulator.url
            proxy.admit(emulator.tokens)
            try:
                async with aiohttp.ClientSession() as session:
                    github = cls(emulator, proxy, session)
                    if owners:
                        await github.person("alice").put_file("OWNERS.yaml", owners)
                        await proxy.hooks.received(1)
                        proxy.hooks.clear()
                    yield github
            finally:
                await emulator.stop()
        finally:
            await proxy.stop()

    def person(self, login: str) -> Person:
        """One of alice, bob, carol and mallory."""
        return Person(login, self.emulator.tokens[login], self.proxy.api_url, self._session)

    def environment(self) -> dict[str, str]:
        """The settings by which the app finds this GitHub."""
        return {
            "GHAPP_GITHUB_APP_ID": str(self.emulator.app_id),
            "GHAPP_GITHUB_PRIVATE_KEY": self.emulator.private_key_pem,
            "GHAPP_GITHUB_WEBHOOK_SECRET": self.emulator.webhook_secret,
            "GHAPP_GITHUB_API_URL": self.proxy.api_url,
            "GHAPP_HOME_REPO": cast.HOME,
        }
