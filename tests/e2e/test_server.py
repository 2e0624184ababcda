"""The process that the other tests drive can be started, killed, restarted, and explains itself."""

import pytest

from ghapp.demo.server import Server, ServerError


async def test_without_settings_it_says_what_is_missing(tmp_path):
    server = Server({}, tmp_path / "log")
    with pytest.raises(ServerError, match="GHAPP_GITHUB_APP_ID"):
        await server.start()
    assert server.returncode == 2


async def test_it_lives_dies_and_lives_again(ghapp_server):
    server = ghapp_server()
    await server.start()
    assert server.running
    await server.kill9()
    assert server.returncode == -9
    await server.restart()
    assert await server.terminate() == 0
    assert server.lines()
