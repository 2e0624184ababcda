"""The process of the emulated GitHub: started on a free loopback port, stopped by its own handle."""

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

import ghapp
from ghapp.demo import cast, node
from ghapp.demo.node import MissingToolError

_FOLDER = Path(ghapp.__file__).parent.parent / "tests" / "emulator"
_START = 30.0
_STOP = 5.0


class EmulatorError(Exception):
    """The emulated GitHub did not start; its output is in the message."""


def private_key() -> str:
    """A new key for the App, in the format (PKCS #1) of those that GitHub generates."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    ).decode()


@dataclass(slots=True)
class Emulator:
    """A running emulated GitHub with the cast of `ghapp.demo.cast`.

    `url` is where it listens; its links lead to the address it was told to advertise.
    """

    url: str
    app_id: int
    private_key_pem: str
    webhook_secret: str
    tokens: dict[str, str]
    _process: asyncio.subprocess.Process
    _output: deque[str] = field(default_factory=lambda: deque(maxlen=200))
    _readers: list[asyncio.Task[None]] = field(default_factory=list)

    @classmethod
    async def start(
        cls,
        *,
        base_url: str,
        webhook_url: str,
        webhook_secret: str,
        private_key_pem: str = "",
    ) -> Self:
        """Start it and wait until it listens.

        `base_url` is the address that its links lead to, `webhook_url` where it sends deliveries.

        Raises:
            MissingToolError: Node.js or the emulator is not installed.
            EmulatorError: It stopped, or did not listen within half a minute.
        """
        if not (_FOLDER / "node_modules" / "emulate").is_dir():
            raise MissingToolError("The emulated GitHub is not installed.", "Run `make emulator`.")
        pem = private_key_pem or private_key()
        seed = cast.seed(private_key=pem, webhook_url=webhook_url, webhook_secret=webhook_secret)
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *node.command("node"), "serve.mjs", cwd=_FOLDER, stdin=pipe, stdout=pipe, stderr=pipe
        )
        emulator = cls(
            url="",
            app_id=cast.APP_ID,
            private_key_pem=pem,
            webhook_secret=webhook_secret,
            tokens={login: cast.token(login) for login in (*cast.MEMBERS, cast.STRANGER)},
            _process=process,
        )
        await emulator._begin({"seed": seed, "baseUrl": base_url})
        return emulator

    async def _begin(self, options: dict[str, object]) -> None:
        stdin, stdout, stderr = self._process.stdin, self._process.stdout, self._process.stderr
        assert stdin is not None
        assert stdout is not None
        assert stderr is not None
        self._readers.append(asyncio.create_task(self._keep(stderr)))
        stdin.write(json.dumps(options).encode() + b"\n")
        try:
            async with asyncio.timeout(_START):
                line = await stdout.readline()
        except TimeoutError:
            line = b""
        if not line:
            await self.stop()
            raise EmulatorError(f"the emulated GitHub did not start:\n{self.output}")
        self.url = f"http://127.0.0.1:{json.loads(line)['port']}"
        self._readers.append(asyncio.create_task(self._keep(stdout)))

    async def _keep(self, stream: asyncio.StreamReader) -> None:
        while line := await stream.readline():
            self._output.append(line.decode(errors="replace").rstrip())

    @property
    def output(self) -> str:
        """The last lines that it has printed, for diagnosis."""
        return "\n".join(self._output)

    async def stop(self) -> None:
        """Stop it; a second time does nothing."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            async with asyncio.timeout(_STOP):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await asyncio.gather(*self._readers)
