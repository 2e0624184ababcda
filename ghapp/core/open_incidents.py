"""The open incidents as releases see them: how severe, and in which area."""

from collections.abc import Iterable, Iterator

from ghapp.core.facts import Fingerprint, RepoName
from ghapp.core.freeze import OpenIncident
from ghapp.core.incident import Incident, Phase
from ghapp.core.lifecycle import firing_members
from ghapp.model.names import AreaName, Severity


def open_incidents(incidents: Iterable[Incident], home: RepoName) -> tuple[OpenIncident, ...]:
    """Those that are not over, in the order of their issues; one in another repository than `home` bears its name.

    What a storm lists counts for the areas of what still fires. A maintenance is planned, and holds nothing back.
    """
    found = [
        _seen(one, area, severity, home)
        for one in incidents
        if one.phase is not Phase.CLOSED and not one.maintenance
        for area, severity in _places(one)
    ]
    return tuple(sorted(found, key=lambda one: (one.repo or "", one.number, one.area)))


def _places(incident: Incident) -> Iterator[tuple[AreaName, Severity]]:
    firing = firing_members(incident)
    worst: dict[AreaName, Severity] = {}
    for key, member in incident.members.items():
        if Fingerprint(key) in firing:
            known = worst.get(member.area, member.severity)
            worst[member.area] = min(known, member.severity)
    yield from (worst or {incident.area: incident.severity}).items()


def _seen(incident: Incident, area: AreaName, severity: Severity, home: RepoName) -> OpenIncident:
    return OpenIncident(
        number=incident.number,
        severity=severity,
        area=area,
        title=incident.summary,
        since=incident.opened_at,
        repo=None if incident.repo == home else incident.repo,
    )
