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


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the standard says of a head.

    `reasons` decide on the merge, `advice` is only mentioned, `notes` are of words that do not count. `wake_at` is the
    next instant (UTC) at which time alone may change it.
    """

    reasons: tuple[Reason, ...] = ()
    advice: tuple[Reason, ...] = ()
    notes: tuple[Reason, ...] = ()
    draft: bool = False
    wake_at: datetime | None = None

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
    required = [one for one in (blocks(facts), approvals(facts)) if one is not None]
    advice: list[Reason] = []
    for rule in found:
        reason = looked_at(rule, facts, waived)
        if reason is not None:
            (required if _settings(rule, facts.model).required else advice).append(reason)
    return Verdict(
        reasons=tuple(required),
        advice=tuple(advice),
        notes=waived.notes,
        wake_at=_wake_at(facts, found),
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


def looked_at(rule: ReviewRule[Any], facts: ReviewFacts, waived: Waivers) -> Reason | None:
    """How a rule stands by its settings in the model; None where it is off or does not apply.

    A rule that fails could not tell, and stops no other.
    """
    settings, setting = _settings(rule, facts.model), f"review.rules.{rule.name}"
    if not settings.counts:
        return None
    if _excused(settings, facts):
        text = f"Skipped by the label {settings.skip}."
        return Reason(rule.name, State.SKIPPED, "Skipped by a label", text, (), setting)
    try:
        reason = rule.check(facts, settings)
    except Exception as error:  # noqa: BLE001 - whatever a rule does wrong, the others count
        text = f"The rule failed, which is a fault of the app: {type(error).__name__}."
        reason = Reason(rule.name, State.UNKNOWN, f"Could not check the {rule.name}", text)
    if reason is None:
        return None
    return waived.of(replace(reason, setting=reason.setting or setting))


def _settings(rule: ReviewRule[Any], model: Model) -> RuleSettings:
    found = model.review.rules.of(rule.name)
    return rule.where_silent if found is None else found


def _excused(settings: RuleSettings, facts: ReviewFacts) -> bool:
    label = (settings.skip or "").casefold()
    return bool(label) and any(one.casefold() == label for one in facts.pull.labels)


def _wake_at(facts: ReviewFacts, rules: Rules) -> datetime | None:
    instants = (one.wake_at(facts) for one in rules if _settings(one, facts.model).counts)
    return min((one for one in instants if one is not None), default=None)
