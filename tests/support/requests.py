"""Commands in their surroundings, as the files of ghapp/commands get them."""

from datetime import timedelta

from ghapp.core.command import Request
from ghapp.core.effects import Decision
from ghapp.core.facts import Issue
from ghapp.core.incident import Incident
from ghapp.core.slash import Command, commands
from ghapp.model.names import Login
from ghapp.model.types import Model
from tests.support.builders import HOME, NOW, issue_of, model, opened

LATER = NOW + timedelta(minutes=5)
ALICE, BOB, CAROL = Login("alice"), Login("bob"), Login("carol")
OPENED = opened()
MODEL = model()


def typed(line: str) -> Command:
    """The command that a line holds."""
    (found,) = commands(line, known={line.removeprefix("/").split()[0]})
    return found


def request(
    line: str,
    incident: Incident | None = OPENED,
    *,
    by: Login = ALICE,
    issue: Issue | None = None,
    text: Model = MODEL,
) -> Request:
    """Somebody types a line on the issue of an incident (None: on an ordinary issue)."""
    return Request(
        typed=typed(line),
        sender=by,
        comment_id=42,
        issue=issue or (issue_of(incident) if incident is not None else question()),
        incident=incident,
        model=text,
        now=LATER,
        asked_at=LATER,
        key="key",
    )


def question(**changes: object) -> Issue:
    """An ordinary issue that somebody outside the team wrote."""
    values: dict[str, object] = {
        "repo": HOME,
        "number": 9,
        "title": "Invoice is wrong",
        "body": "Help!",
        "open": True,
        "labels": frozenset({"bug"}),
        "assignees": (),
        "author": Login("dave"),
        "author_is_app": False,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Issue(**{**values, **changes})  # type: ignore[arg-type]


def after(outcome: object) -> Incident:
    """The incident that a decision leaves."""
    assert isinstance(outcome, Decision)
    return outcome.incident


def unchanged(outcome: object, incident: Incident = OPENED) -> bool:
    """Whether a command decided that all is as it should be."""
    return outcome == Decision(incident)
