"""Reactions on issues and comments, which the emulator lacks."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from ghapp.demo import cast
from ghapp.demo.mends import Forward, Mend, read
from ghapp.demo.messages import Answer, Caller, Request

CONTENTS = ("+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes")


@dataclass(slots=True)
class Reactions:
    """The reactions given so far, by the path of what they were given to.

    https://docs.github.com/rest/reactions/reactions
    """

    given: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _ids: Iterator[int] = field(default_factory=lambda: count(1))

    def mends(self) -> list[Mend]:
        """The routes."""
        return [
            Mend("*", "/repos/*/*/issues/*/reactions", self._list_or_create),
            Mend("*", "/repos/*/*/issues/comments/*/reactions", self._list_or_create),
            Mend("DELETE", "/repos/*/*/issues/*/reactions/*", self._delete),
            Mend("DELETE", "/repos/*/*/issues/comments/*/reactions/*", self._delete),
        ]

    async def _list_or_create(self, request: Request, forward: Forward) -> Answer:
        subject = request.path.removesuffix("/reactions")
        target = await forward(read(request, subject))
        if target.status != 200:
            return target
        given = self.given.setdefault(subject, [])
        if request.method == "GET":
            wanted = request.query.get("content")
            return Answer.of(200, [one for one in given if wanted in {None, one["content"]}])
        content = (request.body or {}).get("content")
        if request.method != "POST" or content not in CONTENTS:
            return Answer.refusal(422, "Validation Failed")
        user = await self._user(request, forward)
        for one in given:
            if (one["user"]["login"], one["content"]) == (user["login"], content):
                return Answer.of(200, one)
        given.append(self._reaction(user, content))
        return Answer.of(201, given[-1])

    async def _delete(self, request: Request, _: Forward) -> Answer:
        subject, number = request.path.split("/reactions/")
        given = self.given.get(subject, [])
        left = [one for one in given if str(one["id"]) != number]
        if len(left) == len(given):
            return Answer.refusal(404, "Not Found")
        self.given[subject] = left
        return Answer(status=204)

    def _reaction(self, user: dict[str, Any], content: str) -> dict[str, Any]:
        number = next(self._ids)
        return {
            "id": number,
            "node_id": f"REA_{number}",
            "user": user,
            "content": content,
            "created_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    async def _user(self, request: Request, forward: Forward) -> dict[str, Any]:
        if request.caller is Caller.INSTALLATION:
            return {"login": cast.APP_LOGIN, "id": 41898282, "type": "Bot"}
        user: dict[str, Any] = (await forward(read(request, f"/users/{request.login}"))).json
        return user
