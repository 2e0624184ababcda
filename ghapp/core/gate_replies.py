"""What is answered to those who speak about a release: that it counts, or why it does not."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ghapp.core import gate_rules
from ghapp.core.gate_facts import GateFacts
from ghapp.core.said import GO, Word
from ghapp.core.sign_off import is_among
from ghapp.core.verdict import Unread
from ghapp.model.names import Login, same_login
from ghapp.model.release import Release


@dataclass(frozen=True, slots=True)
class Reply:
    """Whether a word counts: `why` it does not, in the app's own words, is empty if it does.

    `kind` tells one reason from another, so that nobody is given the same one twice.
    """

    kind: str
    why: str = ""

    @property
    def counts(self) -> bool:
        """Whether it does."""
        return not self.why


COUNTS: Final = Reply("counts")

_OWN: Final = Reply("own", "A release is signed off by others than its author.")
_VOID: Final = Reply(
    "void",
    "The branch has been pushed to since, and `release.gate.void_sign_offs_on_push` is set: "
    "look at what has come, and say it again.",
)


def reply(word: Word, facts: GateFacts, release: Release) -> Reply | None:
    """What is answered to a `/go` or a `/no-go`; None while it cannot be told."""
    author = same_login(word.by, facts.author)
    if word.name == GO and author:
        return _OWN
    wanted = gate_rules.signers(facts, release)
    people = gate_rules.people_of(facts, wanted)
    if gate_rules.is_hotfix(facts, release) and word.name == GO:
        people = (*people, *gate_rules.people_of(facts, release.hotfix.approvers))
    if not people and not wanted:
        return Reply("unasked", "OWNERS.yaml asks for no sign-off of this release.")
    if not is_among(word.by, people) and not author:
        return Reply("no-role", f"This release is signed off by {_named(people)}.")
    said = gate_rules.voices(facts, release)
    if isinstance(said, Unread):
        return None
    is_void = any(same_login(word.by, one.by) and word.at == one.at for one in said.void)
    return _VOID if word.name == GO and is_void else COUNTS


def _named(people: Iterable[Login]) -> str:
    return " or ".join(f"`{one}`" for one in people) or "nobody"
