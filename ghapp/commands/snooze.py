"""`/snooze 30m`: not now; the clock stands and goes on when the time is over."""

from datetime import timedelta

from ghapp.core.command import Command, Misused, Outcome, Refused, Request, changed, incident_of
from ghapp.core.incident import Phase
from ghapp.model.duration import parse_duration

LONGEST = timedelta(days=7)


def run(request: Request) -> Outcome:
    """Nobody is paged until then; afterwards the assignees are called by name."""
    try:
        length = parse_duration(request.typed.args[0]) if len(request.typed.args) == 1 else None
    except ValueError:
        length = None
    if not length:
        return Misused()
    if length > LONGEST:
        return Refused(
            "A snooze lasts at most 7 days. For longer, `/sev 4` or `/resolve` says what you mean."
        )
    if incident_of(request).phase is not Phase.OPEN:
        return Refused("This is over; there is nothing to snooze.")
    return changed(request, snoozed_until=request.now + length)


COMMAND = Command(
    names=("snooze",),
    usage="/snooze 30m",
    help="Stop the clock for a while (s, m, h, d; at most 7d).",
    run=run,
)
