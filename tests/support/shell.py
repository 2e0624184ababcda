"""Run a command of ghapp as a process with the settings of a server."""

import asyncio
import os
import sys
from pathlib import Path

from ghapp.demo.server import Server

GHAPP = Path(sys.executable).with_name("ghapp")


async def ghapp(server: Server, *words: str) -> tuple[int, str, str]:
    """Run a command where the server runs: exit code, what it printed, and what it complained of."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GHAPP_")}
    process = await asyncio.create_subprocess_exec(
        GHAPP,
        *words,
        env={**clean, **server.settings, "COLUMNS": "200"},
        cwd=server.log.parent,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()
