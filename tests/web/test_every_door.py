"""The HTTP contract of every sender's door, whatever `sources/` holds: who proves itself how is in their own tests."""

import io
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ghapp import plugins
from ghapp.core.source import Accepted, Source
from ghapp.core.strict_json import Malformed

pytestmark = pytest.mark.enable_socket

CORPUS = Path(__file__).parents[1] / "corpus"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HEADERS = {
    "Content-Type": "application/json",
    "webhook-id": "msg_1",
    "Request-ID": "r1",
}
SENTRY = "Sentry-Hook-Resource"
"""Says what a message is about; in the corpus the file's name does."""

SOURCES = [source for source in plugins.sources().values() if source.path != "github"]
every_door = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)

HOSTILE = {
    "nothing": b"",
    "cut off": b'{"a": ',
    "a text": b'"firing"',
    "not a number": b'{"status": NaN}',
    "beyond a double": b'{"status": 1e999}',
    "key twice": b'{"status": "firing", "status": "resolved"}',
    "half a surrogate pair": b'{"status": "\\ud800"}',
    "U+0000": b'{"status": "\\u0000"}',
    "deep": b"[" * 100_000 + b"]" * 100_000,
    "not UTF-8": b'{"status": "\xe9"}',
    "UTF-16": '{"status": "firing"}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
}


def unlocked(source: Source) -> Source:
    """A sender that everybody is."""
    return replace(source, verify=lambda *_: None)


def message(source: Source) -> tuple[bytes, Mapping[str, str]]:
    """One of its messages that something is to be done about, with its headers."""
    for path in sorted((CORPUS / source.name).glob("*.json")):
        headers = {**HEADERS, SENTRY: path.stem.partition("-")[0]}
        try:
            parsed = source.parse(path.read_bytes(), headers, {}, NOW)
        except Malformed:
            continue
        if isinstance(parsed, Accepted):
            return path.read_bytes(), headers
    raise AssertionError(f"nothing in the corpus of {source.name} asks for anything")


async def post(doors: Any, source: Source, body: bytes, headers: Mapping[str, str]) -> Any:
    return await doors.client.post(
        f"/webhooks/{source.path}", data=io.BytesIO(body), headers=headers
    )


@pytest.fixture
def open_to(doors_of: Any) -> Any:
    """Start the application with one sender, which is on."""

    async def start(source: Source) -> Any:
        variables = dict.fromkeys(source.variables, "a-secret")
        return await doors_of(sources={source.name: source}, variables=variables)

    return start


@every_door
async def test_stored_then_accepted_and_known_when_it_comes_again(
    open_to: Any, source: Source
) -> None:
    doors = await open_to(unlocked(source))
    body, headers = message(source)
    answer = await post(doors, source, body, headers)
    assert (answer.status, await answer.text()) == (202, "accepted\n")
    assert doors.inbox.stored
    assert {one.source for one in doors.inbox.stored} == {source.name}
    answer = await post(doors, source, body, headers)
    assert (answer.status, await answer.text()) == (200, "seen before\n")


@every_door
async def test_what_cannot_be_stored_is_sent_back_and_never_as_too_many(
    open_to: Any, source: Source
) -> None:
    doors = await open_to(unlocked(source))
    doors.inbox.away = True
    answer = await post(doors, source, *message(source))
    assert (answer.status, answer.headers["Retry-After"]) == (503, "7")


@every_door
@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
async def test_what_is_no_strict_json_is_refused_in_one_line(
    open_to: Any, source: Source, body: bytes
) -> None:
    doors = await open_to(unlocked(source))
    answer = await post(doors, source, body, {**HEADERS, SENTRY: "event_alert"})
    text = await answer.text()
    if source.parks:
        assert (answer.status, text) == (204, "")
        assert len(doors.inbox.parked) == 1
    else:
        assert (answer.status, text.count("\n")) == (400, 1)
        assert doors.inbox.stored == []


@every_door
async def test_a_stranger_learns_nothing_and_nothing_is_read(open_to: Any, source: Source) -> None:
    def read(*_: Any) -> Any:
        raise AssertionError("it was read before it was proved")

    doors = await open_to(replace(source, parse=read))
    for body in (json.dumps({}).encode(), HOSTILE["deep"], message(source)[0]):
        answer = await post(doors, source, body, HEADERS)
        assert (answer.status, (await answer.text()).count("\n")) == (401, 1)
    assert (doors.inbox.stored, doors.inbox.parked) == ([], {})


@every_door
async def test_a_byte_too_many_is_too_large(open_to: Any, source: Source) -> None:
    doors = await open_to(unlocked(source))
    answer = await post(doors, source, b" " * (source.max_bytes + 1), HEADERS)
    assert answer.status == 413
    assert source.max_bytes == 1024 * 1024


@every_door
async def test_without_all_of_its_secrets_it_is_not_there(doors_of: Any, source: Source) -> None:
    for unset in source.variables:
        known = {name: "a-secret" for name in source.variables if name != unset}
        doors = await doors_of(sources={source.name: source}, variables=known)
        assert (await post(doors, source, b"{}", {})).status == 404


@every_door
async def test_only_post_is_allowed(open_to: Any, source: Source) -> None:
    doors = await open_to(source)
    answer = await doors.client.get(f"/webhooks/{source.path}")
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")
