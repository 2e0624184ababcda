"""What a pull request changes, as a digest that a rebase does not alter."""

import json
import re
from collections.abc import Iterable, Iterator
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
    entries = sorted(json.dumps(list(_entry(one))) for one in files)
    return sha256("\n".join(entries).encode()).hexdigest()


def _entry(file: ChangedFile) -> Iterator[str]:
    yield from (file.path, file.previous, file.status)
    if _whole(file):
        yield from ("patch", _POSITION.sub("@@", file.patch))
    else:
        yield from ("blob", file.sha)


def _whole(file: ChangedFile) -> bool:
    """Whether the patch has all the lines that GitHub counts: of a large one it shows only a part, or nothing."""
    lines = file.patch.split("\n")
    added = sum(line.startswith("+") for line in lines)
    removed = sum(line.startswith("-") for line in lines)
    return bool(file.patch) and (added, removed) == (file.additions, file.deletions)
