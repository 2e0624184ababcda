"""Who will be on call in the next four weeks: what an edit of OWNERS.yaml changes, and when there is nobody."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain, pairwise, zip_longest
from typing import Final, TypeVar

from ghapp.core.rotation import Shift, Why, by_turn, timeline
from ghapp.model.names import Login, RotationName, same_login
from ghapp.model.problem import Finding
from ghapp.model.types import Area, Model

AHEAD: Final = timedelta(weeks=4)
"""How far a preview looks."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Change:
    """From `start` to `end` (UTC) an edit puts somebody else on call; None is nobody."""

    rotation: RotationName
    start: datetime
    end: datetime
    before: Login | None
    after: Login | None


@dataclass(frozen=True, slots=True)
class Gap:
    """From `start` to `end` (UTC) nobody is on call in any of these rotations, which serve together."""

    rotations: tuple[RotationName, ...]
    start: datetime
    end: datetime
    why: Why
    """AWAY when there would be somebody if it were not for absences."""


def preview(
    model: Model, now: datetime, ahead: timedelta = AHEAD
) -> Mapping[RotationName, tuple[Shift, ...]]:
    """The turns, covers, overrides and gaps of every rotation from an aware datetime on."""
    return {
        name: tuple(by_turn(timeline(rotation, now, now + ahead, model.people)))
        for name, rotation in model.rotations.items()
    }


def changes(
    before: Model, after: Model, now: datetime, ahead: timedelta = AHEAD
) -> tuple[Change, ...]:
    """When who is on call differs between two models, by rotation in the order of the files, then by time.

    A rotation that one of them does not have has nobody there. Times that neither serves do not part a change.
    """
    names = dict.fromkeys((*before.rotations, *after.rotations))
    return tuple(chain.from_iterable(_changes(before, after, name, now, ahead) for name in names))


def _changes(
    before: Model, after: Model, name: RotationName, now: datetime, ahead: timedelta
) -> Iterator[Change]:
    """The changes of one rotation; times that neither model serves do not part what they cut."""
    lines = [_line(model, name, now, ahead) for model in (before, after)]
    held: Change | None = None
    for start, end, (old, new) in _runs(lines, now, now + ahead, _persons):
        if old is None and new is None:
            continue
        if held is not None and (held.before, held.after) == (old, new):
            held = replace(held, end=end)
            continue
        if held is not None:
            yield held
        held = None if _same(old, new) else Change(name, start, end, old, new)
    if held is not None:
        yield held


def gaps(model: Model, now: datetime, ahead: timedelta = AHEAD) -> Iterator[Gap]:
    """When nobody is on call: in the rotations of one escalation level taken together, or in one by itself.

    A level that names people besides rotations always reaches somebody, and so does nobody ask of a rotation that
    no level names to be served all the time: of these only absences leave a gap.
    """
    for rotations, alone in _layers(model).items():
        for one in _unserved(model, rotations, now, ahead):
            if alone or one.why is Why.AWAY:
                yield one


def findings(model: Model, now: datetime, ahead: timedelta = AHEAD) -> Iterator[Finding]:
    """The gaps as warnings, those of one kind in one line."""
    kinds: dict[tuple[tuple[RotationName, ...], bool], list[Gap]] = {}
    for one in gaps(model, now, ahead):
        kinds.setdefault((one.rotations, one.why is Why.AWAY), []).append(one)
    for (rotations, are_away), found in kinds.items():
        yield _finding(model, rotations, found, are_away=are_away)


def _persons(shifts: Sequence[Shift | None]) -> tuple[Login | None, Login | None]:
    before, after = (one.person if one is not None else None for one in shifts)
    return before, after


def _same(one: Login | None, other: Login | None) -> bool:
    return one == other or (one is not None and other is not None and same_login(one, other))


def _finding(
    model: Model, rotations: Sequence[RotationName], found: Sequence[Gap], *, are_away: bool
) -> Finding:
    names = " and ".join(f"`{name}`" for name in rotations)
    zone = model.rotations[rotations[0]].timezone
    first, last = (
        f"{at.astimezone(zone):%a %Y-%m-%d %H:%M}" for at in (found[0].start, found[0].end)
    )
    times = f"from {first} to {last} ({zone.key})"
    if len(found) > 1:
        times += f" and {len(found) - 1} more time{'s' * (len(found) > 2)} within four weeks"
    path = ("rotations", rotations[0])
    if are_away:
        message = f"everyone in {names} is away {times}"
        hint = "write an override, or let somebody join"
    else:
        message = f"nobody is on call in {names} {times}"
        hint = "add a rotation for these times; without one, an area's owner is on call then"
    return Finding(path, message, hint, level="warning", at_key=True)


def _layers(model: Model) -> Mapping[tuple[RotationName, ...], bool]:
    """The rotations that serve together in some area's escalation, and whether nobody else does so there."""
    layers: dict[tuple[RotationName, ...], bool] = {}
    for area in model.areas.values():
        for level in model.escalation[area.escalation].levels:
            named = [_rotation_named(word, area) for word in level.notify]
            rotations = tuple(dict.fromkeys(name for name in named if name is not None))
            if rotations:
                layers[rotations] = layers.get(rotations, False) or len(rotations) == len(named)
    known = {name for rotations in layers for name in rotations}
    return layers | {(name,): False for name in model.rotations if name not in known}


def _rotation_named(word: str, area: Area) -> RotationName | None:
    if word == "rotation":
        return area.rotation
    kind, _, name = word.partition(":")
    return RotationName(name) if kind == "rotation" else None


def _unserved(
    model: Model, rotations: tuple[RotationName, ...], now: datetime, ahead: timedelta
) -> Iterator[Gap]:
    lines = [_line(model, name, now, ahead) for name in rotations]
    for start, end, why in _runs(lines, now, now + ahead, _why_nobody):
        if why is not None:
            yield Gap(rotations, start, end, why)


def _why_nobody(shifts: Sequence[Shift | None]) -> Why | None:
    reasons = [one.why for one in shifts if one is not None and one.person is None]
    if len(reasons) < len(shifts):
        return None
    return Why.AWAY if Why.AWAY in reasons else reasons[0]


def _line(model: Model, name: RotationName, now: datetime, ahead: timedelta) -> list[Shift]:
    """What a rotation has in the time looked at; nothing when the model has no such rotation."""
    rotation = model.rotations.get(name)
    return [] if rotation is None else list(timeline(rotation, now, now + ahead, model.people))


def _runs(
    lines: Sequence[Sequence[Shift]],
    start: datetime,
    end: datetime,
    say: Callable[[Sequence[Shift | None]], T],
) -> Iterator[tuple[datetime, datetime, T]]:
    """What is said of what stands side by side in several timelines, and from when to when that stays the same."""
    cuts = {start, *(one.start for line in lines for one in line if start < one.start < end)}

    def at(cut: datetime) -> T:
        places = [bisect_right(line, cut, key=lambda one: one.start) - 1 for line in lines]
        return say(
            [line[place] if line else None for line, place in zip(lines, places, strict=True)]
        )

    said = [(cut, at(cut)) for cut in sorted(cuts)]
    firsts = [said[0], *(one for before, one in pairwise(said) if one[1] != before[1])]
    for (begin, what), following in zip_longest(firsts, firsts[1:]):
        yield begin, end if following is None else following[0], what
