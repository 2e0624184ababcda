"""Answers commands that were passed on: a reaction, and a comment with the reason when they were refused."""

from ghapp.core.effects import Reaction, Say
from ghapp.core.github_event import AskEvent
from ghapp.duties.texts import TemplateTexts
from ghapp.github.gateway import Gateway
from ghapp.github.reconciler import Reconciler


class Replies:
    """One answer for each command, however often it is handled."""

    def __init__(self, gateway: Gateway, reconciler: Reconciler, texts: TemplateTexts) -> None:
        self._gateway = gateway
        self._reconciler = reconciler
        self._texts = texts

    async def done(self, ask: AskEvent, say: Say | None = None) -> None:
        """It was carried out; `say` is for what a reaction cannot tell, and has its own occasion."""
        if say is not None:
            await self._say(ask, say)
        await self._gateway.react(ask.repo, ask.comment_id, Reaction.DONE.value)

    async def refused(self, ask: AskEvent, why: str) -> None:
        """It was not carried out; `why` is Markdown in the app's own words, with nothing that anybody typed."""
        await self._say(ask, Say(ask.key, "refused", {"name": ask.name, "why": why}))
        await self._gateway.react(ask.repo, ask.comment_id, Reaction.REFUSED.value)

    async def misused(self, ask: AskEvent, usage: str) -> None:
        """Its arguments do not fit."""
        await self._say(ask, Say(ask.key, "misused", {"name": ask.name, "usage": usage}))
        await self._gateway.react(ask.repo, ask.comment_id, Reaction.REFUSED.value)

    async def _say(self, ask: AskEvent, say: Say) -> None:
        body = self._texts.comment(say, None)
        await self._reconciler.say(ask.repo, ask.number, say, body, look=False)
