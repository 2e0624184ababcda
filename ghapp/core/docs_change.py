"""What a pull request does to documents: whether it says only that somebody has read them over."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ghapp.core.docs_review import entry_of, owner_of
from ghapp.core.pull_request import ChangedFile
from ghapp.model.names import Login, same_login
from ghapp.model.types import Model

_DATED: Final = re.compile(r"[+-]reviewed[ \t]*:.*")
_FRAME: Final = re.compile(r"\+(---)?[ \t]*")
"""Lines that come with front matter where there was none."""
_AT_TOP: Final = re.compile(r"@@ -[01](,[0-9]+)? \+1(,[0-9]+)? @@.*")
_MOST_OF_A_FRAME: Final = 3


class Kind(StrEnum):
    """How a change of documents counts."""

    RECONFIRMED = "re-confirmed"
    """Only the date of the review has moved."""
    UPDATED = "updated"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A document whose date a pull request moves, and the owner who has to approve that."""

    path: str
    owner: Login


def is_redated(file: ChangedFile) -> bool:
    """Whether nothing of a file changes but the date of its review; not if the change is not shown."""
    if file.status != "modified" or not file.patch:
        return False
    dated, frame, top = False, 0, False
    for line in file.patch.replace("\r\n", "\n").split("\n"):
        if line.startswith("@@"):
            top = _AT_TOP.fullmatch(line) is not None
        elif _DATED.fullmatch(line):
            dated = True
        elif top and _FRAME.fullmatch(line):
            frame += 1
        elif line.startswith(("+", "-")):
            return False
    return dated and frame <= _MOST_OF_A_FRAME


def kind_of(file: ChangedFile) -> Kind:
    """How a change of a document counts."""
    return Kind.RECONFIRMED if is_redated(file) else Kind.UPDATED


def redated(
    files: Iterable[ChangedFile], model: Model, gone: Collection[Login] = ()
) -> tuple[Wanted, ...]:
    """The documents of which a pull request moves only the date, whatever else it changes."""
    return tuple(
        Wanted(file.path, owner_of(file.path, doc, model, gone))
        for file in files
        if (doc := entry_of(file.path, model.docs)) is not None and is_redated(file)
    )


def unapproved(
    wanted: Iterable[Wanted], author: Login, approvers: Collection[Login]
) -> tuple[Wanted, ...]:
    """Those whose owner has neither approved nor written the pull request."""
    return tuple(
        one for one in wanted if not any(same_login(one.owner, who) for who in (author, *approvers))
    )
