"""Apprise as it really is, against a receiver on loopback: what arrives, what is refused, what is never said."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import apprise
import pytest

from ghapp.clients.pager import ApprisePager, NoChannel, NotTaken, variable_of, without_secrets
from tests.support.pager import Receiver, receiver

pytestmark = [
    pytest.mark.enable_socket,
    # Apprise imports it for one of its services.
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning"),
]


@pytest.fixture
async def phone() -> AsyncIterator[Receiver]:
    async with receiver() as found:
        yield found


def pager(phone: Receiver, *, timeout: float = 5) -> ApprisePager:
    variables = {
        "GHAPP_NOTIFY_ALICE": phone.url("alice"),
        "GHAPP_NOTIFY_TYPO": "nosuchservice://token-of-alice",
        "GHAPP_NOTIFY_NONSENSE": "alice@acme.example",
        "GHAPP_NOTIFY_BLANK": "  ",
        "GHAPP_NOTIFY_CLOSED": "json://alice:hunter22@127.0.0.1:1/topic-of-alice?rto=1&cto=1",
    }
    return ApprisePager(variables, timeout=timeout)


async def test_subject_and_text_arrive_as_they_are(phone: Receiver) -> None:
    body = "Area: a & b <c>\n\n*not* _markdown_ {{ x }} \\n :smile:"
    await pager(phone).send("env:ALICE", "[sev1] Latency > 5 s", body, urgent=True)
    (page,) = phone.pages
    assert page.subject == "[sev1] Latency > 5 s"
    assert page.body == body


@pytest.mark.parametrize("status", [301, 400, 401, 429, 500, 503])
async def test_a_channel_that_answers_with_an_error_has_not_taken_it(
    phone: Receiver, status: int
) -> None:
    phone.answers["alice"] = [status]
    with pytest.raises(NotTaken, match=f"error={status}"):
        await pager(phone).send("env:ALICE", "s", "b", urgent=True)
    await pager(phone).send("env:ALICE", "s", "b", urgent=True)
    assert len(phone.pages) == 2


async def test_one_that_does_not_answer_is_waited_for_only_so_long(phone: Receiver) -> None:
    phone.silent.add("alice")
    with pytest.raises(NotTaken, match="did not finish within"):
        await pager(phone, timeout=0.3).send("env:ALICE", "s", "b", urgent=True)


@pytest.mark.parametrize(
    ("channel", "reason"),
    [
        ("env:BOB", "GHAPP_NOTIFY_BOB is not set"),
        ("env:BLANK", "GHAPP_NOTIFY_BLANK is not set"),
        ("env:TYPO", "GHAPP_NOTIFY_TYPO is no URL that apprise understands"),
        ("env:NONSENSE", "GHAPP_NOTIFY_NONSENSE is no URL that apprise understands"),
    ],
)
async def test_one_that_is_not_there(phone: Receiver, channel: str, reason: str) -> None:
    with pytest.raises(NoChannel) as missing:
        await pager(phone).send(channel, "s", "b", urgent=True)
    assert str(missing.value) == reason


@contextmanager
def root_log() -> Iterator[list[str]]:
    """Whatever the application's log gets, at its most talkative."""
    lines: list[str] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    root, handler = logging.getLogger(), Handler()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


async def test_what_the_url_is_made_of_is_never_said(phone: Receiver) -> None:
    with root_log() as lines, pytest.raises(NotTaken) as refusal:
        await pager(phone).send("env:CLOSED", "s", "b", urgent=True)
    said = "\n".join([str(refusal.value), *lines])
    assert "Connection error" in said
    for secret in ("alice", "hunter22", "127.0.0.1", "topic"):
        assert secret not in said


@pytest.mark.parametrize(
    ("url", "text", "shown"),
    [
        (
            "slack://T1JJ/A1BR/TIia/#ops",
            "Failed to send to ops: T1JJ/A1BR",
            "Failed to send to …: …/…",
        ),
        ("ntfy://user:p%40ss@host/t", "p@ss p%40ss user", "… … …"),
        ("json://h/x", "two\nlines", "two lines"),
    ],
)
def test_secrets_are_taken_out(url: str, text: str, shown: str) -> None:
    assert without_secrets(text, url) == shown


def test_the_variable_of_a_channel() -> None:
    assert variable_of("env:ALICE_PAGER") == "GHAPP_NOTIFY_ALICE_PAGER"


async def test_several_at_the_same_time(phone: Receiver) -> None:
    sender = pager(phone)
    sends = (sender.send("env:ALICE", f"s{n}", "b", urgent=False) for n in range(20))
    await asyncio.gather(*sends)
    assert {page.subject for page in phone.pages} == {f"s{n}" for n in range(20)}


async def test_a_service_that_breaks_is_one_that_has_not_taken_it(
    phone: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(url: str) -> None:
        raise KeyError(url)

    monkeypatch.setattr(apprise.Apprise, "instantiate", broken)
    with pytest.raises(NotTaken, match="apprise failed: KeyError") as refusal:
        await pager(phone).send("env:ALICE", "s", "b", urgent=True)
    assert "127.0.0.1" not in str(refusal.value)
