"""What holds where OWNERS.yaml is silent, laid under what it says before it is validated."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from ghapp.model.names import Severity
from ghapp.model.references import DEFAULT_POLICY
from ghapp.model.severities import EscalationLevel, EscalationPolicy, SeverityPolicy
from ghapp.model.values import is_zone, severity_named

BUILT_IN_ESCALATION: Final = EscalationPolicy(
    levels=(
        EscalationLevel(notify=("rotation",)),
        EscalationLevel(notify=("owner", "backup")),
        EscalationLevel(notify=("area",)),
    )
)

BUILT_IN_SEVERITIES: Final[Mapping[Severity, SeverityPolicy]] = MappingProxyType(
    {
        Severity.SEV1: SeverityPolicy(
            description="Customers cannot work, or data or money is being lost",
            acknowledge=timedelta(minutes=5),
            update=timedelta(minutes=30),
            resolve=timedelta(hours=4),
        ),
        Severity.SEV2: SeverityPolicy(
            description="An important part is broken or slow for many",
            acknowledge=timedelta(minutes=15),
            update=timedelta(hours=1),
            resolve=timedelta(hours=24),
        ),
        Severity.SEV3: SeverityPolicy(
            description="Something is broken, and there is a way around it",
            acknowledge=timedelta(hours=1),
            update=timedelta(days=1),
            resolve=timedelta(days=7),
            when="business-hours",
        ),
        Severity.SEV4: SeverityPolicy(
            description="A nuisance, or a question",
            acknowledge=timedelta(days=1),
            resolve=timedelta(days=30),
            when="business-hours",
        ),
    }
)

_INHERITED: Final = ("description", "acknowledge", "update", "resolve")
"""Not `when`: who writes a severity down and does not limit it to business hours means always."""

Raw = Mapping[Any, Any]


def with_defaults(raw: Raw) -> Raw:
    """The file with its silence filled: severities, the default escalation policy, time zones.

    A section with nothing after its colon counts as absent. What is malformed stays, for validation to complain of.
    """
    filled = {key: value for key, value in raw.items() if value is not None}
    filled["severities"] = _on_mapping(filled.get("severities", {}), _severities)
    filled["escalation"] = _on_mapping(
        filled.get("escalation", {}), lambda given: {DEFAULT_POLICY: BUILT_IN_ESCALATION, **given}
    )
    zone = filled.get("timezone")
    return _with_zones(filled, zone) if is_zone(zone) or isinstance(zone, ZoneInfo) else filled


def _on_mapping(value: Any, change: Callable[[Raw], Any]) -> Any:
    return change(value) if isinstance(value, Mapping) else value


def _severities(given: Raw) -> dict[Any, Any]:
    severities: dict[Any, Any] = {one.label: own for one, own in BUILT_IN_SEVERITIES.items()}
    for key, value in given.items():
        severity = severity_named(key)
        if severity is None:
            severities[key] = value
        else:
            severities[severity.label] = _on_mapping(value or {}, partial(_over, severity))
    return severities


def _over(severity: Severity, given: Raw) -> Raw:
    built_in = BUILT_IN_SEVERITIES[severity]
    return {name: getattr(built_in, name) for name in _INHERITED} | dict(given)


def _with_zones(filled: dict[Any, Any], zone: Any) -> dict[Any, Any]:
    def inherit(value: Any) -> Any:
        return _on_mapping(value, lambda own: {"timezone": zone, **own})

    def inherit_each(value: Any) -> Any:
        return _on_mapping(value, lambda own: {key: inherit(one or {}) for key, one in own.items()})

    def inherit_cadence(value: Any) -> Any:
        return _on_mapping(
            value,
            lambda own: {**own, "cadence": inherit(own["cadence"])} if "cadence" in own else own,
        )

    filled["triage"] = inherit(filled.get("triage", {}))
    for section, change in (
        ("people", inherit_each),
        ("rotations", inherit_each),
        ("release", inherit_cadence),
        ("report", inherit),
    ):
        if section in filled:
            filled[section] = change(filled[section])
    return filled
