"""What to do when handling failed: wait, try again later, try one by one, or give up; pure."""

from dataclasses import dataclass

ATTEMPTS = 5
"""Failures of one row before it is parked."""

FIRST_BACKOFF = 1.0
REASON_LENGTH = 500


class Retry(Exception):  # noqa: N818 - a request to come again, not an error of the handler
    """Trouble outside: handle the same rows again in `after` seconds, without counting an attempt."""

    def __init__(self, after: float, reason: str) -> None:
        super().__init__(reason)
        self.after = after
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Postpone:
    """All rows wait until then; nobody is to blame."""

    until: float
    reason: str


@dataclass(frozen=True, slots=True)
class OneByOne:
    """One of several rows is to blame: handle them singly to learn which."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """The only row failed and is tried again then."""

    until: float
    reason: str


@dataclass(frozen=True, slots=True)
class Park:
    """The only row failed too often."""

    reason: str


Verdict = Postpone | OneByOne | Backoff | Park


def judge(error: Exception, *, rows: int, attempts: int, now: float) -> Verdict:
    """Decide after a failure of `rows` rows, of which the first had failed `attempts` times before."""
    if isinstance(error, Retry):
        return Postpone(now + max(0.0, error.after), error.reason[:REASON_LENGTH])
    if rows > 1:
        return OneByOne()
    reason = describe(error)
    if attempts + 1 >= ATTEMPTS:
        return Park(reason)
    return Backoff(now + FIRST_BACKOFF * 2**attempts, reason)


def describe(error: Exception) -> str:
    """One line for the operator who looks at a parked row."""
    said = " ".join(str(error).split())
    name = type(error).__name__
    return (f"{name}: {said}" if said else name)[:REASON_LENGTH]
