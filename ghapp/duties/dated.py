"""Issues that there must be exactly one of for ever: known by their marker, opened once whatever crashes."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from ghapp.core import marker
from ghapp.core.facts import Issue, RepoName
from ghapp.core.marker import Marker
from ghapp.duties.texts import LONGEST_BODY
from ghapp.engine.store import Done
from ghapp.github.gateway import Gateway, ListState
from ghapp.github.once import Ledger, Once
from ghapp.model.names import Login

log = structlog.get_logger(__name__)

BEGIN = "<!-- ghapp:generated -->"
END = "<!-- ghapp:end -->"

_SKEW = timedelta(hours=1)
"""How far GitHub's clock may be from ours."""


class Dated:
    """Opens, finds and edits issues by kind and key, in the home repository; the kind is their label."""

    def __init__(
        self, gateway: Gateway, ledger: Ledger, home: RepoName, now: Callable[[], datetime]
    ) -> None:
        self._gateway = gateway
        self._once = Once(ledger, now)
        self._home = home

    async def open(
        self,
        mark: Marker,
        *,
        title: str,
        body: str,
        below: str = "",
        labels: Sequence[str] = (),
        assignees: Sequence[Login] = (),
        since: datetime | None = None,
    ) -> Issue | None:
        """Open the issue of this kind and key; None when there is, or ever was, one.

        What is `below` stands outside the app's marks: it is people's from then on, and never written again.
        Before `since` there can have been none, so older ones are not looked through.

        Raises:
            Unavailable: a process that is gone may have sent it, and GitHub may not have carried it out yet.
            GitHubError: GitHub could not be asked or told.
        """
        name = f"{mark.kind}:{mark.key}"
        if isinstance(await self._once.settle(name), Done):
            return None
        known = await self.find(mark, since=since)
        if known is not None:
            await self._once.done(name, str(known.number))
            return None
        await self._once.intend(name)
        issue = await self._gateway.create_issue(
            self._home,
            title=title,
            body=rewritten(below, body, mark),
            labels=[mark.kind, *labels],
            assignees=assignees,
        )
        await self._once.done(name, str(issue.number))
        log.info("dated_issue_opened", kind=mark.kind, key=mark.key, issue=issue.number)
        return issue

    async def find(self, mark: Marker, *, since: datetime | None = None) -> Issue | None:
        """The issue of this kind and key, open or closed; one that was touched before `since` only is not seen."""
        found = await self.all(mark.kind, since=since)
        return next((issue for issue in found if marker_of(issue) == mark), None)

    async def all(
        self, kind: str, *, state: ListState = "all", since: datetime | None = None
    ) -> list[Issue]:
        """The app's issues of a kind, the oldest first."""
        issues = await self._gateway.list_issues(
            self._home,
            labels=[kind],
            state=state,
            since=since - _SKEW if since is not None else None,
        )
        return [
            issue
            for issue in issues
            if (mark := marker_of(issue)) is not None and mark.kind == kind
        ]

    async def edit(self, issue: Issue, text: str, *, close: bool = False) -> Issue:
        """Replace what the app wrote in an issue, and perhaps close it, in one call at most; people's words stay."""
        mark = marker_of(issue)
        assert mark is not None
        body = rewritten(issue.body, text, mark)
        if body == issue.body and not (close and issue.open):
            return issue
        return await self._gateway.edit_issue(
            issue.repo,
            issue.number,
            body=None if body == issue.body else body,
            state="closed" if close else None,
            state_reason="completed" if close else None,
        )


def marker_of(issue: Issue) -> Marker | None:
    """The marker of an issue that the app opened."""
    return marker.find(issue.body) if issue.author_is_app else None


def generated(body: str) -> str:
    """What the app wrote in a body, as `rewritten` put it there; empty where somebody has taken its marks away."""
    _, begin, rest = body.partition(BEGIN)
    text, end, _ = rest.partition(END)
    return text.strip() if begin and end else ""


def rewritten(body: str, text: str, mark: Marker) -> str:
    """A body with another text between the app's marks, and the marker as its last line; the rest stays.

    The text is cut where it would make the body longer than GitHub takes.
    """
    sealed = marker.render(mark)
    lines = body.replace("\r\n", "\n").split("\n")
    kept = "\n".join(line for line in lines if line != sealed)
    before, begin, rest = kept.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        before, after = "", f"\n\n{kept}"
    room = LONGEST_BODY - len(f"{before}{BEGIN}\n\n{END}{after}\n\n{sealed}")
    whole = f"{before}{BEGIN}\n{text.strip()[: max(room, 0)]}\n{END}{after}"
    return f"{whole.rstrip()}\n\n{sealed}"
