"""Documents: whoever has something to review has one open issue that lists it, until the last is done."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

import structlog

from ghapp.core import marker, wire
from ghapp.core.command import Misused, Refused
from ghapp.core.docs_review import KIND, RollUp, owner_in, roll_ups, rows
from ghapp.core.facts import Issue, RepoName
from ghapp.core.github_event import AskEvent
from ghapp.core.marker import Marker
from ghapp.core.routine_asks import DOCS, Asked, review_in
from ghapp.core.slash import Command
from ghapp.core.zoned import to_wall
from ghapp.duties.dated import Dated, generated, marker_of, rewritten
from ghapp.duties.doc_facts import DocsRead, Forge
from ghapp.duties.doc_reviews import DocReviews
from ghapp.duties.paperwork import Papers
from ghapp.duties.replies import Replies
from ghapp.duties.texts import TemplateTexts
from ghapp.github import errors
from ghapp.model.types import Model

log = structlog.get_logger(__name__)

LOOK_EVERY: Final = timedelta(minutes=10)
"""How long a review goes unseen at most."""
SHOWN: Final = 100
"""Of the documents that one person has to review, so many are listed."""

USAGE: Final = "/reviewed path"
_OVER: Final = "over"
"""In the state line of an issue that the app has closed itself; one that people closed is left alone."""


class Docs:
    """The conversation of the home repository's documents; nothing while OWNERS.yaml names none."""

    def __init__(
        self,
        *,
        gateway: Forge,
        dated: Dated,
        read: DocsRead,
        replies: Replies,
        texts: TemplateTexts,
        home: RepoName,
        address: Callable[[str], str],
        wake: Callable[[str], Awaitable[None]],
        now: Callable[[], datetime],
    ) -> None:
        """`address` is where a person reads a file of the home repository."""
        self._gateway = gateway
        self._dated = dated
        self._read = read
        self._reviews = DocReviews(gateway, replies, texts, home)
        self._replies = replies
        self._texts = texts
        self._home = home
        self._address = address
        self._wake = wake
        self._now = now

    async def look(self) -> None:
        """Have the documents looked at soon."""
        await self._wake(DOCS)

    async def papers(self, model: Model) -> Papers:
        """The documents that are due, and where they are.

        Raises:
            GitHubError: GitHub could not be asked.
        """
        if not model.docs:
            return Papers()
        found = (await self._read.find(model, self._now())).found
        links = {one.path: self._address(one.path) for one in found if one.wanted}
        return Papers(documents=found, links=links)

    async def handle(self, events: Sequence[wire.Event], model: Model) -> None:
        """Carry out what was asked, and bring each owner's issue up to date; twice changes nothing.

        Raises:
            GitHubError: GitHub could not be asked or told; the same may be handled again.
        """
        for event in events:
            if isinstance(event, AskEvent):
                await self._answer(event, model)
        if not model.docs:
            if await self._read.forget():
                await self._bring((), model)
            return
        findings = await self._read.find(model, self._now())
        if findings.complete:
            await self._bring(roll_ups(findings.found), model)
        else:
            log.info("documents_not_all_read", read=len(findings.found))

    async def _answer(self, ask: AskEvent, model: Model) -> None:
        typed = Command(ask.name, ask.args, ask.text)
        new = review_in(Asked(typed, ask.sender, ask.asked_at, model))
        try:
            match new:
                case Refused(why):
                    await self._replies.refused(ask, why)
                case Misused():
                    await self._replies.misused(ask, USAGE)
                case _:
                    await self._reviews.propose(ask, new)
        except errors.Refused as refused:
            if refused.status in {401, 403}:
                raise
            log.exception("review_refused", key=ask.key)

    async def _bring(self, wanted: Sequence[RollUp], model: Model) -> None:
        """One open issue for each owner who has something to do, and none for anybody else."""
        known: dict[str, Issue] = {}
        for issue in await self._dated.all(KIND):
            mark = marker_of(issue)
            if mark is not None:
                known.setdefault(mark.key, issue)
        opened = {owner_in(key): issue for key, issue in reversed(known.items()) if issue.open}
        today = to_wall(self._now(), model.timezone).date()
        for roll_up in wanted:
            theirs = opened.pop(roll_up.owner.casefold(), None)
            if theirs is not None:
                await self._dated.edit(theirs, self._text(roll_up, theirs.body, today))
            else:
                await self._open(roll_up, known.get(roll_up.key), today)
        for owner, issue in opened.items():
            text = self._texts.plain("docs_review_over.md", owner=owner)
            state = marker.render_state({_OVER: True})
            await self._dated.edit(issue, f"{state}\n\n{text}", close=True)

    async def _open(self, roll_up: RollUp, before: Issue | None, today: date) -> None:
        """Open the issue of an occasion, or open it again where the app had closed it."""
        mark = Marker(KIND, roll_up.key)
        if before is None:
            await self._dated.open(
                mark,
                title=self._texts.plain("docs_review_title.md", owner=roll_up.owner),
                body=self._text(roll_up, "", today),
                assignees=(roll_up.owner,),
            )
        elif _state(before).get(_OVER) is True:
            body = rewritten(before.body, self._text(roll_up, "", today), mark)
            await self._gateway.edit_issue(
                self._home, before.number, body=body, state="open", state_reason="reopened"
            )

    def _text(self, roll_up: RollUp, body: str, today: date) -> str:
        return self._texts.plain(
            "docs_review.md",
            to=roll_up.owner,
            rows=rows(roll_up, body),
            today=today,
            shown=SHOWN,
        )


def _state(issue: Issue) -> dict[str, Any]:
    return marker.find_state(generated(issue.body)) or {}
