"""Issues, pull requests and their timelines: GitHub's JSON as what the backlog's upkeep goes by.

https://docs.github.com/en/rest/issues/timeline and
https://docs.github.com/en/rest/using-the-rest-api/issue-event-types
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ghapp.core import marker
from ghapp.core.facts import RepoName
from ghapp.core.history import Happening, What
from ghapp.core.item import Item
from ghapp.github import fields, wire
from ghapp.github.gateway_backlog import Listed
from ghapp.github.wire import EPOCH
from ghapp.github.wire_pulls import is_bot
from ghapp.model.names import Login, same_login

MEMBERS: Final = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
"""https://docs.github.com/en/graphql/reference/enums#commentauthorassociation"""

_PLAIN: Final = {
    "head_ref_force_pushed": What.PUSHED,
    "ready_for_review": What.READY,
    "reopened": What.REOPENED,
    "referenced": What.LINKED,
    "cross-referenced": What.LINKED,
}
_ABOUT: Final = {
    "labeled": (What.LABELED, "label", "name"),
    "unlabeled": (What.UNLABELED, "label", "name"),
    "assigned": (What.ASSIGNED, "assignee", "login"),
    "review_requested": (What.REQUESTED, "requested_reviewer", "login"),
    "review_request_removed": (What.UNREQUESTED, "requested_reviewer", "login"),
}
_WITH_COMMENTS: Final = frozenset({"line-commented", "commit-commented"})


def listed(data: Any, repo: RepoName, bot: Login, *, is_pull: bool | None = None) -> Listed:
    """An issue, or a pull request as an issue; of what the pulls' own API shows, `is_pull` says that it is one."""
    found = fields.object_of(data)
    author = fields.login(found.get("user"))
    created_at = fields.time(found.get("created_at")) or EPOCH
    updated_at = fields.time(found.get("updated_at")) or created_at
    milestone = fields.object_or_empty(found.get("milestone")).get("number")
    pull = isinstance(found.get("pull_request"), dict) if is_pull is None else is_pull
    item = Item(
        repo=repo,
        number=fields.number(found, "number"),
        title=fields.text(found.get("title")),
        author=author,
        created_at=created_at,
        updated_at=updated_at,
        body=fields.text(found.get("body")),
        is_pull=pull,
        author_is_bot=is_bot(found.get("user")),
        author_is_app=same_login(author, bot),
        labels=frozenset(filter(None, map(fields.label_name, fields.list_of(found.get("labels"))))),
        assignees=wire.assignees(found),
        milestone=milestone if isinstance(milestone, int) else None,
        draft=found.get("draft") is True,
        locked=found.get("locked") is True,
        comments=fields.count(found.get("comments")),
        url=fields.text(found.get("html_url")),
    )
    closed = found.get("state") == "closed"
    return Listed(item, fields.time(found.get("closed_at")) or updated_at if closed else None)


def happenings(timeline: Iterable[Any], item: Item, bot: Login) -> Iterator[Happening]:
    """What a timeline tells of an item; what means nothing here is something all the same: somebody did it."""
    for entry in map(fields.object_of, timeline):
        kind = fields.text(entry.get("event"))
        if kind == "commented":
            yield comment(entry, bot)
        elif kind == "reviewed":
            yield review(entry)
        elif kind == "committed":
            yield _pushed(entry, item)
        elif kind in _WITH_COMMENTS:
            for one in fields.list_of(entry.get("comments")):
                yield comment(fields.object_of(one), bot)
        else:
            yield event(kind, entry)


def comment(entry: Mapping[str, Any], bot: Login) -> Happening:
    """A comment; one of the app tells the occasion that its marker names, and what it asks for."""
    user = entry.get("user") or entry.get("actor")
    login, body = fields.login(user), fields.text(entry.get("body"))
    key, asks = "", tuple[str, ...]()
    if same_login(login, bot):
        mark, state = marker.find(body), marker.find_state(body)
        key = "" if mark is None else mark.key
        asks = tuple(map(fields.text, fields.list_of((state or {}).get("asks"))))
    return Happening(
        what=What.COMMENTED,
        at=fields.time(entry.get("created_at")) or EPOCH,
        by=login,
        by_bot=is_bot(user) or same_login(login, bot),
        member=entry.get("author_association") in MEMBERS,
        key=key,
        asks=asks,
    )


def review(entry: Mapping[str, Any]) -> Happening:
    """A submitted review."""
    user = entry.get("user")
    return Happening(
        what=What.REVIEWED,
        at=fields.time(entry.get("submitted_at")) or fields.time(entry.get("created_at")) or EPOCH,
        by=fields.login(user),
        by_bot=is_bot(user),
        member=entry.get("author_association") in MEMBERS,
        about=fields.text(entry.get("state")).lower(),
    )


def _pushed(entry: Mapping[str, Any], item: Item) -> Happening:
    """A commit; git knows no accounts, so it counts as the author's. Its clock is whoever's that made it."""
    committer = fields.object_or_empty(entry.get("committer"))
    at = fields.time(committer.get("date")) or item.created_at
    by_bot = fields.text(fields.object_or_empty(entry.get("author")).get("name")).endswith("[bot]")
    return Happening(
        what=What.PUSHED, at=min(at, item.updated_at), by=item.author, by_bot=by_bot, member=False
    )


def event(kind: str, entry: Mapping[str, Any]) -> Happening:
    """An event of the timeline, or a webhook's action with the same fields."""
    actor = entry.get("actor")
    what, of, name = _ABOUT.get(kind, (_PLAIN.get(kind, What.OTHER), "", ""))
    return Happening(
        what=what,
        at=fields.time(entry.get("created_at")) or EPOCH,
        by=fields.login(actor),
        by_bot=is_bot(actor),
        about=fields.text(fields.object_or_empty(entry.get(of)).get(name)) if of else "",
    )
