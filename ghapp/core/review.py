"""What the review standard says of a pull request."""

from typing import Any

from ghapp.core.review_facts import ReviewFacts
from ghapp.core.rule import ReviewRule
from ghapp.core.verdict import Reason, State


def looked_at(rule: ReviewRule[Any], facts: ReviewFacts) -> Reason | None:
    """How a rule stands by its settings in the model; None where it is off or does not apply.

    A rule that fails could not tell, and stops no other.
    """
    settings = facts.model.review.rules.of(rule.name)
    settings = rule.where_silent if settings is None else settings
    if not settings.counts:
        return None
    try:
        return rule.check(facts, settings)
    except Exception as error:  # noqa: BLE001 - whatever a rule does wrong, the others count
        text = f"The rule failed, which is a fault of the app: {type(error).__name__}."
        return Reason(rule.name, State.UNKNOWN, f"Could not check the {rule.name}", text)
