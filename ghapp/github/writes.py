"""What each write to GitHub is called, for those who read afterwards what was done."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote

from ghapp.core.facts import RepoName

_ACTIONS: Final = (
    ("POST", r"/issues", "issue.open"),
    ("PATCH", r"/issues/(\d+)", "issue.edit"),
    ("POST", r"/issues/(\d+)/comments", "comment.write"),
    ("PATCH", r"/issues/comments/(\d+)", "comment.edit"),
    ("POST", r"/issues/comments/(\d+)/reactions", "comment.react"),
    ("POST", r"/issues/(\d+)/labels", "labels.add"),
    ("DELETE", r"/issues/(\d+)/labels/(?P<label>.+)", "label.remove"),
    ("POST", r"/issues/(\d+)/assignees", "assignees.add"),
    ("DELETE", r"/issues/(\d+)/assignees", "assignees.remove"),
    ("POST", r"/labels", "label.create"),
    ("POST", r"/milestones", "milestone.create"),
    ("PATCH", r"/milestones/(\d+)", "milestone.edit"),
    ("POST", r"/pulls", "pull.open"),
    ("PATCH", r"/pulls/(\d+)", "pull.edit"),
    ("POST", r"/pulls/(\d+)/requested_reviewers", "reviewers.request"),
    ("DELETE", r"/pulls/(\d+)/requested_reviewers", "reviewers.unrequest"),
    ("POST", r"/check-runs", "check.create"),
    ("PATCH", r"/check-runs/(\d+)", "check.update"),
    ("POST", r"/git/commits", "commit.create"),
    ("POST", r"/git/refs", "ref.create"),
    ("POST", r"/releases", "release.publish"),
    ("PATCH", r"/releases/(\d+)", "release.edit"),
    ("PUT", r"/contents/(?P<path>.+)", "file.commit"),
)
_SHOWN: Final = (
    "title",
    "name",
    "state",
    "state_reason",
    "labels",
    "assignees",
    "reviewers",
    "milestone",
    "due_on",
    "head",
    "base",
    "head_sha",
    "conclusion",
    "ref",
    "tag_name",
    "content",
    "message",
    "body",
)
_TEXTS: Final = frozenset({"body", "message"})
_LONG: Final = frozenset({"content"})
SHOWN_TEXT: Final = 200
"""Characters of a body that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A write; `number` is of what it changed, or of what it made. `told` are its fields, long texts cut."""

    action: str
    repo: RepoName
    number: int | None = None
    told: Mapping[str, Any] = field(default_factory=dict)


def writes_nothing(method: str, path: str) -> bool:
    """Whether a call only asks, though GitHub wants it as a POST."""
    return method == "POST" and path.endswith("/releases/generate-notes")


def describe(
    method: str, path: str, repo: RepoName, body: Mapping[str, Any] | None, answer: Any
) -> Written:
    """What a call has written, by its path below the API's address."""
    below = path.partition("?")[0].removeprefix(f"/repos/{repo}")
    for verb, pattern, action in _ACTIONS:
        found = re.fullmatch(pattern, below) if verb == method else None
        if found is not None:
            number = int(found[1]) if found.re.groups > len(found.re.groupindex) else _made(answer)
            named = {name: unquote(value) for name, value in found.groupdict().items()}
            return Written(action=action, repo=repo, number=number, told=named | _told(body or {}))
    return Written(action=f"{method} {below}", repo=repo, told=_told(body or {}))


def _made(answer: Any) -> int | None:
    number = answer.get("number") if isinstance(answer, Mapping) else None
    return number if isinstance(number, int) else None


def _told(body: Mapping[str, Any]) -> dict[str, Any]:
    output = body.get("output")
    shown = {**body, "title": output.get("title")} if isinstance(output, Mapping) else body
    return {
        name: _short(name, shown[name])
        for name in _SHOWN
        if name in shown and not (name in _LONG and len(str(shown[name])) > SHOWN_TEXT)
    }


def _short(name: str, value: Any) -> Any:
    if name not in _TEXTS or not isinstance(value, str) or len(value) <= SHOWN_TEXT:
        return value
    return f"{value[:SHOWN_TEXT].rstrip()}…"
