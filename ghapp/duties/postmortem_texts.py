"""The words of postmortems and of their actions' issues, each with what it remembers."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from ghapp.core import marker
from ghapp.core.facts import Comment, Issue, RepoName
from ghapp.core.github_event import AskEvent
from ghapp.core.incident import Incident
from ghapp.core.postmortem_state import State, from_data, to_data
from ghapp.core.response_times import acknowledged_after, ended_after
from ghapp.core.routine_asks import NewAction
from ghapp.core.statistics import length
from ghapp.core.timeline import timeline
from ghapp.duties.dated import generated
from ghapp.duties.records import Record
from ghapp.duties.texts import Markdown, TemplateTexts
from ghapp.model.names import Login

SHOWN: Final = (200, 50, 10)
"""How many moments a timeline shows: the first number with which it is short enough."""
_LONGEST: Final = 45_000
"""Leaves room for what people write below."""


class PostmortemTexts:
    """Renders what the app writes in these issues."""

    def __init__(self, texts: TemplateTexts, home: RepoName) -> None:
        self._texts = texts
        self._home = home

    def title(self, incident: Incident) -> str:
        """The title of a postmortem; people may edit it."""
        return self._texts.plain("postmortem_title.md", title=incident.summary)

    def sections(self) -> str:
        """What people fill in."""
        return self._texts.plain("postmortem_sections.md")

    def body(
        self, record: Record, comments: Iterable[Comment], state: State, notified: Iterable[Login]
    ) -> str:
        """The app's part of a postmortem: when it is due, and what happened when."""
        incident, began = record.incident, record.issue.created_at
        acknowledged, ended = acknowledged_after(incident), ended_after(incident)
        moments = timeline(incident, comments, began)
        text = ""
        for shown in SHOWN:
            text = self._texts.whole(
                "postmortem.md",
                notified=tuple(notified),
                due=state.due,
                incident=incident,
                place=self._place(incident.repo, incident.number),
                began=began,
                acknowledged="" if acknowledged is None else length(acknowledged),
                ended="" if ended is None else length(ended),
                moments=moments,
                shown=shown,
            )
            if len(text) <= _LONGEST:
                break
        return _remembering(state, text)

    def action_title(self, action: NewAction) -> str:
        """The title of an action's issue."""
        return self._texts.plain("action_title.md", text=action.text)

    def action(self, action: NewAction, ask: AskEvent) -> str:
        """The app's part of an action's issue."""
        text = self._texts.plain(
            "action_issue.md",
            to=action.owner,
            due=action.due,
            by=ask.sender,
            place=self._place(ask.repo, ask.number),
            text=action.text,
        )
        return _remembering(State(action.due, ask.asked_at), text)

    def _place(self, repo: RepoName, number: int) -> Markdown:
        """A link to an issue, as GitHub makes one of it."""
        at_home = repo.casefold() == self._home.casefold()
        return Markdown(f"#{number}" if at_home else f"{repo}#{number}")


def state_of(issue: Issue) -> State | None:
    """What an issue remembers; None when somebody has damaged that."""
    return from_data(marker.find_state(generated(issue.body) or issue.body))


def due_of(issue: Issue) -> date | None:
    """By when an issue is due."""
    state = state_of(issue)
    return None if state is None else state.due


def _remembering(state: State, text: str) -> str:
    return f"{marker.render_state(to_data(state))}\n\n{text}"
