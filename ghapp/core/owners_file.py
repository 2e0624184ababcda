"""Where a setting stands: OWNERS.yaml as it was read, with the line of each of its keys."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import quote

from ghapp.core.facts import RepoName
from ghapp.model.document import read
from ghapp.model.problem import dotted

FILE: Final = "OWNERS.yaml"

_LAST_STEP: Final = re.compile(r"(\.[^.\[]*|\[\d+\]|^[^.\[]+)$")


@dataclass(frozen=True, slots=True)
class OwnersFile:
    """The file of a repository at a commit; `lines` are those of its dotted keys, from 1."""

    repo: RepoName
    commit: str
    lines: Mapping[str, int]

    @classmethod
    def of(cls, repo: RepoName, commit: str, text: str) -> Self:
        """The file with this text, which may be slow to read."""
        document = read(text)
        marks = {**document.values, **document.keys}
        return cls(repo, commit, {dotted(path): mark.line for path, mark in marks.items()})

    def line(self, setting: str) -> int | None:
        """Where a setting such as `release.gate.checks` stands, else the nearest around it; None for neither."""
        while setting:
            if setting in self.lines:
                return self.lines[setting]
            setting = _LAST_STEP.sub("", setting)
        return None

    def path(self, setting: str) -> str | None:
        """The way to that line from where repositories are shown; None where it says nothing of the kind."""
        line = self.line(setting)
        return None if line is None else f"{self.repo}/blob/{quote(self.commit)}/{FILE}#L{line}"
