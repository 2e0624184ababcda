"""What the rules of OWNERS.yaml that name source github need of the App: permissions and events of their own."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ghapp.cli.checkup import Finding, ok, problem
from ghapp.github.admin import Installed
from ghapp.github.gateway import AppIdentity
from ghapp.model.types import AlertRule, Model

ABOUT = "GitHub as a sender"
SOURCE = "github"


@dataclass(frozen=True, slots=True)
class Need:
    """An event, the permission that GitHub asks for to send it, and the keys that only this event has."""

    event: str
    permission: str
    keys: frozenset[str]


NEEDS = (
    Need("deployment_status", "deployments", frozenset({"environment", "state"})),
    Need("workflow_run", "actions", frozenset({"workflow", "conclusion"})),
)
"""https://docs.github.com/en/webhooks/webhook-events-and-payloads says which permission each event needs."""


def needed(model: Model) -> list[Need]:
    """What the rules ask for; a rule that is for whatever sender there is asks for nothing."""
    rules = [rule for area in model.areas.values() for rule in area.alerts if _is_meant(rule)]
    return [need for need in NEEDS if any(_may_match(rule, need) for rule in rules)]


def _is_meant(rule: AlertRule) -> bool:
    return rule.source.strip("*") != "" and fnmatchcase(SOURCE, rule.source)


def _may_match(rule: AlertRule, need: Need) -> bool:
    others = {key for other in NEEDS if other is not need for key in other.keys}
    event = str(rule.match.get("event", need.event))
    keys = {key.partition(".")[0] for key in rule.match}
    foreign = {other.event for other in NEEDS if other is not need} | others
    return fnmatchcase(need.event, event) and not keys & foreign


def examine(model: Model, app: AppIdentity, installed: Installed) -> Iterator[Finding]:
    """Say whether GitHub sends what the rules wait for; nothing when no rule does."""
    needs = needed(model)
    if not needs:
        return
    events = [need.event for need in needs]
    missing = [
        *(f"{need.permission}: read" for need in needs if need.permission not in app.permissions),
        *(f"event {event}" for event in events if event not in app.events),
    ]
    if missing:
        yield problem(
            ABOUT,
            f"rules of OWNERS.yaml wait for {' and '.join(events)}, but the App lacks: {', '.join(missing)}",
            "On the App's page at GitHub: Permissions & events.",
        )
        return
    refused = [need.permission for need in needs if need.permission not in installed.permissions]
    if refused:
        yield problem(
            ABOUT,
            f"not granted: {', '.join(f'{name}: read' for name in refused)}",
            "An owner of the organisation has to accept the App's new permissions.",
        )
        return
    yield ok(ABOUT, f"the App hears {' and '.join(events)}")
