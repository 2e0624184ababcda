"""`/escalate [sevN] [reason]`: bring in the next level now; on an ordinary issue, make it an incident."""

from dataclasses import replace

from ghapp.core import escalation
from ghapp.core.command import Command, Converted, Outcome, Refused, Request, rest_after
from ghapp.core.decide import escalate
from ghapp.core.facts import Signal, Status
from ghapp.core.incident import NOTE_LENGTH, Incident, Phase, bare, brief
from ghapp.core.routing import support_fingerprint
from ghapp.model.names import AreaName, Severity

SUPPORT = "support"


def run(request: Request) -> Outcome:
    """Advance the policy at once, also after an acknowledgement: the next level has to acknowledge anew."""
    severity, reason = _arguments(request)
    incident = request.incident
    if incident is None:
        return _convert(request, severity or Severity.SEV3, reason)
    if incident.phase is Phase.CLOSED:
        return Refused("This incident is closed. `/reopen` it first, then escalate.")
    if severity is not None and severity != incident.severity:
        incident = replace(incident, severity=severity, pinned=True)
    running = replace(incident, phase=Phase.OPEN, ack=None, snoozed_until=None)
    step = escalation.summon(running, request.model, request.now)
    return escalate(running, step, by=request.sender, reason=reason, key=request.key)


def _arguments(request: Request) -> tuple[Severity | None, str]:
    first = request.typed.args[0] if request.typed.args else ""
    severity = Severity.parse(first) if first.lower().startswith("sev") else None
    text = request.typed.text
    reason = rest_after(request.typed, first) if severity is not None else text
    return severity, brief(reason, NOTE_LENGTH)


def _convert(request: Request, severity: Severity, reason: str) -> Outcome:
    issue = request.issue
    if issue.is_pull:
        return Refused("A pull request can't be an incident. Open an issue and escalate that.")
    if not issue.open:
        return Refused("This issue is closed. Reopen it first, then escalate.")
    made = replace(_incident(request, severity), opened_by=request.sender, reason=reason)
    step = escalation.start(made, request.model, request.now)
    return Converted(replace(made, clock=step.clock), step.notified)


def _incident(request: Request, severity: Severity) -> Incident:
    issue, model = request.issue, request.model
    areas = sorted(name for name in model.areas if f"area/{name}" in issue.labels)
    key = support_fingerprint(issue.repo, issue.number)
    signal = Signal(
        source=SUPPORT,
        fingerprint=key,
        occurrence=request.key,
        status=Status.FIRING,
        at=request.now,
        summary=issue.title,
    )
    area = AreaName(areas[0]) if areas else model.fallback_area
    made = bare(signal, key=key, repo=issue.repo, area=area, severity=severity, now=request.now)
    return replace(made, number=issue.number, pinned=True, count=1)


COMMAND = Command(
    names=("escalate",),
    usage="/escalate [sev1-sev4] [reason]",
    help="Bring in the next level of the escalation policy now; on an ordinary issue: make it an incident.",
    run=run,
    anywhere=True,
)
