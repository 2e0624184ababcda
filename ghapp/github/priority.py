"""Who goes first when GitHub's budget is short."""

from enum import IntEnum
from typing import Self

from ghapp.model.names import Severity


class Priority(IntEnum):
    """The order of waiting calls; the smallest goes first."""

    SEV1 = 1
    SEV2 = 2
    SEV3 = 3
    SEV4 = 4
    NORMAL = 5
    REPEAT = 6

    @classmethod
    def of(cls, severity: Severity) -> Self:
        """The priority of calls that serve an incident of this severity."""
        return cls(int(severity))
