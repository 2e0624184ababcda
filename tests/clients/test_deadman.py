"""The dead man's switch: pinged or not, it never raises, and its address is never logged."""

import aiohttp
import pytest
from structlog.testing import capture_logs

from ghapp.clients.deadman import DeadMan
from tests.support.pager import receiver

pytestmark = pytest.mark.enable_socket


async def test_a_ping_is_heard() -> None:
    async with receiver() as watcher, aiohttp.ClientSession() as session:
        assert await DeadMan(session, watcher.deadman).ping()
        assert watcher.pings == 1


@pytest.mark.parametrize(
    "path",
    [pytest.param("/none/such-secret", id="not there"), pytest.param("", id="no address at all")],
)
async def test_one_that_is_not_heard_is_said_without_the_address(path: str) -> None:
    async with receiver() as watcher, aiohttp.ClientSession() as session:
        url = watcher.deadman.replace("/ping", path) if path else "such-secret"
        with capture_logs() as logs:
            assert not await DeadMan(session, url).ping()
    assert [line["event"] for line in logs] == ["deadman_unreachable"]
    assert "such-secret" not in str(logs)


async def test_nor_one_where_nobody_listens() -> None:
    async with aiohttp.ClientSession() as session:
        with capture_logs() as logs:
            assert not await DeadMan(session, "http://127.0.0.1:1/such-secret").ping()
    assert "such-secret" not in str(logs)
