"""What a rule of the backlog is: what it finds about one item, or about all of them together."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ghapp.core.backlog import Backlog, Finding, Weight
from ghapp.core.item import Item
from ghapp.core.rule import Rule, S, SectionName


@dataclass(frozen=True, slots=True, kw_only=True)
class HygieneRule(Rule[S]):
    """A check of the backlog: of one item after another, or of the whole.

    `check` gives what is wrong with one item. Where a listing does not say, `suspects` is asked first: only if it
    holds is the item's timeline read, and `check` finds `item.known`. It goes by what is known at least: nothing has
    happened earlier than the history tells, nor before the item was opened.

    Of the whole, `sketch` keeps as little of each item as will do, None of most, and `survey` gets what was kept, by
    number. `weight` is how much its findings matter.
    """

    section: ClassVar[SectionName] = "hygiene"

    weight: Weight
    by_default: bool = True
    check: Callable[[Item, Backlog, S], Iterable[Finding]] | None = None
    suspects: Callable[[Item, Backlog, S], bool] | None = None
    sketch: Callable[[Item, Backlog, S], Any] | None = None
    survey: Callable[[Mapping[int, Any], Backlog, S], Iterable[Finding]] | None = None

    def settings_in(self, backlog: Backlog) -> S:
        """The rule's settings in OWNERS.yaml."""
        found = backlog.settings.rules.of(self.name)
        if found is None:
            return self.where_silent
        if isinstance(found, self.settings):
            return found
        return self.settings(mode=found.mode, skip=found.skip)
