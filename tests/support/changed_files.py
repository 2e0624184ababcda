"""Files that a pull request changes."""

import hashlib
from collections.abc import Iterable

from ghapp.core.facts import Sha
from ghapp.core.pull_request import ChangedFile
from tests.support.fake_repositories import Logged


def changed_by(ahead: Iterable[Logged]) -> tuple[ChangedFile, ...]:
    """What these commits change together."""
    newest = {path: commit.sha for commit in ahead for path in commit.paths}
    return tuple(changed(path, version=newest[path]) for path in sorted(newest))


def changed(
    path: str, *, status: str = "modified", previous: str = "", version: str = "", lines: int = 1
) -> ChangedFile:
    """A file that a pull request changes."""
    text = f"{path} {previous} {status} {version}"
    return ChangedFile(
        path=path,
        status=status,
        previous=previous,
        additions=lines,
        sha=Sha(hashlib.sha1(text.encode()).hexdigest()),
        patch=f"@@ -1 +1,2 @@\n+{text}",
    )
