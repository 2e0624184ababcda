"""`/update text`: what is known now; shown at the top of the incident."""

from ghapp.core.command import Command, Misused, Outcome, Request, changed
from ghapp.core.incident import NOTE_LENGTH, brief


def run(request: Request) -> Outcome:
    """Keep the newest update in the incident's status, so that a reader need not scroll."""
    if not request.typed.text:
        return Misused()
    return changed(request, note=brief(request.typed.text, NOTE_LENGTH))


COMMAND = Command(
    names=("update",),
    usage="/update text",
    help="Say what is known now; it is shown at the top of the incident.",
    run=run,
)
