"""What a valid model gets wrong about reviews: files that two areas claim, approvals that nobody can give."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice
from typing import Final

from ghapp.model.approvers import distinct, fallback_of, people_of
from ghapp.model.names import AreaName, same_login
from ghapp.model.overlap import may_meet, specificity
from ghapp.model.problem import Finding, Path, dotted
from ghapp.model.types import Model

_MOST_PAIRS: Final = 20_000
"""Of paths that are compared; far more than any real file has of one specificity."""


@dataclass(frozen=True, slots=True)
class _Claim:
    area: AreaName
    glob: str
    path: Path


def lint_review(model: Model) -> Iterator[Finding]:
    """Every finding about who answers for which files, and who may approve."""
    yield from _ambiguous_paths(model)
    yield from _too_few(model)
    yield from _only_the_author(model)


def _ambiguous_paths(model: Model) -> Iterator[Finding]:
    """Paths of two areas that are equally specific and match the same files: the first of them gets these.

    An area that takes files out with `!` has thought of it.
    """
    alike: dict[tuple[int, int], list[_Claim]] = defaultdict(list)
    for name, area in model.areas.items():
        if not any(glob.startswith("!") for glob in area.paths):
            for index, glob in enumerate(area.paths):
                alike[specificity(glob)].append(_Claim(name, glob, ("areas", name, "paths", index)))
    pairs = (pair for claims in alike.values() for pair in combinations(claims, 2))
    told = set[Path]()
    for first, later in islice(pairs, _MOST_PAIRS):
        if first.area == later.area or later.path in told or not may_meet(first.glob, later.glob):
            continue
        told.add(later.path)
        yield _ambiguous(first, later)


def _ambiguous(first: _Claim, later: _Claim) -> Finding:
    other = dotted(first.path)
    if first.glob == later.glob:
        message = f"this path is ambiguous: `{other}` is the same and comes first"
        return Finding(later.path, message, "keep it in the area that owns these files")
    message = (
        f"this path and `{other}`, `{first.glob}`, may match the same files:"
        f" `{first.area}` comes first and gets them"
    )
    return Finding(later.path, message, "make one of them more specific", level="warning")


def _too_few(model: Model) -> Iterator[Finding]:
    """Areas with fewer people than have to approve."""
    wanted = model.review.approvals
    for name, area in model.areas.items():
        people = distinct((*people_of(area, model), *fallback_of(model)))
        if len(people) < wanted:
            message = f"nobody can satisfy `approvals: {wanted}` in `{name}`: it has {len(people)}"
            hint = "add a backup or a team there, or a `fallback` under `review`"
            yield Finding(("areas", name), message, hint, at_key=True)


def _only_the_author(model: Model) -> Iterator[Finding]:
    """Areas whose owner can have nothing approved; of a file of several people that speaks of reviews at all."""
    if "review" not in model.model_fields_set or len(model.named) == 1:
        return
    for name, area in model.areas.items():
        own = people_of(area, model)
        everyone = distinct((*own, *fallback_of(model)))
        left = [one for one in everyone if not same_login(one, area.owner)]
        if len(left) < model.review.approvals <= len(everyone):
            yield Finding(
                ("areas", name),
                f"nobody can approve what `{area.owner}` changes in `{name}`",
                "add a backup or a team there, or a `fallback` under `review`",
                level="warning",
                at_key=True,
            )
