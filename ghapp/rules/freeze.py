"""Freezes: nothing is merged while one holds, unless somebody who may lets it through."""

from collections.abc import Iterator
from datetime import datetime

from ghapp.core.freeze import Exemption, Window, excused, refused
from ghapp.core.opinions import Void, short, still_holds
from ghapp.core.review_facts import Need, ReviewFacts
from ghapp.core.rule import ReviewRule
from ghapp.core.verdict import Reason, State, Unread, foremost, note
from ghapp.model.names import same_login
from ghapp.model.rule_settings import RuleSettings

_NAME = "freeze"


class Freezing(RuleSettings):
    """Nothing of its own can be set: freezes stand under `release.freezes`."""


def _check(facts: ReviewFacts, _settings: Freezing) -> Reason | None:
    if isinstance(facts.windows, Unread):
        text = f"The freezes could not be read: {facts.windows.why}"
        return Reason(_NAME, State.UNKNOWN, "Could not read the freezes", text)
    held = [one for one in facts.windows if one.holds(facts.now)]
    if not held:
        return Reason(_NAME, State.SATISFIED, "No freeze", "No freeze holds.")
    if isinstance(facts.waivers, Unread):
        text = f"A freeze holds, and who lets it through could not be read: {facts.waivers.why}"
        return Reason(_NAME, State.UNKNOWN, "Could not read the waivers", text)
    said = [(one, still_holds(one.head, facts)) for one in facts.waivers if one.rule == _NAME]
    given = tuple(
        Exemption(by=one.by, text=one.reason, at=one.at)
        for one, lost in said
        if lost is None and not same_login(one.by, facts.pull.author)
    )
    rows = tuple(row for window in held for row in _frozen(window, given))
    rows += tuple(
        note(_NAME, f"The word of {one.by} was voided by {short(lost.by)}")
        for one, lost in said
        if isinstance(lost, Void)
    )
    unread = next((lost for _, lost in said if isinstance(lost, Unread)), None)
    if unread is not None and foremost(rows) is not None:
        text = f"A freeze holds, and whether it is excused could not be read: {unread.why}"
        return Reason(_NAME, State.UNKNOWN, "Could not read the files", text, (), "", rows)
    first = foremost(rows)
    if first is None:
        text = "Every freeze is excused."
        return Reason(_NAME, State.SKIPPED, "Excused from the freeze", text, (), "", rows)
    return Reason(_NAME, first.state, first.short, first.text, first.who, first.setting, rows)


def _frozen(window: Window, given: tuple[Exemption, ...]) -> Iterator[Reason]:
    said = f"{window.said[0].upper()}{window.said[1:]}"
    until = "" if window.end is None else f" until {window.end:%Y-%m-%d %H:%M} UTC"
    excuse = excused(window, given)
    if excuse is not None:
        text = f"{said}{until}: {excuse.by} lets it through, {excuse.at:%Y-%m-%d %H:%M} UTC: {excuse.text}"
        yield Reason(_NAME, State.SKIPPED, said, text, (), window.said_in)
        return
    title = said if window.end is None else f"{said} (until {window.end:%Y-%m-%d})"
    yield Reason(_NAME, State.REFUSED, title, f"{said}{until}.", window.approvers, window.said_in)
    for one in refused(window, given):
        yield note(_NAME, f"The word of {one.exemption.by} does not count: {one.why}")


def _wake_at(facts: ReviewFacts) -> datetime | None:
    windows = () if isinstance(facts.windows, Unread) else facts.windows
    ends = (at for one in windows for at in (one.start, one.end) if at is not None)
    return min((at for at in ends if at > facts.now), default=None)


RULE = ReviewRule(
    name=_NAME,
    help="No freeze holds, or one of those who may has let the change through.",
    settings=Freezing,
    by_default=True,
    check=_check,
    needs=frozenset({Need.FREEZES}),
    waivable=False,
    wake_at=_wake_at,
)
