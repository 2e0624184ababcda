"""The names that things go by: logins, areas, severities; a plain string of one kind is not another."""

from enum import IntEnum
from typing import NewType, Self

Login = NewType("Login", str)
"""A GitHub login, spelt as OWNERS.yaml or GitHub spells it; compare with `same_login`."""

AreaName = NewType("AreaName", str)
RotationName = NewType("RotationName", str)
TeamName = NewType("TeamName", str)
PolicyName = NewType("PolicyName", str)


class Severity(IntEnum):
    """How bad it is; 1 is the worst, so `min` of several is the highest."""

    SEV1 = 1
    SEV2 = 2
    SEV3 = 3
    SEV4 = 4

    @property
    def label(self) -> str:
        """The label that carries it, which is also how people write it: `sev1`."""
        return f"sev{self.value}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read `sev2`, `SEV2` or `2`; None when it is none of them."""
        digits = text.strip().lower().removeprefix("sev")
        return cls(int(digits)) if digits in {"1", "2", "3", "4"} else None


def same_login(one: str, other: str) -> bool:
    """GitHub logins differ in case only when they are the same account."""
    return one.casefold() == other.casefold()
