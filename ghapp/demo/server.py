"""The real `ghapp serve` as a process: started, killed and restarted at will."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

_EXECUTABLE = Path(sys.executable).with_name("ghapp")
_POLL = 0.05


class ServerError(Exception):
    """`ghapp serve` did not come up; its last log lines are in the message."""


@dataclass(slots=True)
class Server:
    """`ghapp serve` with `settings` (GHAPP_… by name) and its log appended to the file `log`.

    The port stays the same over restarts.
    """

    settings: Mapping[str, str]
    log: Path
    port: int = 0
    _process: asyncio.subprocess.Process | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.returncode is None

    async def start(self, *, within: float = 30) -> None:
        """Start the process and wait until `/readyz` says 200.

        Raises:
            ServerError: It ended, or was not ready within `within` seconds.
        """
        await self.launch()
        try:
            async with asyncio.timeout(within):
                await self.wait_ready()
        except TimeoutError:
            await self.kill9()
            raise ServerError(f"not ready within {within} s:\n{self.tail()}") from None

    def reserve_port(self) -> None:
        """Choose the port now, so that `url` is known before the start."""
        self.port = self.port or _free_port()

    async def launch(self) -> None:
        """Start the process without waiting for anything.

        Raises:
            ServerError: Its port can't be used; another process there would answer in its place.
        """
        self.reserve_port()
        _ensure_free(self.port)
        clean = {name: value for name, value in os.environ.items() if not name.startswith("GHAPP_")}
        place = {"GHAPP_HOST": "127.0.0.1", "GHAPP_PORT": str(self.port)}
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                str(_EXECUTABLE),
                "serve",
                env={**clean, **place, **self.settings},
                cwd=self.log.parent,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    async def wait_ready(self) -> None:
        """Wait until `/readyz` says 200; the caller bounds the time.

        Raises:
            ServerError: The process ended.
        """
        async with aiohttp.ClientSession() as session:
            while self.running:
                with contextlib.suppress(aiohttp.ClientError):
                    async with session.get(f"{self.url}/readyz") as answer:
                        if answer.status == 200:
                            return
                await asyncio.sleep(_POLL)  # another process's start sends no event
        raise ServerError(f"ended with {self.returncode}:\n{self.tail()}")

    @property
    def returncode(self) -> int | None:
        """What the process ended with, negative for a signal; None while it runs."""
        return None if self._process is None else self._process.returncode

    async def kill9(self) -> None:
        """Kill it as a power cut would."""
        await self._signal(signal.SIGKILL)

    async def terminate(self, *, within: float = 15) -> int:
        """Ask it to end (SIGTERM) and return its exit code.

        Raises:
            TimeoutError: It still ran after `within` seconds; it has been killed.
        """
        try:
            async with asyncio.timeout(within):
                return await self._signal(signal.SIGTERM)
        except TimeoutError:
            await self.kill9()
            raise

    async def restart(self) -> None:
        """Kill it if it runs, and start it again on the same port and database."""
        await self.kill9()
        await self.start()

    async def _signal(self, number: int) -> int:
        if self._process is None:
            return 0
        if self._process.returncode is None:
            self._process.send_signal(number)
        return await self._process.wait()

    def lines(self) -> list[dict[str, Any]]:
        """Its log so far, parsed; what is not JSON is `{"text": line}`."""
        return [_parse(line) for line in self._text().splitlines()]

    def tail(self, count: int = 60) -> str:
        """The last lines of its log."""
        return "\n".join(self._text().splitlines()[-count:])

    def _text(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""


def _parse(line: str) -> dict[str, Any]:
    try:
        parsed = json.loads(line)
    except ValueError:
        return {"text": line}
    return parsed if isinstance(parsed, dict) else {"text": line}


def _ensure_free(port: int) -> None:
    with socket.socket() as probe:
        # As the server does: connections of its former life may still be closing.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise ServerError(f"port {port} can't be used: {error.strerror}") from error


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
