"""What a rule is: its name, help and settings, the facts that it needs, and a pure check.

A file in `ghapp/rules/` that holds a `RULE` is all that a new rule needs. OWNERS.yaml sets it under its name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Generic, Literal, TypeVar

from ghapp.core.review_facts import Need, ReviewFacts
from ghapp.core.verdict import Reason
from ghapp.model.rule_settings import RuleSettings

S = TypeVar("S", bound=RuleSettings)
SectionName = Literal["review", "hygiene"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[S]):
    """What rules of all sections have in common; a section's own kind of rule adds the check.

    `name` is the key in OWNERS.yaml, `help` says in one sentence what is checked, `settings` is the type of what
    stands under the name. `by_default` has the rule looked at where OWNERS.yaml does not name it.
    """

    section: ClassVar[SectionName]

    name: str
    help: str
    settings: type[S]
    by_default: bool = False

    @property
    def where_silent(self) -> S:
        """The settings that hold where OWNERS.yaml does not name the rule."""
        return self.settings() if self.by_default else self.settings(mode="off")


def never(_facts: ReviewFacts) -> datetime | None:
    """Of a rule whose outcome time alone does not change."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRule(Rule[S]):
    """A check of pull requests.

    `check` says how the rule stands, or None where it does not apply to this pull request; the reason's `setting` may
    be left empty, and is then the rule's place in OWNERS.yaml. `needs` are facts beyond those that are always read.
    `waivable` lets an owner of a touched area waive it. `wake_at` is the next instant (UTC) at which time alone may
    change it.
    """

    section: ClassVar[SectionName] = "review"

    check: Callable[[ReviewFacts, S], Reason | None]
    needs: frozenset[Need] = frozenset()
    waivable: bool = True
    wake_at: Callable[[ReviewFacts], datetime | None] = never
