"""What has happened in repositories, as GitHub remembers it: pushes, and events of issues and pull requests.

https://docs.github.com/en/rest/using-the-rest-api/issue-event-types
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ghapp.demo.hooks import Hooks
from ghapp.demo.listing import paged
from ghapp.demo.mends import Forward, Mend
from ghapp.demo.messages import Answer, Request

_OF_PULLS = frozenset({"ready_for_review", "converted_to_draft", "reopened", "closed"})
_MOVES = frozenset({"milestoned", "demilestoned"})


class Happenings:
    """Notes what the emulator sends as deliveries, and tells it where the emulator would not."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks
        self._pushes: dict[str, list[dict[str, Any]]] = {}
        self._events: dict[str, list[dict[str, Any]]] = {}

    def mends(self) -> list[Mend]:
        """The routes."""
        return [
            Mend("GET", "/repos/*/*/activity", self._list_pushes),
            Mend("GET", "/repos/*/*/issues/events", self._list_events),
            Mend("GET", "/repos/*/*/issues/*/events", self._list_events_of_one),
        ]

    def note(self, event: str, payload: Mapping[str, Any]) -> None:
        """Remember what a delivery tells."""
        repo = payload["repository"]["full_name"]
        if event == "push":
            told = {name: payload[name] for name in ("ref", "before", "after")}
            pushed = {**told, "timestamp": _now(), "activity_type": "push"}
            self._pushes.setdefault(repo, []).append({**pushed, "actor": payload["sender"]})
        elif event in {"issues", "pull_request"}:
            subject = payload["issue" if event == "issues" else "pull_request"]
            self._note_one(repo, payload, subject, is_pull=event == "pull_request")

    def _note_one(
        self, repo: str, payload: Mapping[str, Any], subject: Any, *, is_pull: bool
    ) -> None:
        action = payload["action"]
        if action not in _MOVES | (_OF_PULLS if is_pull else set()):
            return
        known = self._events.setdefault(repo, [])
        event = {
            "id": len(known) + 1,
            "event": "convert_to_draft" if action == "converted_to_draft" else action,
            "actor": payload["sender"],
            "created_at": _now(),
            "issue": {"number": subject["number"], **({"pull_request": {}} if is_pull else {})},
        }
        moved = {"milestone": {"title": payload["milestone"]["title"]}} if action in _MOVES else {}
        known.append(event | moved)

    async def _list_pushes(self, request: Request, _: Forward) -> Answer:
        wanted = request.query.get("ref")
        pushes = [
            one for one in self._pushes.get(_repo(request), []) if wanted in {None, one["ref"]}
        ]
        return paged(pushes[::-1], request, self._hooks.address)

    async def _list_events(self, request: Request, _: Forward) -> Answer:
        return paged(self._events.get(_repo(request), [])[::-1], request, self._hooks.address)

    async def _list_events_of_one(self, request: Request, forward: Forward) -> Answer:
        answer = await forward(request)
        if answer.status != 404:
            return answer
        number = int(request.path.split("/")[5])
        known = self._events.get(_repo(request), [])
        mine = [one for one in known if one["issue"]["number"] == number]
        return paged(mine, request, self._hooks.address)


def _repo(request: Request) -> str:
    return "/".join(request.path.split("/")[2:4])


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
