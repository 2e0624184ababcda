"""Bodies are read to a bound, in size and in time."""

import asyncio

import pytest
from aiohttp import StreamReader, web
from aiohttp.base_protocol import BaseProtocol
from aiohttp.test_utils import make_mocked_request

from ghapp.web.answers import Refused, read_body


@pytest.fixture
async def content() -> StreamReader:
    """A body on its way."""
    loop = asyncio.get_running_loop()
    return StreamReader(BaseProtocol(loop), limit=2**16, loop=loop)


def request_with(content: StreamReader) -> web.Request:
    return make_mocked_request("POST", "/webhooks/gcp", payload=content)


async def test_a_body_in_pieces_is_put_together(content: StreamReader) -> None:
    for piece in (b"ab", b"", b"cd"):
        content.feed_data(piece)
    content.feed_eof()
    assert await read_body(request_with(content), 4) == b"abcd"


async def test_no_body_is_an_empty_one(content: StreamReader) -> None:
    content.feed_eof()
    assert await read_body(request_with(content), 4) == b""


async def test_a_body_without_a_stated_length_is_bounded_too(content: StreamReader) -> None:
    content.feed_data(b"abcde")
    with pytest.raises(Refused) as refused:
        await read_body(request_with(content), 4)
    assert (refused.value.status, refused.value.say) == (413, "larger than 4 bytes")


@pytest.mark.parametrize(
    "error", [ConnectionResetError("gone"), web.RequestPayloadError("no gzip")], ids=repr
)
async def test_a_body_that_breaks_off_is_refused(content: StreamReader, error: Exception) -> None:
    content.set_exception(error)
    with pytest.raises(Refused) as refused:
        await read_body(request_with(content), 4)
    assert (refused.value.status, refused.value.reason) == (400, "broken")


async def test_a_sender_that_has_hung_up_is_refused(content: StreamReader) -> None:
    with pytest.raises(Refused) as refused:
        await read_body(request_with(content), 4)
    assert (refused.value.status, refused.value.reason) == (400, "broken")
