"""GitHub's events of issues, pull requests, comments and reviews, as what has happened to an item of the backlog."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from ghapp.core.facts import RepoName
from ghapp.core.github_event import ItemEvent, conversation_of_backlog
from ghapp.core.history import Happening, What
from ghapp.core.strict_json import Malformed
from ghapp.github import wire_backlog
from ghapp.github.errors import Unavailable
from ghapp.github.gateway_backlog import Listed
from ghapp.model.names import Login
from ghapp.web.github_payloads import Account, Repository
from ghapp.web.github_route import Place, Routed, decode

_GONE: Final = frozenset({"deleted", "transferred"})
_NOT_HEARD: Final = frozenset({"pinned", "unpinned", "enqueued", "dequeued"})


class _Change(msgspec.Struct):
    """What the four events have in common."""

    action: str
    repository: Repository
    sender: Account
    issue: msgspec.Raw | None = None
    pull_request: msgspec.Raw | None = None
    comment: msgspec.Raw | None = None
    review: msgspec.Raw | None = None
    label: dict[str, Any] | None = None
    assignee: dict[str, Any] | None = None
    requested_reviewer: dict[str, Any] | None = None


_changes = msgspec.json.Decoder(_Change)


def item(body: bytes, place: Place) -> Iterator[Routed]:
    """Whatever happens to an item in a repository whose backlog is kept."""
    found = decode(_changes, body)
    repo = RepoName(found.repository.full_name)
    raw = found.pull_request or found.issue
    if raw is None or not place.wanted.backlog(repo) or found.action in _NOT_HEARD:
        return
    try:
        yield conversation_of_backlog(repo), _event(found, raw, repo, place)
    except (Unavailable, msgspec.DecodeError) as error:
        raise Malformed(str(error)) from error


def _event(found: _Change, raw: msgspec.Raw, repo: RepoName, place: Place) -> ItemEvent:
    data = msgspec.json.decode(raw)
    bot = Login(place.app_login or "")
    listed = wire_backlog.listed(data, repo, bot, is_pull=True if found.pull_request else None)
    of_a_part = found.comment is not None or found.review is not None
    action = found.action
    if found.review is not None:
        action = {"submitted": "reviewed", "dismissed": "deleted"}.get(action, action)
    return ItemEvent(
        item=listed.item,
        action=action,
        closed_at=listed.closed_at,
        gone=action in _GONE and not of_a_part,
        happening=_happening(found, listed, bot),
        by_app=place.is_app(found.sender),
        counted="comments" in data,
    )


def _happening(found: _Change, listed: Listed, bot: Login) -> Happening | None:
    if found.comment is not None:
        new = found.action == "created"
        return wire_backlog.comment(msgspec.json.decode(found.comment), bot) if new else None
    if found.review is not None:
        new = found.action == "submitted"
        return wire_backlog.review(msgspec.json.decode(found.review)) if new else None
    if found.action in {"opened", *_GONE}:
        return None
    sender = {"login": found.sender.login, "type": found.sender.type}
    at = listed.item.updated_at
    if found.action == "synchronize":
        return Happening(
            what=What.PUSHED, at=at, by=Login(found.sender.login), by_bot=found.sender.is_bot
        )
    entry = {
        "actor": sender,
        "created_at": at.isoformat(),
        "label": found.label,
        "assignee": found.assignee,
        "requested_reviewer": found.requested_reviewer,
    }
    return wire_backlog.event(found.action, entry)
