"""Where a signal belongs: its area and severity by the rules of OWNERS.yaml, and the conversation it is part of."""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from ghapp.core import marker
from ghapp.core.facts import Fingerprint, RepoName, Signal
from ghapp.model.names import AreaName, Severity
from ghapp.model.types import AlertRule, Model

DEFAULT_SEVERITY = Severity.SEV3
STORM_PREFIX = "storm:"
MAINTENANCE_PREFIX = "maintenance:"
BACKLOG = Fingerprint("backlog:all")
"""The key of the one issue that lists what was old already when it arrived."""

CONVERSATION = "incident:"
"""Begins the conversation of each incident."""


@dataclass(frozen=True, slots=True)
class Route:
    """The area and severity of a signal, and the rule of OWNERS.yaml that said so (None: no rule matched)."""

    area: AreaName
    severity: Severity
    rule: AlertRule | None


def route(signal: Signal, model: Model) -> Route:
    """The first rule that matches, over all areas in the order of the file, decides.

    Without a rule it goes to the area that the signal names, else to the fallback area; without a severity in the
    rule the sender's own counts, else sev3.
    """
    for name, area in model.areas.items():
        for rule in area.alerts:
            if _matches(rule, signal):
                severity = rule.severity or signal.severity or DEFAULT_SEVERITY
                return Route(name, severity, rule)
    named = signal.area if signal.area in model.areas else None
    return Route(named or model.fallback_area, signal.severity or DEFAULT_SEVERITY, None)


def is_wanted(signal: Signal, model: Model) -> bool:
    """Whether a signal may raise anything: some never do, and some only when a rule asks for them."""
    if signal.only_known:
        return False
    return not signal.only_by_rule or route(signal, model).rule is not None


def gathers(key: Fingerprint) -> bool:
    """Whether an incident of this key stands for many fingerprints: a storm, the backlog, a maintenance."""
    return key == BACKLOG or key.startswith((STORM_PREFIX, MAINTENANCE_PREFIX))


def _matches(rule: AlertRule, signal: Signal) -> bool:
    if not fnmatchcase(signal.source, rule.source):
        return False
    return all(
        any(fnmatchcase(value, str(pattern)) for value in _values(signal.fields, key))
        for key, pattern in rule.match.items()
    )


def _values(fields: Mapping[str, Any], dotted: str) -> tuple[str, ...]:
    """The texts that a dotted key reaches; a key may itself contain dots, and a list matches by any member."""
    if dotted in fields:
        return _texts(fields[dotted])
    head, dot, rest = dotted.partition(".")
    while dot:
        inner = fields.get(head)
        if isinstance(inner, Mapping):
            found = _values(inner, rest)
            if found:
                return found
        more, dot, rest = rest.partition(".")
        head = f"{head}.{more}"
    return ()


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, bool):
        return ("true" if value else "false",)
    if isinstance(value, str | int | float):
        return (str(value),)
    if isinstance(value, list | tuple):
        return tuple(text for member in value for text in _texts(member))
    return ()


def conversation_of(fingerprint: Fingerprint) -> str:
    """The conversation of an incident: what concerns it is handled one at a time, in order."""
    return CONVERSATION + fingerprint


def fingerprint_of(conversation: str) -> Fingerprint | None:
    """The incident that a conversation is about; None for the app's other conversations."""
    return (
        Fingerprint(conversation.removeprefix(CONVERSATION))
        if conversation.startswith(CONVERSATION)
        else None
    )


def support_fingerprint(repo: RepoName, number: int) -> Fingerprint:
    """The key of an ordinary issue that `/escalate` made an incident."""
    return Fingerprint(f"support:{repo}#{number}")


def maintenance_fingerprint(area: AreaName) -> Fingerprint:
    """The key of the one issue that lists what an area raises during its maintenance."""
    return Fingerprint(MAINTENANCE_PREFIX + area)


def is_maintenance(key: Fingerprint) -> bool:
    """Whether an incident of this key stands for a maintenance."""
    return key.startswith(MAINTENANCE_PREFIX)


def storm_fingerprint(source: str) -> Fingerprint:
    """The key of the one issue that lists what a source raises during a storm."""
    return Fingerprint(STORM_PREFIX + source)


def conversation_of_issue(repo: RepoName, number: int, body: str, author_is_bot: bool) -> str:
    """The conversation that a comment on, or a change of, an issue belongs to.

    A marker counts only in an issue that a bot opened; anything else is a person's issue, known by its number.
    """
    found = marker.find(body) if author_is_bot else None
    if found is not None and found.kind == "incident":
        return conversation_of(Fingerprint(found.key))
    return conversation_of(support_fingerprint(repo, number))
