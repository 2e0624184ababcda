"""Planned work, announced in OWNERS.yaml."""

from typing import Self

from pydantic import Field, model_validator

from ghapp.model.references import AreaRef
from ghapp.model.section import Section, in_order
from ghapp.model.values import WallTime


class Maintenance(Section):
    """A window in which an area's alerts are listed on one issue and call nobody."""

    area: AreaRef
    from_: WallTime = Field(alias="from")
    """On the wall clock of the file's time zone."""
    to: WallTime
    reason: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        in_order(self.from_, self.to, may_meet=False)
        return self
