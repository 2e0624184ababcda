"""What rules can be set to: the settings that all share, and a table of them by the rules' names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ghapp.model.section import EMPTY, Section
from ghapp.model.values import Text

Mode = Literal["off", "advise", "require"]


class RuleSettings(Section):
    """What every rule can be set to; a rule's own settings are fields of a subclass in its file."""

    mode: Mode = "advise"
    """Whether it is not looked at, only mentioned, or holds up the merge."""
    skip: Text | None = None
    """A label that excuses a pull request from it; without one, none does."""

    @property
    def counts(self) -> bool:
        """Whether it is looked at."""
        return self.mode != "off"

    @property
    def required(self) -> bool:
        """Whether it holds something up."""
        return self.mode == "require"


class AnyRule(RuleSettings, extra="allow"):
    """Settings of a rule of which nothing more is known."""


class RuleTable(Section, extra="allow"):
    """Settings by the name of the rule. Where it is known which rules there are, each is a field of its own."""

    __pydantic_extra__: dict[str, AnyRule]

    def of(self, name: str) -> RuleSettings | None:
        """The settings of a rule; None when the file does not name it, nor is it known what holds then."""
        known = name in type(self).model_fields
        found: RuleSettings | None = (
            getattr(self, name) if known else (self.model_extra or {}).get(name)
        )
        return found


@dataclass(frozen=True, slots=True)
class Rules:
    """Which rules there are, by section and name, each with the settings that hold where the file is silent."""

    review: Mapping[str, RuleSettings] = EMPTY
    hygiene: Mapping[str, RuleSettings] = EMPTY
