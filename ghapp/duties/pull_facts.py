"""Gathers what the review standard goes by: three reads for most pull requests, and a word for what cannot be read."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol, TypeVar

import structlog

from ghapp.core.diff import digest
from ghapp.core.facts import RepoName, Sha
from ghapp.core.freeze import Window
from ghapp.core.linked import references
from ghapp.core.pull_request import ChangedFile, Pull
from ghapp.core.review import needs
from ghapp.core.review_facts import IssueRef, LinkedIssue, Need, ReviewFacts
from ghapp.core.rule import ReviewRule
from ghapp.core.verdict import Unread
from ghapp.core.waiving import LOST, found_in, from_comments
from ghapp.duties.pull_states import PullState, Waived
from ghapp.duties.standards import Standards
from ghapp.github.errors import Denied, Gone, NotFound, Refused, Unavailable
from ghapp.github.gateway import Gateway
from ghapp.github.gateway_pulls import Listing, PullGateway
from ghapp.model.names import AreaName
from ghapp.model.types import Model

log = structlog.get_logger(__name__)

HEADS_KEPT = 200
"""Of a pull request's heads the latest are remembered; what an older one changed costs a call."""

T = TypeVar("T")
Windows = Callable[[Model, Collection[AreaName]], Awaitable[tuple[Window, ...]]]


class FactsGateway(Gateway, PullGateway, Protocol):
    """What is asked of GitHub."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """The facts, and what is remembered of them."""

    facts: ReviewFacts
    state: PullState


class PullFacts:
    """Reads the facts of pull requests; only a limit, or that the App is not let in, stops it."""

    def __init__(
        self,
        gateway: FactsGateway,
        standards: Standards,
        rules: Collection[ReviewRule[Any]],
        windows: Windows,
        now: Callable[[], datetime],
    ) -> None:
        """`windows` gives the freezes for what touches some areas."""
        self._gateway = gateway
        self._standards = standards
        self._rules = rules
        self._windows = windows
        self._now = now

    async def gather(self, state: PullState, model: Model) -> Gathered:
        """All that the rules of a model need of a pull request.

        Raises:
            RateLimited: nothing more is to be asked now.
            Denied: GitHub does not let the App in.
        """
        pull = state.pull
        files = await tried(self._gateway.pull_files(pull.repo, pull.number))
        reviews = await tried(self._gateway.pull_reviews(pull.repo, pull.number))
        commits = await tried(self._gateway.pull_commits(pull))
        waived = await self._waived(state)
        if not isinstance(waived, Unread):
            state = replace(state, waived=waived)
        facts = ReviewFacts(
            pull=pull,
            model=model,
            now=self._now(),
            files=_items(files),
            files_complete=_complete(files, pull.changed_files),
            commits=_items(commits),
            commits_complete=isinstance(commits, Listing) and commits.complete,
            reviews=_whole(reviews),
            diffs={},
            waivers=waived if isinstance(waived, Unread) else tuple(one.waiver for one in waived),
            issues={},
            template=None,
            windows=(),
        )
        if isinstance(commits, Listing) and [one.sha for one in commits.items[-1:]] == [pull.head]:
            state = _learned(state, facts)
        facts = of_this_base(facts, state)
        facts = replace(facts, diffs=await self._diffs(state, facts))
        known = {sha: text for sha, text in facts.diffs.items() if isinstance(text, str)}
        state = replace(state, diffs={**state.diffs, **known})
        return Gathered(await self._for_rules(facts), state)

    async def _for_rules(self, facts: ReviewFacts) -> ReviewFacts:
        wanted, model = needs(facts.model, self._rules), facts.model
        if Need.ISSUES in wanted:
            facts = replace(facts, issues=await self._issues(facts.pull))
        if Need.TEMPLATE in wanted:
            template = await tried(self._standards.template(facts.pull.repo))
            facts = replace(facts, template=template)
        if Need.FREEZES in wanted:
            touched = facts.touched
            areas = tuple(model.areas) if isinstance(touched, Unread) else tuple(touched)
            facts = replace(facts, windows=await tried(self._windows(model, areas)))
        return facts

    async def _issues(self, pull: Pull) -> Mapping[IssueRef, LinkedIssue | Unread | None]:
        return {
            one.issue: await self._issue(one.issue.repo, one.issue.number)
            for one in references(pull)
        }

    async def _issue(self, repo: RepoName, number: int) -> LinkedIssue | Unread | None:
        try:
            issue = await self._gateway.get_issue(repo, number)
        except (NotFound, Gone, Denied):  # where the App is not installed it sees nothing
            return None
        except (Unavailable, Refused) as error:
            return Unread(str(error))
        return LinkedIssue(issue.title, issue.open, issue.is_pull)

    async def _diffs(self, state: PullState, facts: ReviewFacts) -> Mapping[Sha, str | Unread]:
        """The digest of every other head that counts: mostly it is remembered, else it is one call."""
        pull = facts.pull
        wanted = dict.fromkeys([*_approved(facts), *_waived(facts)])
        found: dict[Sha, str | Unread] = {}
        for head in wanted:
            if head in {pull.head, LOST, _elsewhere(pull.head)}:
                continue
            if head in state.diffs:
                found[head] = state.diffs[head]
                continue
            earlier = await self._between(pull, head)
            if earlier is not None:
                found[head] = earlier
        return found

    async def _between(self, pull: Pull, head: Sha) -> str | Unread | None:
        """The digest of what an earlier head changed; None where it is lost, or more than GitHub lists."""
        try:
            earlier = await self._gateway.changed_between(pull.repo, pull.base, head)
        except Denied:
            raise
        except (NotFound, Gone):
            return None
        except (Unavailable, Refused) as error:
            return Unread(str(error))
        return digest(earlier.items) if earlier.complete else None

    async def _waived(self, state: PullState) -> tuple[Waived, ...] | Unread:
        if state.waived is not None:
            return state.waived
        pull = state.pull
        comments = await tried(self._gateway.list_comments(pull.repo, pull.number))
        if isinstance(comments, Unread):
            return comments
        if not any(found_in(one.body) for one in comments):
            return ()
        since = await tried(self._gateway.unchanged_since(pull))
        if isinstance(since, Unread):
            return since
        return tuple(Waived(*one) for one in from_comments(comments, pull.head, since))


def _learned(state: PullState, facts: ReviewFacts) -> PullState:
    """The diff of the head is remembered: it may be what somebody approves.

    Only of a head that was still there when the commits were read, after the files: these may be of a later one.
    """
    found = facts.diff
    if not isinstance(found, str):
        return state
    kept = dict(list(state.diffs.items())[-HEADS_KEPT:])
    kept.setdefault(facts.pull.head, found)  # the first one, should the base be changed under it
    return replace(state, diffs=kept)


def of_this_base(facts: ReviewFacts, state: PullState) -> ReviewFacts:
    """What was said before the base was changed was said of another change, unless it is the same into both."""
    since, head = state.based_at, facts.pull.head
    if since is None or (state.diff_before and facts.diff == state.diff_before):
        return facts
    reviews, waivers = facts.reviews, facts.waivers
    if isinstance(reviews, tuple):
        reviews = tuple(
            replace(one, commit=_elsewhere(head)) if one.commit == head and one.at <= since else one
            for one in reviews
        )
    if isinstance(waivers, tuple):
        waivers = tuple(
            replace(one, head=_elsewhere(head)) if one.head == head and one.at <= since else one
            for one in waivers
        )
    return replace(facts, reviews=reviews, waivers=waivers)


def _elsewhere(head: Sha) -> Sha:
    """A head as it was into another branch; no commit has such a name."""
    return Sha(f"{head}~")


def _approved(facts: ReviewFacts) -> list[Sha]:
    if isinstance(facts.reviews, Unread):
        return []
    return [one.commit for one in facts.reviews if one.state == "approved"]


def _waived(facts: ReviewFacts) -> list[Sha]:
    return [] if isinstance(facts.waivers, Unread) else [one.head for one in facts.waivers]


async def tried(call: Awaitable[T]) -> T | Unread:
    """What a call gives, or why it gave nothing."""
    try:
        return await call
    except Denied:
        raise
    except (Unavailable, Refused) as error:
        log.warning("unread", reason=str(error))
        return Unread(str(error))


def _items(found: Listing[T] | Unread) -> tuple[T, ...] | Unread:
    return found if isinstance(found, Unread) else found.items


def _whole(found: Listing[T] | Unread) -> tuple[T, ...] | Unread:
    if isinstance(found, Unread) or found.complete:
        return _items(found)
    return Unread("GitHub does not list all of them")


def _complete(files: Listing[ChangedFile] | Unread, count: int | None) -> bool:
    """Whether there are no more files than those, by GitHub's own count where it tells one."""
    if isinstance(files, Unread):
        return False
    return files.complete and (count is None or count <= len(files.items))
