"""Sends messages through apprise: to ntfy, Slack, Pushover, e-mail, SMS and a hundred others."""

import asyncio
import logging
import re
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import unquote

import apprise

TIMEOUT = 10.0
"""Seconds that one try may take."""

_PREFIX = "env:"
_VARIABLE = "GHAPP_NOTIFY_"
_SHORTEST_SECRET = 3
_HIDDEN = "…"


class NotTaken(Exception):  # noqa: N818 - what the channel did
    """The channel did not take the message this time; the reason is for an operator and has no secret in it."""


class NoChannel(Exception):  # noqa: N818 - what is missing
    """There is no such channel: its variable is unset, or holds nothing that apprise understands."""


class Pager(Protocol):
    """Tells people of something outside GitHub."""

    async def send(self, channel: str, subject: str, body: str, *, urgent: bool) -> None:
        """Send plain text through a channel, which OWNERS.yaml writes as `env:NAME`.

        Raises:
            NotTaken: it may be taken later; or it was taken, and the answer was lost.
            NoChannel: it never will be.
        """
        ...


class ApprisePager:
    """Sends through the URLs in the environment variables `GHAPP_NOTIFY_NAME`, which are secrets."""

    def __init__(self, variables: Mapping[str, str], *, timeout: float = TIMEOUT) -> None:
        """Use these environment variables; one try may take `timeout` seconds."""
        self._variables = variables
        self._timeout = timeout
        # What they log by themselves may name addresses and topics, which are as good as keys.
        logging.getLogger("apprise").propagate = False
        logging.getLogger("urllib3").setLevel(logging.INFO)

    async def send(self, channel: str, subject: str, body: str, *, urgent: bool) -> None:
        """As `Pager.send` says."""
        url = self._url(channel)
        try:
            await self._through(url, channel, subject, body, urgent=urgent)
        except (NoChannel, NotTaken):
            raise
        except Exception as error:  # one service that breaks must not keep the others untried
            reason = without_secrets(str(error), url)
            raise NotTaken(f"apprise failed: {type(error).__name__}: {reason}") from error

    async def _through(
        self, url: str, channel: str, subject: str, body: str, *, urgent: bool
    ) -> None:
        # Apprise reads all of its plugins when it is asked for the first one.
        service = await asyncio.to_thread(_service, url)
        if service is None:
            raise NoChannel(f"{variable_of(channel)} is no URL that apprise understands")
        kind = apprise.NotifyType.FAILURE if urgent else apprise.NotifyType.WARNING
        sender = apprise.Apprise()
        sender.add(service)
        with await sender.async_notify(
            body=body,
            title=subject,
            notify_type=kind,
            body_format=apprise.NotifyFormat.TEXT,
            timeout=self._timeout,
            log_level=logging.WARNING,
        ) as result:
            if not result:
                said = " ".join(entry.message for entry in result.logs())
                raise NotTaken(without_secrets(said, url) or "it gave no reason")

    def _url(self, channel: str) -> str:
        url = self._variables.get(variable_of(channel), "").strip()
        if not url:
            raise NoChannel(f"{variable_of(channel)} is not set")
        return url


def variable_of(channel: str) -> str:
    """The environment variable that a channel of OWNERS.yaml means."""
    return f"{_VARIABLE}{channel.removeprefix(_PREFIX)}"


def _service(url: str) -> apprise.NotifyBase | None:
    service: apprise.NotifyBase | None = apprise.Apprise.instantiate(url)
    return service


def without_secrets(text: str, url: str) -> str:
    """A text of apprise's without anything that the URL is made of, on one line."""
    for part in sorted(_parts(url), key=len, reverse=True):
        text = text.replace(part, _HIDDEN)
    return " ".join(text.split())


def _parts(url: str) -> set[str]:
    """Everything in a URL that could be a secret, as written and decoded; its scheme is none."""
    _, _, rest = url.partition("://")
    pieces = {rest, *re.split(r"[/@:?&=#,]+", rest)}
    pieces |= {unquote(piece) for piece in pieces}
    return {piece for piece in pieces if len(piece) >= _SHORTEST_SECRET}
