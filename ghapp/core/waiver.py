"""Waivers: a rule that somebody who answers for what is changed lets a pull request off."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from ghapp.core.approval import BLOCKS, NAME
from ghapp.core.opinions import Void, short, still_holds
from ghapp.core.review_facts import ReviewFacts, Waiver
from ghapp.core.verdict import Reason, State, Unread, note
from ghapp.model.approvers import distinct, people_of
from ghapp.model.names import Login, same_login

_PARTS: Final = frozenset({NAME, BLOCKS})
"""What is no rule, and cannot be waived: who could waive approvals could as well approve."""


@dataclass(frozen=True, slots=True)
class Waivers:
    """By rule those that count, and why it is not known of others; `notes` are of those that do not count."""

    standing: Mapping[str, Waiver]
    unread: Mapping[str, Unread]
    notes: tuple[Reason, ...] = ()

    def of(self, reason: Reason) -> Reason:
        """A reason as it stands with its waiver; one that holds needs none."""
        name, waiver = reason.name, self.standing.get(reason.name)
        if reason.holds:
            return reason
        if waiver is not None:
            text = f"Waived by {waiver.by}, {waiver.at:%Y-%m-%d %H:%M} UTC: {waiver.reason}"
            short = f"Waived by {waiver.by}"
            return Reason(name, State.SKIPPED, short, text, (), reason.setting, (reason,))
        if name in self.unread:
            text = f"Whether it is waived could not be read: {self.unread[name].why}"
            short = "Could not read the waivers"
            return Reason(name, State.UNKNOWN, short, text, (), reason.setting, (reason,))
        return reason


def who_may_waive(facts: ReviewFacts) -> tuple[Login, ...] | Unread:
    """The people of the touched areas but for the author."""
    areas = facts.touched
    if isinstance(areas, Unread):
        return areas
    model, author = facts.model, facts.pull.author
    people = distinct(one for name in areas for one in people_of(model.areas[name], model))
    return tuple(one for one in people if not same_login(one, author))


def waivers(facts: ReviewFacts, waivable: Collection[str]) -> Waivers:
    """The waivers of these rules; the first of several of one rule counts."""
    if isinstance(facts.waivers, Unread):
        return Waivers({}, dict.fromkeys(waivable, facts.waivers))
    may = who_may_waive(facts)
    standing: dict[str, Waiver] = {}
    unread: dict[str, Unread] = {}
    notes = []
    for waiver in sorted(facts.waivers, key=lambda one: one.at):
        if waiver.rule not in {*waivable, *_PARTS}:
            continue
        why_not = _why_not(waiver, facts, may)
        if isinstance(why_not, Unread):
            unread[waiver.rule] = why_not
        elif why_not:
            said = f"/waive {waiver.rule} by {waiver.by} does not count: {why_not}"
            notes.append(note(waiver.rule, said))
        else:
            standing.setdefault(waiver.rule, waiver)
    return Waivers(standing, unread, tuple(notes))


def _why_not(waiver: Waiver, facts: ReviewFacts, may: tuple[Login, ...] | Unread) -> str | Unread:
    """Why a waiver does not count; empty when it does."""
    if waiver.rule in _PARTS:
        return "only rules can be waived"
    if same_login(waiver.by, facts.pull.author):
        return "it is their own pull request"
    if isinstance(may, Unread):
        return may
    if not any(same_login(waiver.by, one) for one in may):
        return "they are of none of the areas that it touches"
    lost = still_holds(waiver.head, facts)
    return f"it was voided by {short(lost.by)}" if isinstance(lost, Void) else lost or ""
