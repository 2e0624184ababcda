"""Whether a release may go: every reason is looked at, and what could not be read speaks against it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from ghapp.core import gate_rules
from ghapp.core.gate_facts import GateFacts
from ghapp.core.verdict import Reason, State, Unread, foremost, title_of
from ghapp.model.release import Release

CHECK: Final = "ghapp/release-gate"
"""The name of the check run."""

Conclusion = Literal["success", "failure", "action_required"]


@dataclass(frozen=True, slots=True)
class Gate:
    """What the gate says of a head.

    `wake_at` is the next instant (UTC) at which time alone may change it: the end of the soak, a freeze's beginning
    or end. `advisory` says that the branch takes merges without this check.
    """

    reasons: tuple[Reason, ...]
    advisory: bool = False
    wake_at: datetime | None = None

    @property
    def passes(self) -> bool:
        """Whether nothing stands in the way."""
        return all(one.holds for one in self.reasons)

    @property
    def foremost(self) -> Reason | None:
        """The first of the worst reasons against the release; None when it may go."""
        return foremost(self.reasons)

    @property
    def retries(self) -> bool:
        """Whether something could not be read, and is to be tried again."""
        return any(one.state is State.UNKNOWN for one in self.reasons)

    @property
    def conclusion(self) -> Conclusion | None:
        """How the check run ends; None while only time or a running job is waited for.

        https://docs.github.com/en/rest/checks/runs#create-a-check-run
        """
        foremost = self.foremost
        if foremost is None:
            return "success"
        if foremost.state is not State.PENDING:
            return "failure"
        waiting = [one for one in self.reasons if one.state is State.PENDING]
        return None if all(one.name in {"soak", "checks"} for one in waiting) else "action_required"

    @property
    def title(self) -> str:
        """The nearest reason against it, in at most 50 characters."""
        foremost = self.foremost
        said = "Ready to release" if foremost is None else foremost.short
        return title_of(f"Advisory: {said}" if self.advisory else said)


def evaluate(facts: GateFacts, release: Release, now: datetime) -> Gate:
    """Whether a release may go at an aware datetime, by the settings of OWNERS.yaml."""
    return Gate(
        reasons=tuple(_reasons(facts, release, now)),
        advisory=facts.required is False,
        wake_at=_wake_at(facts, release, now),
    )


def could_not(why: str) -> Gate:
    """What the gate says when the facts could not even be gathered."""
    return Gate((gate_rules.unread("facts", "the release", Unread(why)),))


def _reasons(facts: GateFacts, release: Release, now: datetime) -> Iterator[Reason]:
    for optional in (gate_rules.draft(facts), gate_rules.areas(facts)):
        if optional is not None:
            yield optional
    yield gate_rules.milestone(facts, release)
    yield gate_rules.incidents(facts, release)
    yield gate_rules.freezes(facts, release, now)
    yield gate_rules.checks(facts, release)
    yield gate_rules.approvals(facts, release)
    yield gate_rules.sign_offs(facts, release)
    yield gate_rules.checklist(facts)
    yield gate_rules.soak(facts, release, now)
    required = gate_rules.required(facts)
    if required is not None:
        yield required


def _wake_at(facts: GateFacts, release: Release, now: datetime) -> datetime | None:
    instants = [gate_rules.soaked_at(facts, release.gate.soak)]
    for window in gate_rules.windows(facts, release):
        instants += [window.start, window.end]
    return min((one for one in instants if one is not None and one > now), default=None)
