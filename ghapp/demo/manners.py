"""Corrections of what the emulator does otherwise than GitHub."""

import json
from collections import deque
from dataclasses import replace
from typing import Any

from ghapp.demo import cast
from ghapp.demo.hooks import Hooks
from ghapp.demo.mends import Forward, Mend, read
from ghapp.demo.messages import Answer, Caller, Request

LONGEST_BODY = 65_536
"""Characters of an issue's or comment's body: what GitHub's answer to a longer one says."""
LONGEST_TITLE = 256

_ISSUE = "/repos/*/*/issues/*"
_COMMENT = "/repos/*/*/issues/comments/*"


def mends(hooks: Hooks) -> list[Mend]:
    """All corrections; `hooks` is told what an edit replaced."""
    rules = [
        Mend("POST", "/repos/*/*/issues", _length),
        Mend("PATCH", _ISSUE, _length),
        Mend("POST", f"{_ISSUE}/comments", _length),
        Mend("PATCH", _COMMENT, _length),
        Mend("PATCH", _ISSUE, _rights),
        Mend("*", f"{_ISSUE}/labels", _rights),
        Mend("*", f"{_ISSUE}/labels/*", _rights),
        Mend("*", f"{_ISSUE}/assignees", _rights),
        Mend("POST", f"{_ISSUE}/assignees", _assign),
        Mend("GET", f"{_ISSUE}/comments", _since),
        Mend("GET", "/repos/*/*/collaborators/*/permission", _permission),
        Mend("POST", "/repos/*/*/labels", _label_exists),
    ]
    memory = _Memory(hooks)
    return [*rules, Mend("PATCH", _COMMENT, memory.comment), Mend("PATCH", _ISSUE, memory.issue)]


def _invalid(resource: str, field: str, code: str, message: str = "") -> Answer:
    error = {"resource": resource, "field": field, "code": code}
    if message:
        error["message"] = message
    return Answer.refusal(422, "Validation Failed", errors=[error])


async def _length(request: Request, forward: Forward) -> Answer:
    sent = request.body if isinstance(request.body, dict) else {}
    resource = "IssueComment" if "comments" in request.path else "Issue"
    for field, longest in (("title", LONGEST_TITLE), ("body", LONGEST_BODY)):
        if len(sent.get(field) or "") > longest:
            message = f"{field} is too long (maximum is {longest} characters)"
            return _invalid(resource, field, "custom", message)
    return await forward(request)


async def _rights(request: Request, forward: Forward) -> Answer:
    """Strangers may change nothing but issues that they opened, and no labels or assignees.

    https://docs.github.com/organizations/managing-user-access-to-your-organizations-repositories/managing-repository-roles/repository-roles-for-an-organization
    """
    known = request.caller is not Caller.PERSON or request.login in cast.MEMBERS
    if known or request.method == "GET":
        return await forward(request)
    parts = request.path.split("/")
    issue = (await forward(read(request, "/".join(parts[:6])))).json or {}
    own = len(parts) == 6 and (issue.get("user") or {}).get("login") == request.login
    if own and not {"labels", "assignees", "milestone"} & set(request.body or {}):
        return await forward(request)
    return Answer.refusal(403, "Must have admin rights to Repository.")


async def _assign(request: Request, forward: Forward) -> Answer:
    """GitHub passes over who cannot be assigned; the emulator refuses the whole request."""
    sent = request.body if isinstance(request.body, dict) else {}
    wanted = [login for login in sent.get("assignees", []) if login in cast.MEMBERS]
    content = json.dumps({**sent, "assignees": wanted}).encode()
    answer = await forward(replace(request, content=content))
    return replace(answer, status=201) if answer.status == 200 else answer


async def _since(request: Request, forward: Forward) -> Answer:
    """The emulator lists all comments of an issue, whatever `since` says."""
    answer = await forward(request)
    since = request.query.get("since")
    if since is None or answer.status != 200:
        return answer
    kept = [comment for comment in answer.json if comment["updated_at"] >= since]
    return Answer.of(200, kept, answer.headers)


async def _permission(request: Request, forward: Forward) -> Answer:
    """The emulator answers 404 for people without a role; to GitHub they may read what is public."""
    answer = await forward(request)
    if answer.status != 404:
        return answer
    _, _, owner, name, _, login, _ = request.path.split("/")
    user = await forward(read(request, f"/users/{login}"))
    repository = await forward(read(request, f"/repos/{owner}/{name}"))
    if user.status != 200 or repository.status != 200:
        return answer
    role = "none" if repository.json["private"] else "read"
    body = {"permission": role, "role_name": role, "user": user.json}
    return Answer.of(200, body, answer.headers)


async def _label_exists(request: Request, forward: Forward) -> Answer:
    """The emulator does not say why it refuses a label."""
    answer = await forward(request)
    return _invalid("Label", "name", "already_exists") if answer.status == 422 else answer


class _Memory:
    """Notes what an edit replaces: GitHub's delivery tells it, the emulator's does not."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks

    async def comment(self, request: Request, forward: Forward) -> Answer:
        """Remember the body of a comment before it is changed."""
        return await self._note(request, forward, ("body",))

    async def issue(self, request: Request, forward: Forward) -> Answer:
        """Remember title and body of an issue before they are changed."""
        return await self._note(request, forward, ("title", "body"))

    async def _note(self, request: Request, forward: Forward, fields: tuple[str, ...]) -> Answer:
        sent: dict[str, Any] = request.body if isinstance(request.body, dict) else {}
        wanted = [name for name in fields if name in sent]
        before = (await forward(read(request, request.path))).json if wanted else None
        former = {
            name: before[name] or ""
            for name in wanted
            if before and name in before and before[name] != sent[name]
        }
        # The emulator sends a delivery for a comment even when nothing has changed.
        if not former and not (before and fields == ("body",)):
            return await forward(request)
        assert before is not None
        edits = self._hooks.edits.setdefault(before["url"], deque())
        edits.append(former)
        answer = await forward(request)
        if answer.status != 200 and former in edits:
            edits.remove(former)
        return answer
