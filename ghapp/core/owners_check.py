"""What an edit of OWNERS.yaml brings: what is wrong with it and where, and who is on call before and after."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from ghapp.core import preview
from ghapp.core.preview import Change
from ghapp.core.verdict import Reason, State, note, title_of
from ghapp.model.document import read
from ghapp.model.load import Loaded, located
from ghapp.model.names import Login, TeamName, same_login
from ghapp.model.problem import Finding, Problem
from ghapp.model.types import Model

CHECK: Final = "ghapp/owners"
"""The name of the check run."""

Conclusion = Literal["success", "failure", "neutral", "action_required"]

SHOWN: Final = 50
"""Changes of who is on call, of each rotation."""


@dataclass(frozen=True, slots=True)
class OwnersCheck:
    """What there is to say of the file of a head; `changes` are of the next four weeks.

    `unread` says why it could not be read, and `gone` that there is none any more.
    """

    problems: tuple[Problem, ...] = ()
    changes: tuple[Change, ...] = ()
    unread: str = ""
    gone: bool = False

    @property
    def errors(self) -> int:
        """How many problems keep the file out of force."""
        return sum(one.level == "error" for one in self.problems)

    @property
    def conclusion(self) -> Conclusion:
        """How the check run ends: warnings alone hold nothing up."""
        if self.errors or self.unread:
            return "failure"
        return "neutral" if self.problems or self.gone else "success"

    @property
    def title(self) -> str:
        """In at most 50 characters."""
        if self.unread:
            return "Could not read OWNERS.yaml"
        if self.gone:
            return "OWNERS.yaml is taken away"
        if self.errors:
            return title_of(f"{_count(self.errors, 'error')}: {self._first.message}")
        warnings = len(self.problems)
        said = _count(warnings, "warning") if warnings else "Valid"
        return title_of(f"{said}, on call {'changes' if self.changes else 'as before'}")

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The problems, then what changes of who is on call."""
        if self.unread:
            return (Reason("file", State.UNKNOWN, self.title, self.unread),)
        if self.gone:
            return (note("file", _GONE),)
        rows = tuple(map(_row, self.problems))
        state = State.REFUSED if self.errors else State.SATISFIED
        text = f"{_count(len(rows), 'problem')}." if rows else "It is valid."
        shifts = tuple(note("on call", _said(one)) for one in self.changes[:SHOWN])
        more = len(self.changes) - len(shifts)
        if more:
            shifts = (*shifts, note("on call", f"… and {more} more."))
        said = "Who is on call changes in the next four weeks." if shifts else _AS_BEFORE
        return (
            Reason("file", state, self.title, text, children=rows),
            Reason("on call", State.SKIPPED, said, said, children=shifts),
        )

    @property
    def _first(self) -> Problem:
        return next(one for one in self.problems if one.level == "error")


_GONE: Final = "Without it that of the home repository counts; in the home itself, the last good one stays in force."
_AS_BEFORE: Final = "Who is on call stays as it is in the next four weeks."


def looked_at(
    text: str, loaded: Loaded, unknown: Sequence[Finding], before: Model, now: datetime
) -> OwnersCheck:
    """What there is to say of a file; `unknown` are names that mean nobody on GitHub."""
    document = read(text)
    found = list(loaded.problems)
    model = loaded.model
    if model is not None:
        notes = (*unknown, *preview.findings(model, now))
        found += [located(one, document, "OWNERS.yaml") for one in notes]
    found.sort(key=lambda one: (one.line, one.column))
    changes = () if model is None else preview.changes(before, model, now)
    return OwnersCheck(tuple(dict.fromkeys(found)), changes)


def new_people(after: Model, before: Model) -> tuple[Login, ...]:
    """The people who are named in a file for the first time."""
    known = {one.casefold() for one in _people(before)}
    names = {one.casefold(): one for one in _people(after)}
    return tuple(one for key, one in names.items() if key not in known)


def new_teams(after: Model, before: Model) -> tuple[TeamName, ...]:
    """The teams that are new, or have other members."""
    return tuple(name for name, who in after.teams.items() if before.teams.get(name) != who)


def nobody(login: Login, model: Model) -> Finding:
    """A person without an account cannot be asked, assigned or called."""
    hint = "the key is the login, not the name"
    return Finding(_place(login, model), f"GitHub knows no `{login}`", hint, at_key=True)


def other_members(
    name: TeamName, model: Model, there: Mapping[TeamName, frozenset[Login] | None]
) -> Finding | None:
    """A team of the same name that has other members on GitHub; None where there is none such."""
    members = there.get(name)
    if members is None:
        return None
    ours, theirs = (
        {one.casefold() for one in model.teams[name]},
        {one.casefold() for one in members},
    )
    if ours == theirs:
        return None
    missing, more = sorted(theirs - ours), sorted(ours - theirs)
    said = [f"without {', '.join(missing)}"] if missing else []
    said += [f"with {', '.join(more)}"] if more else []
    message = f"the team on GitHub has other members: here it is {' and '.join(said)}"
    return Finding(("teams", name), message, level="warning", at_key=True)


def _people(model: Model) -> Iterator[Login]:
    yield from model.people
    for members in model.teams.values():
        yield from members
    for rotation in model.rotations.values():
        yield from rotation.logins
    for area in model.areas.values():
        yield from area.named


def _place(login: Login, model: Model) -> tuple[str | int, ...]:
    for name in model.people:
        if same_login(name, login):
            return ("people", name)
    for team, members in model.teams.items():
        for number, one in enumerate(members):
            if same_login(one, login):
                return ("teams", team, number)
    for area, found in model.areas.items():
        for key in ("owner", "backup"):
            if same_login(getattr(found, key) or "", login):
                return ("areas", area, key)
    return ("rotations",)


def _row(problem: Problem) -> Reason:
    hint = f" ({problem.hint})" if problem.hint else ""
    state = State.REFUSED if problem.level == "error" else State.SKIPPED
    text = f"line {problem.line}: {problem.message}{hint}"
    return Reason(problem.key or "file", state, problem.message, text)


def _said(one: Change) -> str:
    start, end = (f"{at:%a %Y-%m-%d %H:%M} UTC" for at in (one.start, one.end))
    return f"{one.rotation}, {start} to {end}: {one.after or 'nobody'} instead of {one.before or 'nobody'}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
