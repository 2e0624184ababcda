"""`/oncall [area]`: who is on call now."""

from difflib import get_close_matches

from ghapp.core.command import Answered, Command, Outcome, Refused, Request
from ghapp.core.effects import Say
from ghapp.core.who import on_call_for
from ghapp.model.names import AreaName


def run(request: Request) -> Outcome:
    """For one area, else for the incident's, else for all."""
    areas = tuple(request.model.areas)
    if request.typed.args:
        wanted = request.typed.args[0].removeprefix("area/")
        if wanted not in areas:
            near = get_close_matches(wanted, areas, n=1)
            hint = f" Did you mean `{near[0]}`?" if near else ""
            return Refused(f"OWNERS.yaml has no such area.{hint}")
        areas = (AreaName(wanted),)
    elif request.incident is not None:
        areas = (request.incident.area,)
    rows = [(area, on_call_for(area, request.model, request.now)) for area in areas]
    return Answered(Say(request.key, "oncall", {"rows": rows}))


COMMAND = Command(
    names=("oncall",),
    usage="/oncall [area]",
    help="Say who is on call now.",
    run=run,
    anywhere=True,
)
