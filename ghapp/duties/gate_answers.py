"""Answers those who say `/go` or `/no-go`: a thumb if it counts, else why not; each once."""

from collections.abc import Iterable
from typing import Final

from ghapp.core.effects import Reaction, Say
from ghapp.core.gate_facts import GateFacts
from ghapp.core.gate_replies import Reply, reply
from ghapp.core.pull_request import Pull
from ghapp.core.said import WAIVE, Word
from ghapp.duties.records import Memory
from ghapp.github.gateway import Gateway
from ghapp.github.reconciler import Reconciler, Texts
from ghapp.model.release import Release

ANSWERED: Final = "gate-answer"
"""Kind of memory: what was last answered to each word."""


class GateAnswers:
    """Level-triggered: looks at what stands, and says what has not been said."""

    def __init__(
        self, gateway: Gateway, reconciler: Reconciler, texts: Texts, memory: Memory
    ) -> None:
        self._gateway = gateway
        self._reconciler = reconciler
        self._texts = texts
        self._memory = memory

    async def answer(
        self,
        pull: Pull,
        words: Iterable[Word],
        facts: GateFacts,
        release: Release,
    ) -> None:
        """Answer each word whose standing is not what it was when it was last answered.

        Raises:
            GitHubError: GitHub could not be told; the same may be answered again.
        """
        for word in words:
            if word.name == WAIVE:  # The review standard answers it, by the same freezes.
                continue
            found = reply(word, facts, release)
            if found is not None:
                await self._say(pull, word, found)

    async def _say(self, pull: Pull, word: Word, found: Reply) -> None:
        name = f"gate:{pull.repo}#{pull.number}:{word.comment}:{word.name}"
        if await self._memory.memory_get(ANSWERED, name) == found.kind:
            return
        reaction = Reaction.DONE if found.counts else Reaction.REFUSED
        await self._gateway.react(pull.repo, word.comment, reaction.value)
        if not found.counts:
            facts = {"name": word.name, "by": word.by, "why": found.why}
            say = Say(f"{name}:{found.kind}", "gate_refused", facts)
            body = self._texts.comment(say, None)
            await self._reconciler.say(pull.repo, pull.number, say, body, look=True)
        await self._memory.memory_put(ANSWERED, name, found.kind)
