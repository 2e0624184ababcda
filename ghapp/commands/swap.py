"""`/swap @carol`: two people take each other's next turn at being on call."""

from ghapp.core.command import Command, Misused, Outcome, Refused, Request
from ghapp.core.cover import addressed, edited, next_turn, nobody, person_named, rotation_for
from ghapp.model.names import Login, RotationName, same_login


def run(request: Request) -> Outcome:
    """A turn that has begun is nobody's to swap: `/override` covers the rest of it."""
    parts = addressed(request.typed.args)
    if parts is None:
        return Misused()
    before, login, behind = parts
    rotation = rotation_for(request, [*before, *behind])
    if rotation is None:
        return Misused()
    if isinstance(rotation, Refused):
        return rotation
    other = person_named(login, request.model)
    asker = person_named(request.sender, request.model)
    if other is None:
        return nobody(request.model)
    if asker is None:
        return Refused("OWNERS.yaml does not know you, so you have no turn to swap.")
    if same_login(asker, other):
        return Refused("You can't swap with yourself.")
    return _swapped(request, rotation, asker, other)


def _swapped(request: Request, name: RotationName, asker: Login, other: Login) -> Outcome:
    rotation = request.model.rotations[name]
    mine = next_turn(rotation, asker, request.asked_at, request.model)
    theirs = next_turn(rotation, other, request.asked_at, request.model)
    if not mine or not theirs:
        who = f"`{other}` has" if mine else "You have"
        return Refused(f"{who} no turn in `{name}` that begins within 90 days.")
    covers = [*((other, span) for span in mine), *((asker, span) for span in theirs)]
    covers.sort(key=lambda cover: cover[1].start)
    title = f"Swap: {asker} and {other} take each other's next turn in {name}"
    return edited(request, name, covers, title)


COMMAND = Command(
    names=("swap",),
    usage="/swap @login [rotation]",
    help="Exchange your next whole turn at being on call with somebody else's.",
    run=run,
    anywhere=True,
)
