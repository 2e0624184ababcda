"""What the review standard says of a pull request: every reason for or against its merge, as one tree."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

from ghapp.core.approval import approvals, blocks
from ghapp.core.review_facts import Need, ReviewFacts
from ghapp.core.rule import ReviewRule
from ghapp.core.verdict import Reason, State, foremost, title_of
from ghapp.core.waiver import Waivers, waivers
from ghapp.model.rule_settings import RuleSettings
from ghapp.model.types import Model

CHECK: Final = "ghapp/review"
"""The name of the check run."""

Conclusion = Literal["success", "failure", "neutral", "action_required"]
Rules = Iterable[ReviewRule[Any]]


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that failed, which is for us to mend."""

    rule: str
    error: Exception


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the standard says of a head.

    `reasons` decide on the merge, `advice` is only mentioned, `notes` are of words that do not count. `wake_at` is the
    next instant (UTC) at which time alone may change it. `faults` are for the log.
    """

    reasons: tuple[Reason, ...] = ()
    advice: tuple[Reason, ...] = ()
    notes: tuple[Reason, ...] = ()
    draft: bool = False
    wake_at: datetime | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def tree(self) -> tuple[Reason, ...]:
        """All of it for a reader: what decides, then what does not."""
        return (*self.reasons, *_together("advice", self.advice), *_together("notes", self.notes))

    @property
    def foremost(self) -> Reason | None:
        """The first of the worst reasons against the merge; None when nothing stands in its way."""
        return foremost(self.reasons)

    @property
    def retries(self) -> bool:
        """Whether something that decides could not be read, and is to be tried again."""
        return any(one.state is State.UNKNOWN for one in self.reasons)

    @property
    def conclusion(self) -> Conclusion:
        """How the check run ends. Only `success`, `neutral` and `skipped` let a merge pass where it is required.

        `action_required` says that nothing is wrong, and somebody's word is waited for.
        https://docs.github.com/en/rest/checks/runs#create-a-check-run
        """
        foremost = self.foremost
        if foremost is not None:
            return "action_required" if foremost.state is State.PENDING else "failure"
        satisfied = any(one.state is State.SATISFIED for one in self.reasons)
        return "success" if satisfied and not self.draft else "neutral"

    @property
    def title(self) -> str:
        """The nearest reason against the merge, in at most 50 characters."""
        if self.draft:
            return "Draft"
        foremost, remarks = self.foremost, sum(not one.holds for one in self.advice)
        said = self._well if foremost is None else foremost.short
        advice = f", {remarks} remark{'s' if remarks > 1 else ''}" if remarks else ""
        return title_of(said if foremost else f"{said}{advice}")

    @property
    def _well(self) -> str:
        if self.conclusion == "success":
            return "Ready to merge"
        return "Nothing is required" if not self.reasons else "Nothing is left to require"


def evaluate(facts: ReviewFacts, rules: Rules) -> Verdict:
    """What the standard of the model says at the instant of the facts. A draft is not looked at."""
    if facts.pull.draft:
        return Verdict(draft=True)
    found = tuple(rules)
    waived = waivers(facts, frozenset(one.name for one in found if one.waivable))
    looks = [(_settings(rule, facts.model), look(rule, facts, waived)) for rule in found]
    people = (blocks(facts), approvals(facts))
    required = (one.reason for settings, one in looks if settings.required)
    advice = (one.reason for settings, one in looks if not settings.required)
    instants = (one.wake_at for _, one in looks)
    return Verdict(
        reasons=tuple(one for one in (*people, *required) if one is not None),
        advice=tuple(one for one in advice if one is not None),
        notes=waived.notes,
        wake_at=min((at for at in instants if at is not None), default=None),
        faults=tuple(one.fault for _, one in looks if one.fault is not None),
    )


def could_not(why: str) -> Verdict:
    """What is said when the facts could not even be gathered."""
    text = f"The pull request could not be read: {why}"
    return Verdict(
        reasons=(Reason("facts", State.UNKNOWN, "Could not read the pull request", text),)
    )


def needs(model: Model, rules: Rules) -> frozenset[Need]:
    """The facts that the rules which are looked at need, beyond those that are always read."""
    return frozenset(need for rule in rules if _settings(rule, model).counts for need in rule.needs)


@dataclass(frozen=True, slots=True)
class Look:
    """What came of looking at a rule: a reason unless it is off or does not apply, and when to look again."""

    reason: Reason | None = None
    wake_at: datetime | None = None
    fault: Fault | None = None


def look(rule: ReviewRule[Any], facts: ReviewFacts, waived: Waivers) -> Look:
    """How a rule stands by its settings in the model. A rule that fails could not tell, and stops no other."""
    settings, setting = _settings(rule, facts.model), f"review.rules.{rule.name}"
    if not settings.counts:
        return Look()
    if _excused(settings, facts):
        text = f"Skipped by the label {settings.skip}."
        return Look(Reason(rule.name, State.SKIPPED, "Skipped by a label", text, (), setting))
    try:
        reason, wake_at = rule.check(facts, settings), rule.wake_at(facts)
    except Exception as error:  # noqa: BLE001 - whatever a rule does wrong, the others count
        text = f"The rule failed, which is a fault of the app: {type(error).__name__}."
        reason = Reason(rule.name, State.UNKNOWN, f"Could not check the {rule.name}", text)
        return Look(waived.of(replace(reason, setting=setting)), None, Fault(rule.name, error))
    if reason is None:
        return Look(None, wake_at)
    return Look(waived.of(replace(reason, setting=reason.setting or setting)), wake_at)


def _together(name: str, reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """Several that decide nothing, under one heading."""
    text = "None of these holds anything up."
    return (Reason(name, State.SKIPPED, name, text, children=reasons),) if reasons else ()


def _settings(rule: ReviewRule[Any], model: Model) -> RuleSettings:
    found = model.review.rules.of(rule.name)
    return rule.where_silent if found is None else found


def _excused(settings: RuleSettings, facts: ReviewFacts) -> bool:
    label = (settings.skip or "").casefold()
    return bool(label) and any(one.casefold() == label for one in facts.pull.labels)
