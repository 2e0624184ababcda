"""GitHub's events about the issues of the routines: what people do to a postmortem, an action, a roll-up."""

from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import Final

from ghapp.core import docs_review, postmortem
from ghapp.core.facts import IssueEvent, RepoName
from ghapp.core.postmortem_state import ACTION
from ghapp.core.routine_asks import DOCS, POSTMORTEMS
from ghapp.model.names import Login
from ghapp.web.github_payloads import Issues
from ghapp.web.github_release_events import bears
from ghapp.web.github_route import Place, Routed

_CONVERSATIONS: Final[Mapping[str, str]] = {
    postmortem.KIND: POSTMORTEMS,
    ACTION: POSTMORTEMS,
    docs_review.KIND: DOCS,
}
"""By the label of the issue."""
_ACTIONS: Final = frozenset({"closed", "reopened", "edited"})


def issue(found: Issues, place: Place) -> Iterator[Routed]:
    """What others than the app do to such an issue, to its conversation."""
    told = found.action in _ACTIONS and place.is_home(found.repository)
    if not told or place.is_app(found.sender):
        return
    wanted = [name for label, name in _CONVERSATIONS.items() if bears(found.issue, label)]
    for conversation in dict.fromkeys(wanted):
        yield (
            conversation,
            IssueEvent(
                repo=RepoName(found.repository.full_name),
                number=found.issue.number,
                action=found.action,
                sender=Login(found.sender.login),
                at=found.issue.updated_at.astimezone(UTC),
            ),
        )
