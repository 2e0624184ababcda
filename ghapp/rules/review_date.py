"""Dates of reviews: who moves the date of a document, and nothing else of it, says that its owner has read it over."""

from ghapp.core.docs_change import Wanted, redated, unapproved
from ghapp.core.opinions import opinions, still_holds
from ghapp.core.review_facts import ReviewFacts
from ghapp.core.rule import ReviewRule
from ghapp.core.verdict import Reason, State, Unread
from ghapp.model.approvers import distinct
from ghapp.model.names import Login
from ghapp.model.rule_settings import Mode, RuleSettings

_NAME = "review_date"


class ReviewDate(RuleSettings):
    """It holds up the merge unless the file says otherwise: a date that nobody stands for is worse than none."""

    mode: Mode = "require"
    """Whether it is not looked at, only mentioned, or holds up the merge; here it does."""


def _check(facts: ReviewFacts, _settings: ReviewDate) -> Reason | None:
    if not facts.model.docs:
        return None
    if isinstance(facts.files, Unread):
        return Reason(_NAME, State.UNKNOWN, "Could not read the files", facts.files.why)
    wanted = redated(facts.files, facts.model)
    if not wanted:
        return None
    if isinstance(facts.reviews, Unread):
        return Reason(_NAME, State.UNKNOWN, "Could not read the reviews", facts.reviews.why)
    said = [one for one in opinions(facts.reviews) if one.state == "approved"]
    people = [one for one in said if not one.author_is_bot]
    given = [one.author for one in people if still_holds(one.commit, facts) is None]
    missing = unapproved(wanted, facts.pull.author, given)
    if not missing:
        return Reason(_NAME, State.SATISFIED, "Re-confirmed", f"Re-confirmed: {_named(wanted)}.")
    unsure = [one.author for one in people if isinstance(still_holds(one.commit, facts), Unread)]
    if not unapproved(missing, facts.pull.author, unsure):
        text = "What has changed since the owner's approval could not be read."
        return Reason(_NAME, State.UNKNOWN, "Could not tell if the approval holds", text)
    owners = _owners(missing)
    text = f"Only the date of the review changes, so its owner has to approve: {_named(missing)}."
    return Reason(_NAME, State.PENDING, f"Date waits for {', '.join(owners)}", text, owners)


def _owners(wanted: tuple[Wanted, ...]) -> tuple[Login, ...]:
    return distinct(one.owner for one in wanted)


def _named(wanted: tuple[Wanted, ...]) -> str:
    return ", ".join(f"{one.path} ({one.owner})" for one in wanted)


RULE = ReviewRule(
    name=_NAME,
    help="Where only the date of a document's review changes, its owner has approved that.",
    settings=ReviewDate,
    check=_check,
    by_default=True,
)
