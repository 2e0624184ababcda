"""What a pull request changes, as a digest that a rebase does not alter."""

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from ghapp.core.pull_request import ChangedFile

_POSITION: Final = re.compile(r"^@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@.*", re.MULTILINE)


def digest(files: Iterable[ChangedFile]) -> str:
    """The same for the same change, wherever in its files and in whatever order it is listed.

    Like `git patch-id --verbatim`, but by file and with the lines around the change, as GitHub shows it. A file
    without a whole patch counts by its blob, so that any other content is another change. GitHub's listing does not
    say that a file became executable.
    """
    entries = sorted(repr(_entry(one)) for one in files)
    return sha256("\n".join(entries).encode()).hexdigest()


def _entry(file: ChangedFile) -> tuple[str, ...]:
    patch = _POSITION.sub("@@", file.patch) if _whole(file) else ""
    return (file.path, file.previous, file.status, patch, "" if patch else file.sha)


def _whole(file: ChangedFile) -> bool:
    """Whether the patch has all the lines that GitHub counts: of a large one it shows only a part, or nothing."""
    lines = f"\n{file.patch}"
    counted = (lines.count("\n+"), lines.count("\n-"))
    return bool(file.patch) and counted == (file.additions, file.deletions)
