"""The whole of OWNERS.yaml as one immutable value; its parts are re-exported here."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from ghapp.model.areas import AlertRule, Area, Heartbeat, Incidents, Storm
from ghapp.model.defaults import with_defaults
from ghapp.model.hygiene import Hygiene, Stale
from ghapp.model.later import BusinessHours, Decision, Holidays
from ghapp.model.maintenance import Maintenance
from ghapp.model.names import AreaName, Login, PolicyName, RotationName, TeamName, same_login
from ghapp.model.oncall import OnCall
from ghapp.model.people import Away, Hours, Member, Override, Person, Rotation
from ghapp.model.references import AreaRef, NewLogin, PersonRef
from ghapp.model.release import Cadence, Freeze, Gate, Hotfix, Release
from ghapp.model.review import Review
from ghapp.model.routines import Doc, Report, Triage
from ghapp.model.rule_settings import Rules, RuleSettings, RuleTable
from ghapp.model.section import EMPTY, Frozen, MayBeEmpty, Section
from ghapp.model.senders import Rate, Stripe
from ghapp.model.severities import EscalationLevel, EscalationPolicy, SeverityPolicy
from ghapp.model.values import NAME, UTC, Sev, Weekday, Zone

__all__ = [
    "AlertRule",
    "Area",
    "Away",
    "BusinessHours",
    "Cadence",
    "Decision",
    "Doc",
    "EscalationLevel",
    "EscalationPolicy",
    "Freeze",
    "Gate",
    "Heartbeat",
    "Hotfix",
    "Hours",
    "Hygiene",
    "Incidents",
    "Maintenance",
    "Member",
    "Model",
    "OnCall",
    "Override",
    "Person",
    "Rate",
    "Release",
    "Report",
    "Review",
    "Rotation",
    "RuleSettings",
    "RuleTable",
    "Rules",
    "SeverityPolicy",
    "Stale",
    "Storm",
    "Stripe",
    "Triage",
    "Weekday",
]


NamedTeam = Annotated[TeamName, NAME]
NamedRotation = Annotated[RotationName, NAME]
NamedPolicy = Annotated[PolicyName, NAME]
NamedArea = Annotated[AreaName, NAME]


class Model(Section):
    """An operating model: who owns what, how urgent things are, what comes round when."""

    version: Annotated[Literal[1], Field(description="Of this format.")]
    timezone: Zone = UTC
    """IANA name: the zone of everything that does not name its own."""
    business_hours: BusinessHours = BusinessHours()
    """When clocks run that stand still at night."""
    holidays: Holidays = ()
    """A country code, or a list of dates."""
    people: Frozen[NewLogin, Annotated[Person, MayBeEmpty()]] = EMPTY
    """By GitHub login. Without this section any login will do; with it, no other is known."""
    teams: Frozen[NamedTeam, Annotated[tuple[PersonRef, ...], Field(min_length=1)]] = EMPTY
    """Groups of people, meant by team:NAME."""
    rotations: Frozen[NamedRotation, Rotation] = EMPTY
    """Who takes turns at being on call, meant by rotation:NAME."""
    severities: Frozen[Sev, SeverityPolicy] = EMPTY
    """sev1 to sev4; what is left out is as it is by default."""
    escalation: Frozen[NamedPolicy, EscalationPolicy] = EMPTY
    """Policies by name; an area that names none has `default`."""
    areas: Annotated[
        Frozen[NamedArea, Area], Field(min_length=1, json_schema_extra={"minProperties": 1})
    ]
    """What is owned; the order counts for alerts."""
    fallback_area: AreaRef
    """Where alerts go that no rule matches, so that none is ever unowned."""
    incidents: Incidents = Incidents()
    """How incident issues live."""
    heartbeats: Frozen[Annotated[str, NAME], Heartbeat] = EMPTY
    """Jobs that report to /heartbeat/NAME; silence is an alert."""
    oncall: OnCall = OnCall()
    """What a shift may come to."""
    maintenance: tuple[Maintenance, ...] = ()
    """Planned work, during which an area calls nobody."""
    stripe: Stripe = Stripe()
    """What is particular to Stripe."""
    review: Review = Review()
    """What a pull request needs before it is merged."""
    release: Release | None = None
    """How releases come about; absent: there are none."""
    hygiene: Hygiene = Hygiene()
    """What a tidy backlog is."""
    triage: Triage = Triage()
    """The weekly meeting over what is new and what is late."""
    docs: tuple[Doc, ...] = ()
    """Documents that somebody reads over regularly."""
    decisions: tuple[Decision, ...] = ()
    """Who decides what."""
    report: Report | None = None
    """When the report is written; absent: never."""

    @model_validator(mode="before")
    @classmethod
    def _inherit(cls, raw: Any) -> Any:
        return with_defaults(raw) if isinstance(raw, Mapping) else raw

    def area(self, name: str) -> Area | None:
        """The area of that name."""
        return self.areas.get(AreaName(name))

    @property
    def rates(self) -> Mapping[str, Rate]:
        """The rates that signals may be counted by, by the name that signals bear."""
        rate = self.stripe.decline_rate
        return {} if rate is None else {"stripe.decline_rate": rate}

    @cached_property
    def named(self) -> frozenset[Login]:
        """Everyone whom the file names as a person, owner or backup, or in a team or a rotation."""
        return frozenset(
            {
                *self.people,
                *(login for area in self.areas.values() for login in area.named),
                *(login for team in self.teams.values() for login in team),
                *(login for rotation in self.rotations.values() for login in rotation.logins),
            }
        )

    def is_named(self, login: str) -> bool:
        """Whether the file names that person, in whatever case."""
        return any(same_login(login, known) for known in self.named)
