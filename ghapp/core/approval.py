"""Approvals: of each area that a pull request touches, by people of that area who have not made it themselves."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ghapp.core.opinions import Makers, Void, makers, opinions, short, still_holds
from ghapp.core.pull_request import Review
from ghapp.core.review_facts import ReviewFacts
from ghapp.core.verdict import Reason, State, Unread, foremost, note
from ghapp.model.approvers import distinct, fallback_of, people_of
from ghapp.model.names import AreaName, Login, same_login
from ghapp.model.types import Area, Model

NAME: Final = "approvals"
BLOCKS: Final = "changes requested"
_FILES_SHOWN: Final = 3


def approvers(area: Area, model: Model, made_by: Makers) -> tuple[Login, ...]:
    """Those of an area who have not made the pull request; if they are too few, those of `review.fallback` as well."""
    own = people_of(area, model)
    left = tuple(one for one in own if not made_by.include(one))
    if len(left) >= model.review.approvals:
        return left
    others = (one for one in fallback_of(model) if not made_by.include(one))
    return distinct((*left, *others))


def blocks(facts: ReviewFacts) -> Reason | None:
    """Requests for changes; only who has made one takes it back, or it is dismissed."""
    if isinstance(facts.reviews, Unread):
        why = f"The reviews could not be read: {facts.reviews.why}"
        return Reason(BLOCKS, State.UNKNOWN, "Could not read the reviews", why)
    against = [
        one.author
        for one in opinions(facts.reviews)
        if one.state == "changes_requested" and not one.author_is_bot
    ]
    if not against:
        return None
    text = "Only they can take that back, by another review, unless it is dismissed."
    return Reason(
        BLOCKS,
        State.REFUSED,
        f"{_all_of(against)} requested changes",
        f"{_all_of(against)} requested changes. {text}",
        tuple(against),
    )


def approvals(facts: ReviewFacts) -> Reason | None:
    """How each touched area stands; None where OWNERS.yaml asks for no approvals."""
    if not facts.model.review.approvals:
        return None
    areas = facts.touched
    for what, found in (("files", areas), ("reviews", facts.reviews)):
        if isinstance(found, Unread):
            return _unread(
                f"Could not read the {what}", f"The {what} could not be read: {found.why}"
            )
    assert not isinstance(areas, Unread)
    made_by = makers(facts)
    said = _said(facts)
    rows = [_area(name, files, facts, made_by, said) for name, files in areas.items()]
    rows += [_unknown_maker(one) for one in made_by.unknown]
    if not facts.files_complete:
        text = "GitHub does not list all the files, so that every area counts as touched."
        rows.append(note("files", text))
    if not areas:
        rows.append(note("files", "No file is changed."))
    return _together(tuple(rows))


@dataclass(frozen=True, slots=True)
class _Said:
    """An approval, and why it does not count for the head of now."""

    by: Login
    review: Review
    why_not: Void | Unread | None


def _said(facts: ReviewFacts) -> tuple[_Said, ...]:
    reviews = () if isinstance(facts.reviews, Unread) else facts.reviews
    return tuple(
        _Said(one.author, one, still_holds(one.commit, facts))
        for one in opinions(reviews)
        if one.state == "approved" and not one.author_is_bot
    )


def _area(
    name: AreaName,
    files: tuple[str, ...],
    facts: ReviewFacts,
    made_by: Makers,
    said: tuple[_Said, ...],
) -> Reason:
    wanted, pool = (
        facts.model.review.approvals,
        approvers(facts.model.areas[name], facts.model, made_by),
    )
    setting = f"areas.{name}"
    theirs = [one for one in said if any(same_login(one.by, login) for login in pool)]
    given = [one.by for one in theirs if one.why_not is None]
    open_ones = tuple(one for one in pool if not any(same_login(one, by) for by in given))
    notes = tuple(_void(one) for one in theirs if isinstance(one.why_not, Void))
    shown = _shown(files)
    if len(given) >= wanted:
        text = f"Approved by {_all_of(given)}.{shown}"
        return Reason(name, State.SATISFIED, f"{name} approved", text, (), setting, notes)
    if len(pool) < wanted:
        few = f"only {_all_of(pool)}" if pool else "nobody"
        text = f"{wanted} must approve, and besides those who made it {few} may.{shown}"
        return Reason(name, State.REFUSED, f"Too few can approve {name}", text, (), setting, notes)
    unsure = [one for one in theirs if isinstance(one.why_not, Unread)]
    if len(given) + len(unsure) >= wanted:
        return _unsure(name, unsure[0], setting, notes)
    count = f"{len(given)} of {wanted} approvals"
    short_of = f"{name} waits for {_any_of(open_ones)}" if wanted == 1 else f"{name}: {count}"
    more = "it" if wanted == 1 else "more"
    text = f"{count}; {_any_of(open_ones)} may give {more}.{shown}"
    return Reason(name, State.PENDING, short_of, text, open_ones, setting, notes)


def _unsure(area: AreaName, one: _Said, setting: str, notes: tuple[Reason, ...]) -> Reason:
    why = one.why_not.why if isinstance(one.why_not, Unread) else ""
    told = f"Could not tell if {one.by}'s approval holds"
    of = short(one.review.commit)
    text = f"{one.by} approved {of}, and what has changed since could not be read: {why}"
    return Reason(area, State.UNKNOWN, told, text, (), setting, notes)


def _void(one: _Said) -> Reason:
    by = one.why_not.by if isinstance(one.why_not, Void) else one.review.commit
    text = f"{one.by}'s approval of {short(one.review.commit)} was voided by {short(by)}"
    return note("voided", f"{text}.")


def _unknown_maker(why: str) -> Reason:
    return Reason("commits", State.UNKNOWN, "Could not tell who made the commits", f"{why}.")


def _unread(told: str, why: str) -> Reason:
    return Reason(NAME, State.UNKNOWN, told, why, (), "review.approvals")


def _together(rows: tuple[Reason, ...]) -> Reason:
    """Stands as the worst of its parts, and says the first of those."""
    setting = "review.approvals"
    first = foremost(rows)
    if first is None:
        text = "Every area that is touched has its approvals."
        return Reason(NAME, State.SATISFIED, "Approved", text, (), setting, rows)
    others = sum(not one.holds for one in rows) - 1
    more = f", {others} more" if others else ""
    who = distinct(login for one in rows if not one.holds for login in one.who)
    text = f"{first.name}: {first.text}"
    return Reason(NAME, first.state, f"{first.short}{more}", text, who, setting, rows)


def _shown(files: tuple[str, ...]) -> str:
    if not files:
        return ""
    more = len(files) - _FILES_SHOWN
    return f" Files: {', '.join(files[:_FILES_SHOWN])}{f' and {more} more' if more > 0 else ''}."


def _all_of(people: Iterable[str]) -> str:
    return _joined(list(people), "and")


def _any_of(people: Iterable[str]) -> str:
    return _joined(list(people), "or")


def _joined(people: list[str], word: str) -> str:
    return f" {word} ".join(filter(None, (", ".join(people[:-1]), people[-1])))
