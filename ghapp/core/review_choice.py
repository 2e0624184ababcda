"""Whose review is asked for: of each touched area people who may approve, the least busy first, nobody in vain.

Bots are never among them: OWNERS.yaml takes no such name.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from ghapp.core.approval import approvers
from ghapp.core.captain import is_away
from ghapp.core.opinions import makers
from ghapp.core.review_facts import ReviewFacts
from ghapp.core.verdict import Reason, State, Unread, note
from ghapp.model.approvers import distinct, people_of
from ghapp.model.names import AreaName, Login, same_login
from ghapp.model.types import Area, Model

NAME = "reviewers"


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody whose review is asked for, for one area or several, and why, for a reader."""

    login: Login
    why: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Whom to ask; `notes` say who was passed over, and where nobody is left."""

    asked: tuple[Asked, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def logins(self) -> tuple[Login, ...]:
        """Those to ask."""
        return tuple(one.login for one in self.asked)

    @property
    def lines(self) -> tuple[str, ...]:
        """What there is to say of it."""
        return (*(f"{one.login}: {one.why}" for one in self.asked), *self.notes)


def choose(
    facts: ReviewFacts,
    load: Mapping[str, int],
    *,
    refused: Collection[Login] = (),
    late: Collection[Login] = (),
) -> Choice:
    """Whom to ask besides those who are asked, or have reviewed, already: they count towards what is needed.

    `load` is how many open pull requests wait for somebody, by the login in small letters. GitHub asks nobody of the
    `refused`. Those who are `late` do not count, and are not asked again; then an area's backup comes first. Where
    several have the same load, the owner comes before the backup, and both before the team.
    """
    areas = facts.touched
    if isinstance(areas, Unread) or isinstance(facts.reviews, Unread):
        return Choice()
    engaged = [*facts.pull.requested, *(one.author for one in facts.reviews)]
    standing = tuple(one for one in engaged if not _among(one, late))
    made_by = makers(facts)
    asked: dict[Login, str] = {}
    notes: dict[str, None] = {}
    for name in areas:
        area = facts.model.areas[name]
        pool = approvers(area, facts.model, made_by)
        missing = facts.model.review.approvals - sum(
            _among(one, (*standing, *asked)) for one in pool
        )
        free = []
        for one in pool:
            why_not = _why_not(one, facts, refused)
            if why_not:
                notes[f"{one} is not asked: {why_not}"] = None
            elif not _among(one, (*engaged, *asked, *late)):
                free.append(one)
        free.sort(key=lambda one: _order(one, area, load, late))
        for one in free[: max(missing, 0)]:
            asked[one] = _why(one, name, facts.model, load)
        if missing > len(free):
            notes[f"Nobody more can be asked for {name}"] = None
    return Choice(tuple(Asked(*one) for one in asked.items()), tuple(notes))


def said(lines: Iterable[str]) -> Reason | None:
    """What the check says of it; None where there is nothing to say."""
    rows = tuple(note(NAME, line) for line in lines)
    text = "Whose review was asked for, and why."
    return Reason(NAME, State.SKIPPED, text, text, children=rows) if rows else None


def _order(
    one: Login, area: Area, load: Mapping[str, int], late: Collection[Login]
) -> tuple[bool, int]:
    backup = bool(late) and area.backup is not None and same_login(one, area.backup)
    return not backup, load.get(one.casefold(), 0)


def _why_not(one: Login, facts: ReviewFacts, refused: Collection[Login]) -> str:
    if _among(one, refused):
        return "GitHub asks only collaborators"
    return "away" if is_away(facts.model, one, facts.now) else ""


def _why(one: Login, name: AreaName, model: Model, load: Mapping[str, int]) -> str:
    area, count = model.areas[name], load.get(one.casefold(), 0)
    if same_login(one, area.owner):
        role = f"owner of {name}"
    elif area.backup is not None and same_login(one, area.backup):
        role = f"backup of {name}"
    elif _among(one, people_of(area, model)):
        role = f"of the team {area.team} for {name}"
    else:
        role = f"review.fallback for {name}"
    return f"{role}, {count} other review{'' if count == 1 else 's'} waiting"


def loads(requests: Iterable[Iterable[Login]]) -> Mapping[str, int]:
    """How many pull requests wait for each person, from who is asked on each."""
    found: dict[str, int] = {}
    for logins in requests:
        for one in distinct(logins):
            found[one.casefold()] = found.get(one.casefold(), 0) + 1
    return found


def _among(login: Login, logins: Iterable[Login]) -> bool:
    return any(same_login(login, one) for one in logins)
