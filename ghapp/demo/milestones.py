"""Milestones as GitHub keeps them: a due date without a time, and no title twice."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from ghapp.demo.mends import Forward, Mend, read
from ghapp.demo.messages import Answer, Request, replaced

_KEPT_IN = ZoneInfo("America/Los_Angeles")
_ALL = "/repos/*/*/milestones"


def floored(due: datetime) -> datetime:
    """What GitHub makes of a due date: the midnight before it in Los Angeles, in UTC."""
    local = due.astimezone(_KEPT_IN)
    return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def mends() -> list[Mend]:
    """The corrections of what the emulator keeps as it was sent."""
    return [
        Mend("POST", _ALL, _unique),
        Mend("PATCH", f"{_ALL}/*", _unique),
        Mend("POST", _ALL, _floor),
        Mend("PATCH", f"{_ALL}/*", _floor),
    ]


async def _floor(request: Request, forward: Forward) -> Answer:
    sent = request.body if isinstance(request.body, dict) else {}
    due = sent.get("due_on")
    if not isinstance(due, str):
        return await forward(request)
    kept = floored(datetime.fromisoformat(due)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return await forward(replaced(request, {**sent, "due_on": kept}))


async def _unique(request: Request, forward: Forward) -> Answer:
    """A title is taken even by a closed milestone."""
    sent = request.body if isinstance(request.body, dict) else {}
    parts = request.path.split("/")
    listing = read(request, "/".join(parts[:5]), state="all", per_page="100")
    for known in (await forward(listing)).json or []:
        same = known["title"] == sent.get("title")
        if same and [str(known["number"])] != parts[5:]:
            error = {"resource": "Milestone", "code": "already_exists", "field": "title"}
            return Answer.refusal(422, "Validation Failed", errors=[error])
    return await forward(request)
