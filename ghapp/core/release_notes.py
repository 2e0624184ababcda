"""What has changed since a release: by its commits, and by the notes that GitHub generates, made safe to show."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ghapp.core.facts import Sha
from ghapp.core.text import escape, safe_url
from ghapp.core.version import Change

_MERGED: Final = re.compile(r"Merge pull request #([0-9]{1,9})\b")
_SQUASHED: Final = re.compile(r"\(#([0-9]{1,9})\)$")
_OF_BRANCHES: Final = re.compile(r"Merge (?:remote-tracking )?branch ")
# https://docs.github.com/en/repositories/releasing-projects-on-github/automatically-generated-release-notes
_ENTRY: Final = re.compile(
    r"[*-] (?P<title>.+?)(?: by @\S+)? in https?://\S+/pull/(?P<number>[0-9]{1,9})"
)
_HEADING: Final = re.compile(r"(?P<depth>#{1,6}) +(?P<text>.+)")
_ADDRESS: Final = re.compile(r"\*\*(?P<text>[^*]+)\*\*: (?P<url>https?://\S+)")
_ITEM: Final = re.compile(r"[*-] (?P<text>.+)")
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Landed:
    """A commit, and the pull request that brought it, if its message tells; `merge` says that it only joins others."""

    sha: Sha
    title: str
    body: str = ""
    pull: int | None = None
    merge: bool = False

    @property
    def change(self) -> Change:
        """The commit as a change of its own."""
        return Change(self.pull or 0, self.title, body=self.body)


def landed(commits: Iterable[tuple[Sha, str]]) -> tuple[Landed, ...]:
    """Commits by their messages; those that only bring one branch up to another are left out."""
    return tuple(_landed(sha, text) for sha, text in commits if not _OF_BRANCHES.match(text))


def _landed(sha: Sha, text: str) -> Landed:
    title, _, body = text.strip().partition("\n")
    merged, squashed = _MERGED.match(title), _SQUASHED.search(title.rstrip())
    found = merged or squashed
    number = int(found[1]) if found else None
    return Landed(sha, title.strip(), body.strip(), number, merge=merged is not None)


def safe(notes: str) -> str:
    """Generated notes as Markdown in which titles can do nothing.

    In a pull request they would tell everybody whom they name, and close what they say to fix when it is merged.
    """
    lines = [_line(line.strip()) for line in _COMMENT.sub("", notes).splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _line(line: str) -> str:
    if found := _ENTRY.fullmatch(line):
        return f"- {escape(found['title'])} (#{found['number']})"
    if found := _HEADING.fullmatch(line):
        return f"{'#' * max(3, len(found['depth']))} {escape(found['text'])}"
    if found := _ADDRESS.fullmatch(line):
        url = safe_url(found["url"])
        return f"{escape(found['text'])}: <{url}>" if url else ""
    if found := _ITEM.fullmatch(line):
        return f"- {escape(found['text'])}"
    return escape(line) if line else ""
