"""A test page: whether somebody's channels take a message, asked of each of them once."""

import asyncio
from collections.abc import Sequence

from ghapp.cli.checkup import Finding, ok, problem
from ghapp.clients.pager import NoChannel, NotTaken, Pager
from ghapp.core.paging import channels_of
from ghapp.duties.page_texts import PageTexts
from ghapp.model.names import Login
from ghapp.model.types import Model


def examine(login: Login, model: Model, pager: Pager) -> list[Finding]:
    """Send a test page to each channel of a person, all at the same time."""
    channels = channels_of(login, model)
    if not channels:
        hint = "Add `notify: [env:NAME]` to their entry in OWNERS.yaml."
        return [problem(login, "has no channel besides GitHub", hint)]
    return asyncio.run(_each(login, channels, pager))


async def _each(login: Login, channels: Sequence[str], pager: Pager) -> list[Finding]:
    return list(await asyncio.gather(*(_one(login, channel, pager) for channel in channels)))


async def _one(login: Login, channel: str, pager: Pager) -> Finding:
    message = PageTexts(link=lambda path: path).test(login)
    try:
        await pager.send(channel, message.subject, message.body, urgent=False)
    except NoChannel as missing:
        hint = "Put its apprise URL there: https://github.com/caronc/apprise/wiki"
        return problem(channel, str(missing), hint)
    except NotTaken as refusal:
        return problem(channel, f"did not take it: {refusal}", "Is the URL right, and complete?")
    return ok(channel, f"took it: {login} should have it by now")
