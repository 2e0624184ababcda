"""The database's file is deleted under the running server: it starts anew by itself, and nothing is doubled."""

from pathlib import Path

import aiohttp

from tests.support import gcp
from tests.support.e2e import incidents, send


async def test_a_file_deleted_under_the_server_is_made_anew_from_github(
    github, ghapp_server, tmp_path
):
    server = ghapp_server()
    await server.start()
    first, second = gcp.incident(), gcp.incident(resource=gcp.service(2))
    assert (await send(server, first)).status == 202

    async def opened(count: int):
        return len(await incidents(github)) == count

    await github.proxy.eventually(lambda: opened(1))
    delete_database(tmp_path)

    async def taken():
        try:
            answer = await send(server, second)
        except aiohttp.ClientConnectionError:
            return False  # between the old runtime and the new one nobody listens
        assert answer.status in {202, 503}, "it says so when it can't store"
        return answer.status == 202

    await github.proxy.eventually(taken, within=20)
    await github.proxy.eventually(lambda: opened(2), within=20)
    assert (await send(server, first)).status == 202
    assert await opened(2)
    assert server.running


def delete_database(folder: Path) -> None:
    for file in folder.glob("ghapp-1.sqlite*"):
        file.unlink()
