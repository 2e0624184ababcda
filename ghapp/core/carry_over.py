"""What becomes of a release's unfinished issues: they go to the next milestone, and one comment says so."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ghapp.core.milestone import Milestone, in_order, key_of

OFTEN: Final = 3
LABEL: Final = f"carried-{OFTEN}"
"""On what was carried over so often that it is time to talk of it."""
PINNED: Final = "milestone-pinned"
"""A label by which people keep an issue in its milestone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An issue or a pull request of a milestone."""

    number: int
    title: str
    open: bool
    labels: frozenset[str] = frozenset()
    is_pull: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """Put an item into the next milestone for the `times`-th time, and a label on it if that is often."""

    number: int
    title: str
    to: int
    times: int
    blocks: bool = False
    label: str | None = None


@dataclass(frozen=True, slots=True)
class CarryOver:
    """What moves, in the order in which the one summary comment lists it, and what stays and why.

    `counts` says of every item how often it was carried over, for the next time.
    """

    target: Milestone | None
    moves: tuple[Move, ...] = ()
    pinned: tuple[Item, ...] = ()
    stranded: tuple[Item, ...] = ()
    """What would move, had it where to."""
    counts: Mapping[int, int] = field(default_factory=dict)


def target_of(source: Milestone, existing: Iterable[Milestone]) -> Milestone | None:
    """The next open milestone of the cadence after one; None when there is none."""
    later = (
        one
        for one in existing
        if one.open and key_of(one) is not None and in_order(one) > in_order(source)
    )
    return min(later, key=in_order, default=None)


def carry_over(
    source: Milestone,
    items: Iterable[Item],
    target: Milestone | None,
    *,
    blockers: Collection[str] = (),
    counts: Mapping[int, int] | None = None,
) -> CarryOver:
    """What to move out of the milestone of a release that is over.

    Only what is open moves, blockers (by their labels) first. A milestone that is not of the cadence, such as "later",
    is left as it is. Once done, a second time finds nothing: what has moved is no longer among `items`.
    """
    counted = dict(counts or {})
    if key_of(source) is None:
        return CarryOver(target, counts=counted)
    unfinished = sorted((one for one in items if one.open), key=lambda one: one.number)
    pinned = tuple(one for one in unfinished if _has(one, (PINNED,)))
    moving = [one for one in unfinished if one not in pinned]
    if target is None:
        return CarryOver(None, (), pinned, tuple(moving), counted)
    moves = []
    for item in sorted(moving, key=lambda one: not _has(one, blockers)):
        times = counted[item.number] = counted.get(item.number, 0) + 1
        label = LABEL if times >= OFTEN and not _has(item, (LABEL,)) else None
        blocks = _has(item, blockers)
        moves.append(Move(item.number, item.title, target.number, times, blocks, label))
    return CarryOver(target, tuple(moves), pinned, (), counted)


def _has(item: Item, labels: Iterable[str]) -> bool:
    """Labels that differ only in case are one to GitHub."""
    own = {label.casefold() for label in item.labels}
    return any(label.casefold() in own for label in labels)
